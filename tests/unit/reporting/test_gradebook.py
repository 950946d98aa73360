import csv
import io
from decimal import Decimal

import pytest

from grader.model.message import Language
from grader.model.result import Reason, Status, Verdict
from grader.reporting.gradebook import COLUMNS, gradebook_csv
from grader.words import say
from tests import builders as a
from tests.unit.reporting.hostile import WORDS, hostile_grading

MISSING = a.a_result(
    id="bob",
    student="bob",
    status=Status.NOT_GRADED,
    verdict=None,
    reason=Reason.INFRASTRUCTURE,
    points=None,
    metrics=(),
    report=None,
)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_a_submission_has_its_row() -> None:
    (row,) = _rows(gradebook_csv(a.a_grading(), Language.EN))
    assert row == {
        "student": "ana",
        "id": "ana",
        "assignment": "mnist-dense",
        "attempt": "1",
        "status": "graded",
        "verdict": "inconclusive",
        "reason": "",
        "points": "9",
        "max_points": "10",
        "metric": "error_rate",
        "value": "0.0163",
        "report": "mnist-dense/ana.html",
        "code": "GR201",
        "why": "The error rate is 1.63 % (mean of 5 runs); needed was below 1.61 %.",
        "notes": "",
    }


def test_what_was_not_graded_has_empty_cells_and_never_a_zero() -> None:
    (row,) = _rows(gradebook_csv(a.a_grading(submissions=(MISSING,)), Language.EN))
    assert (row["status"], row["reason"]) == ("not_graded", "infrastructure")
    assert [row[name] for name in ("points", "verdict", "metric", "value", "report")] == [""] * 5
    assert row["max_points"] == "10"


def test_a_zero_is_a_zero() -> None:
    failed = a.a_result(points=Decimal("0.00"), verdict=Verdict.FAILED)
    assert _rows(gradebook_csv(a.a_grading(submissions=(failed,)), Language.EN))[0]["points"] == "0"


@pytest.mark.attack("csv_formula")
def test_numbers_stay_numbers_also_below_zero() -> None:
    metrics = (a.a_summary(metric="r2", value=-0.25),)
    result = a.a_result(student="-1", points=Decimal("7.50"), metrics=metrics)
    (row,) = _rows(gradebook_csv(a.a_grading(submissions=(result,)), Language.EN))
    assert (row["student"], row["points"], row["value"]) == ("'-1", "7.5", "-0.25")


@pytest.mark.attack("csv_formula")
@pytest.mark.parametrize("words", WORDS)
def test_whatever_a_student_is_called_the_table_keeps_its_shape(words: str) -> None:
    text = gradebook_csv(hostile_grading(words), Language.EN)
    text.encode()
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [len(row) for row in rows] == [len(COLUMNS)] * 2
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))]


def test_a_value_that_is_no_number_is_an_empty_cell() -> None:
    result = a.a_result(metrics=(a.a_summary(value=float("nan")),))
    assert _rows(gradebook_csv(a.a_grading(submissions=(result,)), Language.EN))[0]["value"] == ""


def test_spreadsheets_are_told_that_it_is_utf8() -> None:
    data = gradebook_csv(a.a_grading(submissions=(a.a_result(student="José"),)), Language.EN).encode()
    assert data.startswith(b"\xef\xbb\xbfstudent,id,")
    assert "José".encode() in data
    assert data.endswith(b"\r\n")


def test_why_somebody_did_not_pass_is_told_in_the_language_of_the_run() -> None:
    why = say("run-left-no-predictions", reasons="", ways="", advice="")
    failed = a.a_result(verdict=Verdict.FAILED, reason=Reason.NOTHING_DELIVERED, reason_message=why)
    for language in Language:
        (row,) = _rows(gradebook_csv(a.a_grading(submissions=(failed,)), language))
        assert row["code"] == why.code
        assert row["why"] == " ".join(why.told_in(language).split())
    passed = a.a_result(verdict=Verdict.PASSED)
    (row,) = _rows(gradebook_csv(a.a_grading(submissions=(passed,)), Language.EN))
    assert (row["code"], row["why"]) == ("", "")
