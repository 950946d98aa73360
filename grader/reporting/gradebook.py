"""Writes ``gradebook.csv``: one row for each submission, for spreadsheets and for programs."""

import csv
import io
import math
from decimal import Decimal

from grader.model.message import Language
from grader.model.result import Grading, SubmissionResult, Verdict
from grader.reporting.escaping import for_csv
from grader.reporting.summary import code_of, notes_for_teachers, why_of

COLUMNS = (
    "student",
    "id",
    "assignment",
    "attempt",
    "status",
    "verdict",
    "reason",
    "points",
    "max_points",
    "metric",
    "value",
    "report",
    "code",
    "why",
    "notes",
)
_BYTE_ORDER_MARK = "\ufeff"


def gradebook_csv(grading: Grading, language: Language) -> str:
    """Return the gradebook as RFC 4180 has it: commas, CRLF, a decimal point, after a byte order mark.

    Without the mark spreadsheets read UTF-8 as something else. Columns and what programs read are the same
    in every language; ``why`` and ``notes`` are told in ``language``, ``why`` is empty for who passed. A
    submission that was not graded has empty cells, never a zero.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(_row(result, language) for result in grading.submissions)
    return _BYTE_ORDER_MARK + file.getvalue()


def _row(result: SubmissionResult, language: Language) -> tuple[str, ...]:
    metric, value = _first_metric(result)
    passed = result.verdict is Verdict.PASSED
    return (
        for_csv(result.student),
        for_csv(result.id),
        for_csv(result.assignment),
        str(result.attempt),
        result.status.value,
        result.verdict.value if result.verdict else "",
        result.reason.value if result.reason else "",
        _number(result.points),
        _number(result.max_points),
        for_csv(metric),
        value,
        for_csv(result.report or ""),
        "" if passed else code_of(result),
        "" if passed else for_csv(why_of(result, language)),
        for_csv(" ".join(note.told_in(language) for note in notes_for_teachers(result))),
    )


def _first_metric(result: SubmissionResult) -> tuple[str, str]:
    if not result.metrics:
        return "", ""
    first = result.metrics[0]
    return first.metric, repr(float(first.value)) if math.isfinite(first.value) else ""


def _number(points: Decimal | None) -> str:
    return "" if points is None else f"{points.normalize():f}"
