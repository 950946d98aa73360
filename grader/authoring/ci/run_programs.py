"""Runs a course's own programs as if handed in: references pass, starters and wrong answers do not."""

from collections.abc import Sequence
from dataclasses import replace

from grader.authoring.ci.programs import Program
from grader.authoring.ci.read_programs import unread
from grader.coursefiles.find_submissions import Found, read_single
from grader.model.assignment import Assignment, Course
from grader.model.check import Outcome
from grader.model.evidence import Place
from grader.model.expectation import Came, Expectation, Part
from grader.model.message import Message
from grader.model.result import Status, SubmissionResult, Verdict
from grader.model.run import RunStatus
from grader.model.submission import Submission, Unreadable
from grader.orchestration.grade import grade_course
from grader.orchestration.means import Means
from grader.words import say

_OF_VERDICT = {Verdict.PASSED: Came.HELD, Verdict.FAILED: Came.BROKEN, Verdict.INCONCLUSIVE: Came.UNSURE}
_OPPOSITE = {Came.HELD: Came.BROKEN, Came.BROKEN: Came.HELD, Came.UNSURE: Came.UNSURE}


def run_programs(
    programs: Sequence[Program], course: Course, assignments: Sequence[Assignment], means: Means
) -> tuple[Expectation, ...]:
    """Return what came of ``programs``, each graded as if handed in; a run that is kept is not made again.

    Raises:
        CourseError, RuntimeMissing, SandboxError: nothing could be run at all; the message says why.
    """
    # Wrong answers resemble the reference and each other; nobody copied.
    alone = [replace(each, audits=replace(each.audits, twins=False)) for each in assignments]
    read = [_read(program, means) for program in programs]
    found = Found(
        submissions=tuple(one for one in read if isinstance(one, Submission)), unreadable=(), findings=()
    )
    results: dict[tuple[str, str], SubmissionResult] = {}
    if found.submissions:
        grading = grade_course(course, alone, found, means=means, publish=lambda _: None)
        results = {(one.assignment, one.student): one for one in grading.submissions}
    return tuple(
        unread(program, one)
        if isinstance(one, Unreadable)
        else _came(program, results[program.assignment, program.name])
        for program, one in zip(programs, read, strict=True)
    )


def _read(program: Program, means: Means) -> Submission | Unreadable:
    return read_single(program.path, program.assignment, student=program.name, intake=means.store.intake)


def _came(program: Program, result: SubmissionResult) -> Expectation:
    came = came_of(program, result)
    return Expectation(
        assignment=program.assignment,
        part=program.part,
        came=came,
        expected=program.expected,
        happened=_happened(result, program),
        short=say(f"ci.short.{_word(result)}"),
        file=program.where,
        place=_place(result),
        seconds=sum(one.run.seconds for one in result.runs),
    )


def came_of(program: Program, result: SubmissionResult) -> Came:
    """Return whether ``result`` is what is expected of ``program``."""
    if result.status is Status.NOT_GRADED:
        return Came.LOST
    came = _OF_VERDICT[result.verdict or Verdict.FAILED]
    if program.part is Part.REFERENCE:
        return came
    if program.part is Part.STARTER and any(one.run.status is not RunStatus.OK for one in result.runs):
        return Came.BROKEN  # it is to run to its end: that is where a student begins
    return _caught(program, result) if program.caught_by is not None else _OPPOSITE[came]


def _caught(program: Program, result: SubmissionResult) -> Came:
    """Return whether the check that a wrong answer is named after fails it."""
    outcome = next((c.outcome for c in result.checks if c.id == program.caught_by), Outcome.SKIPPED)
    match outcome:
        case Outcome.FAILED:
            return Came.HELD
        case Outcome.INCONCLUSIVE:
            return Came.UNSURE
        case Outcome.ERRORED:
            return Came.LOST
        case _:
            return Came.BROKEN


def _happened(result: SubmissionResult, program: Program) -> Message:
    """Return the verdict, with the sentence that explains it best: the reason, else that of a check."""
    verdict = say(f"verdict.{_word(result)}")
    why = result.reason_message
    if why is None:
        meant = [check for check in result.checks if check.id == program.caught_by]
        failed = [check for check in result.checks if check.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE)]
        why = next((check.message for check in (*meant, *failed)), None)
    return verdict if why is None else say("ci.came", verdict=verdict, why=why)


def _word(result: SubmissionResult) -> str:
    if result.status is Status.NOT_GRADED:
        return "not_graded"
    return (result.verdict or Verdict.FAILED).value


def _place(result: SubmissionResult) -> Place:
    """Return where the first error of a run stands, as far as it is known."""
    return next((error.place for one in result.runs for error in one.errors), Place())
