"""The matrix of a self-test as Markdown and JSON; a terminal's table is made from the same rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from grader.model.message import Language
from grader.model.selftest import Cell, Ending, Matrix, Row
from grader.words import phrase, say

SIGNS = {Cell.CAUGHT: "●", Cell.PASSED: "·", Cell.UNSURE: "≈", Cell.NOT_MADE: "-"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One matrix ready to print: a title, headings, and a row of texts per program.

    ``key`` says what numbers in the headings stand for; empty where they are spelled out.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    key: str = ""


def table_of(matrix: Matrix, language: Language, *, narrow: bool) -> Table:
    """Return ``matrix`` in words; ``narrow``, for a terminal, has a number over each column of signs."""
    ends = ("verdict", "points", "ending", "seconds", "what")
    columns = [column.name for column in matrix.columns]
    numbers = [str(number) for number in range(1, len(columns) + 1)]
    return Table(
        title=phrase("selftest.title", language, name=matrix.assignment, seconds=matrix.cpu_seconds),
        headings=(
            phrase("selftest.program", language),
            *(numbers if narrow else columns),
            *(phrase(f"selftest.{end}", language) for end in ends),
        ),
        rows=tuple(_texts(row, matrix, language) for row in matrix.rows),
        key="   ".join(f"{a} {name}" for a, name in zip(numbers, columns, strict=True)) if narrow else "",
    )


def _texts(row: Row, matrix: Matrix, language: Language) -> tuple[str, ...]:
    verdict = "not_graded" if row.verdict is None else row.verdict.value
    points = None if row.points is None else float(row.points)
    return (
        row.animal.name,
        *(SIGNS[row.cells[column]] for column in matrix.columns),
        phrase(f"verdict.{verdict}", language).lower(),
        "-" if points is None else phrase("page.value.num", language, x=points),
        phrase(f"ending.{row.ending.value}", language),
        f"{row.cpu_seconds:.0f} s",
        phrase(f"zoo.{row.animal.name}", language),
    )


def selftest_markdown(matrices: Sequence[Matrix], language: Language) -> str:
    """Return every matrix as a Markdown table, with the key to its signs and the judgement."""
    lines: list[str] = []
    for matrix in matrices:
        table = table_of(matrix, language, narrow=False)
        lines += [f"## {table.title}", "", _line(table.headings), _line(["---"] * len(table.headings))]
        lines += [*(_line(row) for row in table.rows), ""]
    return "\n".join([*lines, phrase("selftest.key", language), "", judgement(matrices, language), ""])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def judgement(matrices: Sequence[Matrix], language: Language) -> str:
    """Return in a sentence whether the self-test holds, and who broke it."""
    broken = {ending: _named(matrices, ending) for ending in (Ending.HOLE, Ending.ALARM, Ending.NOT_GRADED)}
    if not any(broken.values()):
        return phrase("selftest.holds", language)
    told = {ending: ", ".join(names) or "-" for ending, names in broken.items()}
    message = say(
        "selftest.fails", holes=told[Ending.HOLE], alarms=told[Ending.ALARM], lost=told[Ending.NOT_GRADED]
    )
    return message.told_in(language)


def _named(matrices: Sequence[Matrix], ending: Ending) -> list[str]:
    return [f"{m.assignment}/{row.animal.name}" for m in matrices for row in m.rows if row.ending is ending]


def selftest_json(matrices: Sequence[Matrix]) -> str:
    """Return every matrix as JSON (``grader/selftest/v1``)."""
    document = {
        "schema": "grader/selftest/v1",
        "holds": all(matrix.holds for matrix in matrices),
        "assignments": [_as_json(matrix) for matrix in matrices],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _as_json(matrix: Matrix) -> dict[str, object]:
    return {
        "assignment": matrix.assignment,
        "cpu_seconds": round(matrix.cpu_seconds, 1),
        "programs": [
            {
                "program": row.animal.name,
                "control": row.animal.control,
                "meant": list(row.animal.caught_by),
                "verdict": None if row.verdict is None else row.verdict.value,
                "points": None if row.points is None else float(row.points),
                "checks": {c.name: cell.value for c, cell in row.cells.items() if not c.audit},
                "audits": {c.name: cell.value for c, cell in row.cells.items() if c.audit},
                "codes": list(row.codes),
                "ending": row.ending.value,
                "cpu_seconds": round(row.cpu_seconds, 1),
            }
            for row in matrix.rows
        ],
    }
