"""Gradings as GitHub-flavoured Markdown: a table that fits a pull request or a job's summary."""

from collections.abc import Iterable, Sequence

from grader.model.message import Language
from grader.model.result import Grading, SubmissionResult
from grader.reporting.escaping import for_markdown
from grader.reporting.in_words import outcome_told
from grader.reporting.summary import (
    COLUMNS,
    SummaryRow,
    counts_told,
    notes_told,
    summary_row,
    summary_rows,
)
from grader.words import phrase

_RIGHT = ("points", "measured")
_LONGEST_CELL = 500


def class_markdown(grading: Grading, language: Language, *, most_bytes: int | None = None) -> str:
    """Return a class as a heading, counts, a table and notes; of a long one what ``most_bytes`` hold."""
    head = [
        f"## {for_markdown(grading.course)}",
        "",
        counts_told(grading, language),
        "",
        *_table_head(COLUMNS, language),
    ]
    rows = [_row(_with_code(row)) for row in summary_rows(grading, language)]
    kept = rows if most_bytes is None else _fitting(rows, most_bytes - len("\n".join(head).encode()))
    lines = [*head, *kept]
    if len(kept) < len(rows):
        lines += ["", phrase("summary.more", language, count=len(rows) - len(kept))]
    room = None if most_bytes is None else most_bytes - len("\n".join(lines).encode())
    notes = [f"* {_cell(line)}" for line in notes_told(grading, language)]
    notes = notes if room is None else _fitting(notes, room)
    lines += ["", *notes] if notes else []
    return "\n".join(lines) + "\n"


def submission_markdown(grading: Grading, result: SubmissionResult, language: Language) -> str:
    """Return one submission as a heading, its verdict, a table of its checks and what else is to be known."""
    row = summary_row(result, language)
    title = grading.titles[result.assignment].told_in(language)
    verdict = f"**{for_markdown(row.verdict)}** · {for_markdown(row.points)}"
    lines = [f"## {for_markdown(result.main)} · {for_markdown(title)}", "", verdict, ""]
    if result.reason_message is not None:
        lines += [_cell(_with_code(row)[-1]), ""]
    if result.checks:
        lines += _table_head(("check", "outcome", "points", "why"), language)
        lines += [
            _row(
                (
                    c.id,
                    outcome_told(c.outcome).told_in(language),
                    _points(c.points, c.max_points, language),
                    c.message.told_in(language),
                )
            )
            for c in result.checks
        ]
        lines.append("")
    told = (f.message for f in result.findings if not f.about_others)
    lines += [f"* {_cell(message.told_in(language))}" for message in (*result.shown.notes, *told)]
    return "\n".join(lines).rstrip() + "\n"


def _with_code(row: SummaryRow) -> tuple[str, ...]:
    """Return the cells of ``row``, the code of why somebody did not pass after the sentence."""
    code = f" ({row.code})" if row.code and row.word != "passed" else ""
    return (*row.cells[:-1], f"{row.why[: _LONGEST_CELL - len(code)]}{code}")


def _points(points: object, possible: object, language: Language) -> str:
    return phrase("number.points", language, points=points, possible=possible)


def _table_head(columns: Sequence[str], language: Language) -> list[str]:
    names = [phrase(f"summary.{column}", language) for column in columns]
    ruler = ["---:" if column in _RIGHT else "---" for column in columns]
    return [_row(names), f"| {' | '.join(ruler)} |"]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return for_markdown(text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…")


def _fitting(rows: Sequence[str], room: int) -> list[str]:
    kept: list[str] = []
    for row in rows:
        room -= len(row.encode()) + 1
        if room < _LONGEST_CELL:
            break
        kept.append(row)
    return kept
