"""Every printed word: results to stdout, progress and diagnostics to stderr."""

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from grader.model.message import Language, Message
from grader.model.result import Grading, Status, SubmissionResult, Verdict
from grader.words import phrase

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_LOG_WIDTH = 160
_COLOURS = {
    "passed": "green",
    "failed": "red",
    "inconclusive": "yellow",
    "not_graded": "magenta",
}


def language_of(chosen: str | None) -> Language:
    """Return the language asked for, else the environment's, else Portuguese."""
    if chosen is not None:
        return Language(chosen)
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return Language.EN if locale.lower().startswith("en") else Language.PT


_spoken: list[Language] = []


def speak(language: Language) -> None:
    """Tell everything from now on in ``language``: one command line is told in one language."""
    _spoken[:] = [language]


def spoken() -> Language:
    """Return the language of this command line."""
    return _spoken[0] if _spoken else language_of(None)


def complain(message: Message) -> None:
    """Print one error to stderr."""
    word = phrase("cli.error", spoken())
    prefix = f"{word} {message.code}" if message.code else word
    click.echo(f"{prefix}: {printable(message.told_in(spoken()))}", err=True)


def tell(message: Message) -> None:
    """Print one remark to stderr."""
    click.echo(printable(message.told_in(spoken())), err=True)


def printable(text: str) -> str:
    """Return ``text`` without control characters, so that no name or message moves a terminal's cursor."""
    return "".join(c if c == "\n" or (c.isprintable() and c not in _BIDI) else "\ufffd" for c in text)


_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def console(*, stderr: bool = False) -> "Console":
    """Return a console that colours only a terminal and honours NO_COLOR."""
    from rich.console import Console

    # A log has room for a line; a student called ":x:" is no emoji.
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(
        stderr=stderr,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=not terminal,
        width=None if terminal or "COLUMNS" in os.environ else _LOG_WIDTH,
    )


def print_grading(grading: Grading, report: str) -> None:
    """Print the class table, the counts and where the report is."""
    from rich.text import Text

    language = spoken()
    out = console()
    out.print(_grading_table(grading, language))
    out.print(Text(phrase("summary.counts", language, **_counts(grading.submissions))))
    out.print(Text(phrase("summary.report", language, path=report)), soft_wrap=True)


def print_messages(messages: Iterable[Message], *, heading: str) -> None:
    """Print ``messages`` to stderr as a list under the catalogue's ``heading``."""
    told = [printable(m.told_in(spoken())) for m in messages]
    if told:
        click.echo("\n".join([phrase(heading, spoken()), *(f"  - {line}" for line in told)]), err=True)


def word_of(result: SubmissionResult) -> str:
    """Return the catalogue's word for how a submission came out."""
    if result.status is Status.NOT_GRADED:
        return "not_graded"
    return (result.verdict or Verdict.FAILED).value


def points_of(result: SubmissionResult) -> str:
    """Return ``9 / 10``, or a dash where no grade could be given."""
    fields = {"points": result.points, "possible": result.max_points}
    if result.points is None:
        return phrase("number.no_points", spoken(), **fields)
    return phrase("number.points", spoken(), **fields)


def why_of(result: SubmissionResult, language: Language) -> str:
    """Return the sentence that explains a result best: the reason, else the worst check's."""
    if result.reason_message is not None:
        return printable(result.reason_message.told_in(language))
    order = ("errored", "failed", "inconclusive", "passed", "skipped")
    checks = sorted(result.checks, key=lambda c: (not c.required, order.index(c.outcome.value)))
    worst = next((c for c in checks if c.outcome.value in order[:3]), checks[0] if checks else None)
    return printable(worst.message.told_in(language)) if worst else ""


def _grading_table(grading: Grading, language: Language) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in ("student", "assignment", "verdict", "points", "measured", "why"):
        table.add_column(
            phrase(f"summary.{key}", language),
            no_wrap=key in ("verdict", "points"),
            justify="right" if key == "points" else "left",
        )
    for result in grading.submissions:
        word = word_of(result)
        table.add_row(
            Text(" ".join(printable(result.student).split())),
            Text(result.assignment),
            Text(phrase(f"summary.{word}", language), style=_COLOURS[word]),
            Text(points_of(result)),
            Text(measured_of(result, language)),
            Text(why_of(result, language)),
        )
    return table


def measured_of(result: SubmissionResult, language: Language) -> str:
    """Return the first metric's value in words, or nothing."""
    if not result.metrics:
        return ""
    first = result.metrics[0]
    shares = ("error_rate", "accuracy", "noise_error")
    key = "number.pct" if first.metric in shares else "number.num"
    return phrase(key, language, value=first.value)


def _counts(results: tuple[SubmissionResult, ...]) -> dict[str, int]:
    words = [word_of(r) for r in results]
    kinds = ("passed", "failed", "inconclusive", "not_graded")
    return {"total": len(words), **{kind: words.count(kind) for kind in kinds}}
