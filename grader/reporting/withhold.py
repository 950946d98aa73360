"""What a student is told of a result whose graded rows are hidden: only what was measured outside.

A program that has seen rows which nobody else may see could write them anywhere: into what it prints, into
an error's text, a figure, a layer's name, a learning curve, the values that it predicts for single rows.
Nothing tells what it wrote after it had seen them from what it wrote before: they lie in its working
directory from the start. So all that is its word stays with the instructor.
"""

from dataclasses import replace

from grader.model.check import CheckResult
from grader.model.result import RunResult, SubmissionResult
from grader.model.shown import Shown
from grader.words import say

_INSIDE = " (inside)"


def for_student(result: SubmissionResult) -> SubmissionResult:
    """Return what of ``result`` goes to the student: all of it, but where the graded rows are hidden."""
    if not result.shown.rows_hidden:
        return result
    told = result.reason_message
    return replace(
        result,
        reason_message=None if told is None or not result.runs else say("program-words-withheld"),
        runs=tuple(_measured(run) for run in result.runs),
        checks=tuple(_answered(check) for check in result.checks),
        findings=(),
        ledger=(),
        shown=Shown(
            notes=(say("program-words-withheld"),),
            sources=tuple(replace(source, why="", detail="") for source in result.shown.sources),
            reference_fits=result.shown.reference_fits,
            rows_hidden=True,
        ),
        log=None,
        record={name: text for name, text in result.record.items() if not name.endswith(_INSIDE)},
        claimed=None,
        paired=None,
        audits=(),
        model=None,
        recipe=None if result.recipe is None else replace(result.recipe, why=None),
    )


def _measured(run: RunResult) -> RunResult:
    return replace(run, fits=(), errors=())


def _answered(check: CheckResult) -> CheckResult:
    """Return a check with its sentence where that is about a measured value; others may quote the program."""
    return check if check.measured_only else replace(check, message=say("check-words-withheld"))
