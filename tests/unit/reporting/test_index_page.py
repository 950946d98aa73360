import re
from decimal import Decimal
from typing import Any

from grader.model.check import Outcome
from grader.model.message import Language, Text
from grader.model.result import Reason, SubmissionResult, Verdict
from grader.model.submission import Severity
from grader.reporting.html import index_page
from grader.reporting.index_view import index_view
from tests import builders as a


def _named(student: str, **fields: Any) -> SubmissionResult:
    return a.a_result(id=student, student=student, report=f"mnist-dense/{student}.html", **fields)


def _lost(student: str) -> SubmissionResult:
    return _named(student, verdict=None, reason=Reason.UNREADABLE, points=None, findings=())


def test_every_submission_has_a_link_to_its_page() -> None:
    results = (_named("ana"), _named("bob"), _lost("davi"))
    page = index_page(a.a_grading(submissions=results), Language.PT)
    assert set(re.findall(r'href="(\./[^"]*)"', page)) == {
        "./mnist-dense/ana.html",
        "./mnist-dense/bob.html",
        "./mnist-dense/davi.html",
    }


def test_students_stand_in_alphabetical_order_whatever_their_case() -> None:
    results = tuple(_named(name) for name in ("carla", "Bob", "ana"))
    view = index_view(a.a_grading(submissions=results))
    assert [row.student for row in view.rows] == ["ana", "Bob", "carla"]


def test_verdicts_are_counted_and_the_counts_add_up() -> None:
    results = (
        _named("ana", verdict=Verdict.PASSED),
        _named("bob", verdict=Verdict.PASSED),
        _named("caio", verdict=Verdict.FAILED),
        _lost("davi"),
    )
    view = index_view(a.a_grading(submissions=results))
    assert [(count.chip.word.en, count.count) for count in view.counts] == [
        ("Passed", 2),
        ("Failed", 1),
        ("Inconclusive", 0),
        ("Not graded", 1),
    ]
    # In Portuguese the word under a number agrees with it, and both speak of submissions.
    assert [count.chip.word.pt for count in view.counts] == [
        "Aprovadas",
        "Não aprovada",
        "Inconclusivas",
        "Sem nota",
    ]


def test_what_waits_for_a_person_stands_first_and_no_zero_is_told() -> None:
    view = index_view(a.a_grading(submissions=(_lost("davi"), _named("ana"))))
    assert [row.student for row in view.looks] == ["davi"]
    assert [cell.points.en for row in view.rows for cells in row.cells for cell in cells] == ["9", "—"]


def test_points_withheld_for_one_check_wait_for_a_person_too() -> None:
    why = Text("Sem arquivo.", "No file.")
    held = a.a_check(outcome=Outcome.INCONCLUSIVE, points=Decimal(0), max_points=Decimal(2), message=why)
    kept = a.a_check(outcome=Outcome.INCONCLUSIVE, points=Decimal(6), max_points=Decimal(6))
    results = (_named("ana", checks=(kept,)), _named("bia", checks=(kept, held), verdict=Verdict.FAILED))
    view = index_view(a.a_grading(submissions=results))
    assert [(row.student, row.why.en) for row in view.looks] == [("bia", "No file.")]


def test_findings_that_most_need_a_person_stand_first_in_the_class() -> None:
    info = a.a_finding(severity=Severity.INFO, code="GR413", about_others=True)
    results = (_named("ana", findings=(info,)), _named("bia", findings=(info, a.a_finding())))
    view = index_view(a.a_grading(submissions=results))
    assert [(row.code, row.student) for row in view.findings] == [
        ("GR402", "bia"),
        ("GR413", "ana"),
        ("GR413", "bia"),
    ]


def test_only_findings_that_ask_for_a_look_are_listed() -> None:
    result = _named("ana", findings=(a.a_finding(severity=Severity.INFO, code="GR400"), a.a_finding()))
    view = index_view(a.a_grading(submissions=(result,)))
    assert [(row.code, row.student) for row in view.findings] == [("GR402", "ana")]


def test_a_student_who_handed_in_nothing_for_an_assignment_has_an_empty_cell() -> None:
    titles = {
        "mnist-dense": Text("MNIST", "MNIST"),
        "noisynote": Text("Cédulas", "Banknotes"),
    }
    page = index_page(a.a_grading(titles=titles), Language.EN)
    assert "nothing handed in" in page
    assert "Banknotes" in page


def test_all_attempts_of_a_student_stand_in_one_cell_in_their_order() -> None:
    results = (
        a.a_result(attempt=2, id="ana-2", points=Decimal(7), report="mnist-dense/ana-2.html"),
        a.a_result(points=Decimal(3)),
    )
    view = index_view(a.a_grading(submissions=results))
    assert [(cell.attempt, cell.points.en) for cell in view.rows[0].cells[0]] == [(1, "3"), (2, "7")]


def test_an_empty_class_is_told_as_such() -> None:
    page = index_page(a.a_grading(submissions=(), titles={}), Language.EN)
    assert "No submission was found." in page


def test_a_class_that_ran_without_sandbox_is_stamped() -> None:
    page = index_page(a.a_grading(machine=a.a_machine(sandbox="none", memory_limit="none")), Language.EN)
    assert "UNSANDBOXED" in page
