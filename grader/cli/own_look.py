"""A student's own look at one file, down the same road as the grading, and what is told of it."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from grader.cli.formats import print_submission
from grader.cli.language import spoken
from grader.cli.options import (
    AskedCourse,
    AskedMachine,
)
from grader.cli.rendering import complain, console, printable, tell
from grader.coursefiles.find_submissions import Found, read_single
from grader.measuring.judging.judge import NOT_HERE
from grader.model.assignment import Assignment, Course
from grader.model.check import Outcome
from grader.model.errors import CourseError, SandboxUnavailable
from grader.model.message import NOTHING, Language, Message, Text
from grader.model.result import Grading, Status, SubmissionResult, Verdict
from grader.model.submission import Submission
from grader.orchestration.grade import grade_course
from grader.orchestration.means import Means
from grader.orchestration.publish import require_room, write_page
from grader.plugins.interfaces import CheckKind
from grader.reporting.student_view import codes_to_explain
from grader.reporting.summary import summary_row
from grader.reporting.withhold import for_student
from grader.words import phrase, say

_INTERRUPTED = 130
_STATUS = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.INCONCLUSIVE: 4}
_MARKS = {"passed": "✓", "failed": "✗", "inconclusive": "≈", "skipped": "-", "errored": "!"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLook:
    """How ``check`` was asked to look: the format, where a page goes, how many runs, and whether quickly."""

    shape: str
    out: Path | None
    runs: int | None
    quick: bool


def look_at(file: Path, asked: AskedLook, course: AskedCourse, machine: AskedMachine) -> int:
    """Run ``file`` the way it will be graded, say what would come of it, and return the exit status."""
    loaded, chosen = course.load()
    of_file = _assignment_of(file, chosen)
    with (
        tempfile.TemporaryDirectory(prefix="grader-check-") as folder,
        _open_grader(
            Path(folder), machine, runs=asked.runs or 1, audits=not asked.quick, watched=True
        ) as means,
    ):
        if asked.out is not None:
            require_room(asked.out.parent if _is_page(asked.out) else asked.out, kept=False)
        assignment = _public_part(of_file, means.tools.checks)
        looked = _look(file, loaded, assignment, means)
        if looked.grading is not None and asked.out is not None:
            _write_page(looked.grading, asked.out)
    if looked.grading is None:
        complain(say("cli.check_interrupted_early"))
        return _INTERRUPTED
    result = looked.grading.submissions[0]
    shown = _Shown(file=file, assignment=assignment, course=loaded, quick=asked.quick)
    print_submission(looked.grading, asked.shape, lambda: _print(result, shown), file=_from_here(file))
    if looked.interrupted:
        complain(say("cli.check_interrupted"))
        return _INTERRUPTED
    return 3 if result.status is Status.NOT_GRADED else _STATUS[result.verdict or Verdict.FAILED]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What was measured, if anything was, and whether Ctrl-C came before all of it."""

    grading: Grading | None
    interrupted: bool


