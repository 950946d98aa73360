"""Rows of submissions that were not graded, by our fault or because nothing of them could be read."""

from decimal import Decimal
from typing import Any

from grader.model.message import Message
from grader.model.result import Reason, Status, SubmissionResult
from grader.model.shown import Shown
from grader.model.submission import Submission, Unreadable


def not_graded(submission: Submission, points: Decimal, reason: Reason, message: Message) -> SubmissionResult:
    """Return the row of a submission that could not be graded by our fault or the machine's."""
    return _empty(
        id=submission.id,
        student=submission.student,
        assignment=submission.assignment,
        attempt=submission.attempt,
        files=submission.files,
        main=submission.main,
        handed_in=submission.handed_in,
        max_points=points,
        reason=reason,
        reason_message=message,
        findings=submission.findings,
    )


def unreadable_result(unreadable: Unreadable, points: Decimal) -> SubmissionResult:
    """Return the row of a submission of which nothing can be run: a person must look."""
    return _empty(
        id=unreadable.id,
        student=unreadable.student,
        assignment=unreadable.assignment,
        attempt=unreadable.attempt,
        files=unreadable.files,
        main="",
        max_points=points,
        reason=Reason.UNREADABLE,
        reason_message=unreadable.finding.message,
        findings=(unreadable.finding,),
    )


def _empty(**known: Any) -> SubmissionResult:
    return SubmissionResult(
        **known,
        status=Status.NOT_GRADED,
        verdict=None,
        points=None,
        evidence=None,
        runs=(),
        metrics=(),
        reference=(),
        checks=(),
        ledger=(),
        shown=Shown(),
        report=None,
        log=None,
        record={},
    )
