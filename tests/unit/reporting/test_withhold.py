"""Where the graded rows are hidden, nothing that is the program's word reaches its student."""

from decimal import Decimal

from grader.model.evidence import LedgerEntry, Place, Source, SourceReport, SourceState
from grader.model.message import Language
from grader.model.result import Claim, SubmissionResult
from grader.orchestration.certify import certify
from grader.reporting.certificate_json import certificate_json
from grader.reporting.html import student_page
from grader.reporting.withhold import for_student
from tests.builders import (
    a_check,
    a_finding,
    a_fit,
    a_grading,
    a_message,
    a_picture,
    a_program_error,
    a_result,
    a_run_result,
)

WORD = "XYZZY"
"""What a program writes wherever it can."""


def talkative() -> SubmissionResult:
    said = a_message(WORD, WORD)
    return a_result(
        rows_hidden=True,
        output=f"the rows are {WORD}",
        reason_message=said,
        runs=(
            a_run_result(
                errors=(a_program_error(type=WORD, text=WORD, traceback=WORD),),
                fits=(a_fit(history={WORD: (0.5, 0.25)}),),
            ),
        ),
        sources=(
            SourceReport(source=Source.PREDICT, state=SourceState.PASSED_OVER, why="raised", detail=WORD),
        ),
        checks=(
            a_check(id="figures", kind="figure", metric=None, message=said),
            a_check(id="own", kind="somebody_elses", metric="accuracy", message=said),
            a_check(
                id="bar",
                kind="somebody_elses",
                points=Decimal(7),
                message=a_message("Medido.", "Measured."),
                measured_only=True,
            ),
        ),
        findings=(a_finding(message=said),),
        ledger=(LedgerEntry(kind="download", what=WORD, place=Place()),),
        notes=(said,),
        layers=(WORD,),
        claimed=Claim(metric="accuracy", value=0.123456, where=WORD, printed=True),
        picture=a_picture(),
        record={**a_result().record, "python (inside)": WORD},
    )


def page_of(result: SubmissionResult) -> str:
    return student_page(a_grading(submissions=(result,)), result, Language.EN, {})


def test_the_whole_page_is_full_of_what_the_program_said() -> None:
    assert page_of(talkative()).count(WORD) > 10


def test_the_students_page_has_none_of_it() -> None:
    page = page_of(for_student(talkative()))
    assert WORD not in page
    assert "0.1235" not in page
    assert "GR524" in page


def test_what_was_measured_stays() -> None:
    whole, shown = talkative(), for_student(talkative())
    assert (shown.points, shown.verdict, shown.metrics) == (whole.points, whole.verdict, whole.metrics)
    assert [run.metrics for run in shown.runs] == [run.metrics for run in whole.runs]
    assert [(c.id, c.outcome, c.points) for c in shown.checks] == [
        (c.id, c.outcome, c.points) for c in whole.checks
    ]
    assert shown.checks[-1].message.en == "Measured."


def test_the_students_certificate_has_none_of_it() -> None:
    certificate = certify(for_student(talkative()), grader="0", course="c", sandbox="bubblewrap")
    assert certificate is not None
    assert WORD not in certificate_json(certificate)


def test_where_rows_are_public_nothing_is_withheld() -> None:
    result = a_result()
    assert for_student(result) is result