def _look(file: Path, course: Course, assignment: Assignment, means: Means) -> _Looked:
    """Grade the one file, as far as Ctrl-C lets us."""
    read = read_single(file, assignment.slug, student=file.stem, intake=means.store.intake)
    found = (
        Found(submissions=(read,), unreadable=(), findings=())
        if isinstance(read, Submission)
        else Found(submissions=(), unreadable=(read,), findings=())
    )
    so_far: list[Grading] = []
    interrupted = False
    try:
        grade_course(course, (assignment,), found, means=means, publish=so_far.append)
    except KeyboardInterrupt:
        interrupted = True
    return _Looked(grading=_for_whoever_checks(so_far), interrupted=interrupted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What is told beside a result: the file, the assignment and its course, and whether it was a look."""

    file: Path
    assignment: Assignment
    course: Course
    quick: bool = False


def _for_whoever_checks(so_far: Sequence[Grading]) -> Grading | None:
    """Return the newest grading, if anything was measured: without what is kept from students."""
    if not so_far:
        return None
    grading = so_far[-1]
    if any(_not_run_yet(result) for result in grading.submissions):
        return None
    return replace(grading, submissions=tuple(for_student(result) for result in grading.submissions))


def _not_run_yet(result: SubmissionResult) -> bool:
    return result.reason_message is not None and result.reason_message.key == "run-not-made-yet"


def _is_page(out: Path) -> bool:
    return out.suffix.lower() in (".html", ".htm")


def _write_page(grading: Grading, out: Path) -> None:
    """Write the page, alone, and say where it is."""
    result = grading.submissions[0]
    page = out if _is_page(out) else out / result.assignment / f"{result.id}.html"
    write_page(grading, page, spoken())
    tell(say("cli.page", path=str(page)))


@contextmanager
def _open_grader(folder: Path, machine: AskedMachine, **asked: Any) -> Iterator[Means]:
    """Open a grader; where nothing can be confined a student's own program runs all the same.

    What is missing is said, and what does not hold without it.
    """
    with ExitStack() as opened:
        try:
            means = opened.enter_context(machine.open_grader(folder, serial=True, **asked))
        except SandboxUnavailable as error:
            if machine.sandbox != "auto":
                raise
            tell(say("cli.check_unconfined", why=_without_its_end(error.message)))
            unconfined = replace(machine, sandbox="none", by_need=True)
            means = opened.enter_context(unconfined.open_grader(folder, serial=True, **asked))
        yield means


def _without_its_end(message: Message) -> Message:
    """Return why nothing is confined without its last words, that nothing was run: here it is."""
    pt, en = (phrase("cli.nothing_was_run", language) for language in (Language.PT, Language.EN))
    return Text(message.pt.removesuffix(pt), message.en.removesuffix(en), message.code, message.key)


def _assignment_of(file: Path, chosen: tuple[Assignment, ...]) -> Assignment:
    named = [a for a in chosen if a.slug in (file.stem, file.resolve().parent.name)]
    if len(chosen) == 1:
        return chosen[0]
    if len(named) != 1:
        available = ", ".join(a.slug for a in chosen)
        raise CourseError(say("assignment-of-file-unclear", file=file.name, available=available))
    return named[0]


def _public_part(assignment: Assignment, kinds: Mapping[str, CheckKind[Any]]) -> Assignment:
    """Return the assignment without what cannot be answered where a student's copy holds no record."""
    assignment = replace(assignment, data=replace(assignment.data, without_hidden=True))
    if assignment.reference is not None and (assignment.reference.parent / "record.json").is_file():
        return assignment
    visible = tuple(c for c in assignment.checks if not kinds[c.kind].needs_record(c))
    points = sum((c.points for c in visible), start=type(assignment.points)(0))
    return replace(assignment, reference=None, checks=visible, points=points)


def _from_here(file: Path) -> str:
    """Return the path of ``file`` as a build service knows it: from the folder it works in."""
    path, here = file.absolute(), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _print(result: SubmissionResult, shown: _Shown) -> None:
    language = spoken()
    out = console()
    title = shown.assignment.title.told_in(language)
    out.print(phrase("cli.check_measured", language, file=printable(shown.file.name), title=title))
    row = summary_row(result, language)
    elsewhere = _decided_elsewhere(result)
    word = elsewhere.told_in(language) if elsewhere else f"{row.verdict}: {row.points}"
    out.print(f"{word}  -  {printable(shown.course.name)}")
    if result.reason_message is not None:
        out.print(printable(row.why))
    for check in result.checks:
        message = printable(check.message.told_in(language))
        out.print(f"  {_MARKS[check.outcome.value]} {check.id}: {message}")
    notes = (*result.shown.notes, *(finding.message for finding in result.findings))
    for note in notes:
        if note != result.reason_message:
            out.print(f"  * {printable(note.told_in(language))}")
    out.print(_checked_here(result).told_in(language) if elsewhere else phrase("cli.check_note", language))
    if shown.quick:
        out.print(phrase("cli.check_look", language))
    codes = dict.fromkeys([*codes_to_explain(result), *(note.code for note in notes if note.code)])
    if codes:
        out.print(phrase("explain.hint", language, code=" ".join(codes)))


def _decided_elsewhere(result: SubmissionResult) -> Message | None:
    """Return what hangs on labels that are not here; None where the verdict can be told."""
    left = [check.max_points for check in result.checks if check.message.key == NOT_HERE]
    if not left:
        return None
    return say("cli.check_elsewhere", open=sum(left, Decimal(0)), possible=result.max_points)


def _checked_here(result: SubmissionResult) -> Message:
    """Return what was looked at all the same, on a machine without the labels."""
    answered = (Outcome.PASSED, Outcome.FAILED)
    names = ", ".join(check.id for check in result.checks if check.outcome in answered)
    others = say("cli.check_others", names=names) if names else NOTHING
    return say("cli.check_note_elsewhere", others=others)
