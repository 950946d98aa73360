"""Every printed word: results to stdout, progress and diagnostics to stderr."""

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from grader.cli.language import spoken
from grader.model.message import Language, Message
from grader.reporting.escaping import for_terminal
from grader.words import phrase

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from grader.model.result import Grading

_LOG_WIDTH = 160
_COLOURS = {
    "passed": "green",
    "failed": "red",
    "inconclusive": "yellow",
    "not_graded": "magenta",
}


def complain(message: Message) -> None:
    """Print one error to stderr."""
    word = phrase("cli.error", spoken())
    prefix = f"{word} {message.code}" if message.code else word
    click.echo(f"{prefix}: {_line(message)}", err=True)


def tell(message: Message) -> None:
    """Print one remark to stderr."""
    click.echo(_line(message), err=True)


def _line(message: Message) -> str:
    """Return what is told on one line: a name with a line's end in it would write a line of its own."""
    return " ".join(printable(message.told_in(spoken())).splitlines())


def printable(text: str) -> str:
    """Return ``text`` so that nothing in it moves a terminal's cursor or commands a build service."""
    return for_terminal(text)


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


def print_grading(grading: "Grading", report: str) -> None:
    """Print the class table, the counts and where the report is."""
    from rich.text import Text

    from grader.reporting.summary import counts_told, notes_told

    language = spoken()
    out = console()
    out.print(_grading_table(grading, language))
    out.print(Text(counts_told(grading, language)))
    for note in notes_told(grading, language):
        out.print(Text(f"  * {' '.join(printable(note).split())}"), soft_wrap=True)
    out.print(Text(phrase("summary.report", language, path=report)), soft_wrap=True)


def print_messages(messages: Iterable[Message], *, heading: str) -> None:
    """Print ``messages`` to stderr as a list under the catalogue's ``heading``."""
    told = [_line(message) for message in messages]
    if told:
        click.echo("\n".join([phrase(heading, spoken()), *(f"  - {line}" for line in told)]), err=True)


def _grading_table(grading: "Grading", language: Language) -> "Table":
    from rich.table import Table
    from rich.text import Text

    from grader.reporting.summary import COLUMNS, summary_rows

    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in COLUMNS:
        table.add_column(
            phrase(f"summary.{key}", language),
            no_wrap=key in ("verdict", "points"),
            justify="right" if key == "points" else "left",
        )
    for row in summary_rows(grading, language):
        cells = [Text(" ".join(printable(cell).split())) for cell in row.cells]
        cells[COLUMNS.index("verdict")].stylize(_COLOURS[row.word])
        table.add_row(*cells)
    return table
