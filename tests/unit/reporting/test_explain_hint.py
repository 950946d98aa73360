"""Pages say where their codes are explained."""

import re
from html import unescape

from grader.model.message import Language, Text
from grader.model.result import Reason
from grader.model.submission import Finding, Severity
from grader.reporting.html import student_page
from tests import builders as a


def _words(**fields: object) -> str:
    result = a.a_result(**fields)
    page = student_page(a.a_grading(submissions=(result,)), result, Language.EN)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", page)).split())


def test_the_checks_say_how_to_have_a_code_explained() -> None:
    codes = [check.message.code for check in a.a_result().checks]
    assert f"What it means: grader explain {next(c for c in codes if c)}" in _words()


def test_what_decided_the_result_is_the_first_to_be_explained() -> None:
    why = Text("saiu", "it left", "GR303")
    result = {"reason": Reason.NOTHING_DELIVERED, "reason_message": why}
    assert "What it means: grader explain GR303 GR" in _words(**result)
    assert "What it means: grader explain GR303" in _words(**result, checks=())


def test_the_findings_say_how_to_have_theirs_explained() -> None:
    found = Finding(severity=Severity.REVIEW, message=Text("ó", "oh", "GR405"))
    assert "What it means: grader explain GR405" in _words(findings=(found,))


def test_a_page_without_codes_says_nothing_of_it() -> None:
    assert "grader explain" not in _words(checks=(), findings=(), audits=())
