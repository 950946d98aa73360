from grader.model.submission import Finding, Severity
from grader.reporting.index_view import index_view
from grader.words import say
from tests import builders as a


def test_which_of_several_tries_was_run_stands_on_the_class_page() -> None:
    told = say("newest-try-is-run", path="ana/digits", main="digits-1.py", others="digits.py")
    quiet = say("file-type-not-accepted", path="notes.txt")
    findings = (
        Finding(severity=Severity.INFO, message=told, on_class_page=True),
        Finding(severity=Severity.INFO, message=quiet),
    )
    view = index_view(a.a_grading(submissions=(a.a_result(findings=findings),)))
    assert [row.message.en for row in view.findings] == [told.en]
    assert not view.rows[0].cells[0][0].flagged
