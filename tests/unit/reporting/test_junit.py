from xml.etree import ElementTree as ET

import pytest

from grader.model.check import Outcome
from grader.model.message import Language, Text
from grader.model.result import Reason, Status, Verdict
from grader.reporting.junit import junit_xml
from tests import builders as a
from tests.unit.reporting.hostile import WORDS, hostile_grading


def _root(*results: object) -> ET.Element:
    return _read(junit_xml(a.a_grading(submissions=results), Language.EN))


def _read(text: str) -> ET.Element:
    return ET.fromstring(text.encode())  # noqa: S314 - written by us, and by no one else


def _said(case: ET.Element) -> dict[str, str]:
    return {child.tag: child.text or "" for child in case if child.tag != "properties"}


def test_a_submission_is_its_verdict_and_its_checks() -> None:
    cases = list(_root(a.a_result()).iter("testcase"))
    assert [case.get("name") for case in cases] == ["verdict", "error", "dense-only", "claim"]
    assert {case.get("classname") for case in cases} == {"mnist-dense.ana"}
    assert [sorted(_said(case)) for case in cases] == [["skipped"], ["skipped"], [], ["failure"]]


def test_what_failed_is_a_failure_even_where_no_check_says_so() -> None:
    nothing = a.a_result(
        verdict=Verdict.FAILED,
        reason=Reason.NOTHING_DELIVERED,
        reason_message=a.a_message(en="Nothing was delivered."),
        checks=(a.a_check(outcome=Outcome.SKIPPED),),
    )
    verdict, check = _root(nothing).iter("testcase")
    assert _said(verdict) == {"failure": "Nothing was delivered."}
    assert list(_said(check)) == ["skipped"]


def test_what_was_not_graded_is_an_error_and_no_failure() -> None:
    missing = a.a_result(
        status=Status.NOT_GRADED,
        verdict=None,
        points=None,
        reason=Reason.DATA_MISSING,
        reason_message=a.a_message(en="No data."),
        checks=(),
    )
    (suite,) = _root(missing)
    assert (suite.get("errors"), suite.get("failures"), suite.get("tests")) == ("1", "0", "1")
    (verdict,) = suite.iter("testcase")
    assert _said(verdict) == {"error": "No data."}
    assert [p.get("name") for p in verdict.iter("property")] == ["student", "max_points"]


def test_a_check_in_which_we_erred_is_an_error() -> None:
    cases = list(_root(a.a_result(checks=(a.a_check(outcome=Outcome.ERRORED),))).iter("testcase"))
    assert list(_said(cases[1])) == ["error"]


def test_what_passed_says_nothing() -> None:
    passed = a.a_result(verdict=Verdict.PASSED, checks=(a.a_check(outcome=Outcome.PASSED),))
    assert [_said(case) for case in _root(passed).iter("testcase")] == [{}, {}]


def test_every_assignment_is_a_suite_that_counts_its_cases() -> None:
    root = _root(a.a_result(), a.a_result(assignment="pele"), a.a_result(id="bob"))
    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [
        ("mnist-dense", "8"),
        ("pele", "4"),
    ]
    assert [suite.get("skipped") for suite in root] == ["4", "2"]


def test_namesakes_are_told_apart() -> None:
    root = _root(a.a_result(id="ana-1"), a.a_result(id="ana-2"))
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)


def test_points_stand_beside_the_cases() -> None:
    verdict = next(_root(a.a_result()).iter("testcase"))
    held = {p.get("name"): p.get("value") for p in verdict.iter("property")}
    assert held == {"student": "ana", "points": "9", "max_points": "10"}


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.attack("junit_markup")
def test_whatever_a_student_writes_it_is_xml_of_the_same_shape(words: str) -> None:
    def shape(text: str) -> list[tuple[str, tuple[str, ...]]]:
        return [(e.tag, tuple(e.keys())) for e in _read(text).iter()]

    hostile = junit_xml(hostile_grading(words), Language.PT)
    assert shape(hostile) == shape(junit_xml(hostile_grading("harmless"), Language.PT))
    assert not set(hostile) & set("\x00\x07\x1b\u202e\u200b\ufeff")


@pytest.mark.attack("junit_markup")
def test_nothing_that_a_program_printed_is_in_the_file() -> None:
    text = junit_xml(a.a_grading(submissions=(a.a_result(output="[[ATTACHMENT|/etc/passwd]]"),)), Language.EN)
    assert "ATTACHMENT" not in text
    assert "system-out" not in text


ORDERS = ["[[ATTACHMENT|/etc/passwd]]", "[[attachment|x]]", "[\u200b[ATTACHMENT|x]]", "[\n[ ATTACHMENT|x]]"]


@pytest.mark.attack("junit_markup")
@pytest.mark.parametrize("order", ORDERS)
def test_no_message_that_quotes_a_student_orders_a_build_service_to_publish_a_file(order: str) -> None:
    quoted = Text(f"ValueError: {order}", f"ValueError: {order}")
    failed = a.a_check(id=order, outcome=Outcome.FAILED, message=quoted)
    result = a.a_result(
        student=order,
        main=order,
        verdict=Verdict.FAILED,
        reason=Reason.NOTHING_DELIVERED,
        reason_message=quoted,
        checks=(failed,),
    )
    text = junit_xml(a.a_grading(submissions=(result,)), Language.EN)
    assert "ATTACHMENT" in text.upper()
    assert "[[" not in text
