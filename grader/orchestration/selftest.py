"""The self-test of an assignment: its zoo down the road of every submission, and what caught which."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.coursefiles.find_submissions import Found, find_submissions, read_single
from grader.measuring.audits.registry import ACCUSES_IN, EXTRA_RUNS
from grader.model.assignment import Assignment, Course
from grader.model.check import CheckResult, Outcome
from grader.model.errors import CourseError
from grader.model.result import AuditOutcome, Status, SubmissionResult, Verdict
from grader.model.selftest import Animal, Cell, Column, Ending, Matrix, Row
from grader.model.submission import Severity, Submission
from grader.orchestration.grade import grade_course
from grader.orchestration.ground import lay_ground
from grader.orchestration.means import Means
from grader.orchestration.zoo import OTHER_TWIN, REFERENCE, TWINS, write_zoo
from grader.plugins.interfaces import CheckKind
from grader.words import say


def selftest(
    course: Course, assignment: Assignment, *, means: Means, folder: Path, only: Collection[str] = ()
) -> Matrix:
    """Grade the zoo of ``assignment`` as a class, in ``folder``, and return who was caught by what.

    The twins are graded as a class of two: beside the others, who share pieces, everybody would be a twin.
    ``only`` names the programs to grade; without a name, all.

    Raises:
        CourseError: the zoo has no programs for such data, or none of a name in ``only``, or the assignment
            cannot be graded.
        DataMissing: its data are not on this machine.
    """
    ground = lay_ground(assignment, means)
    animals = write_zoo(assignment, ground.prepared, folder)
    found = find_submissions(folder, [assignment.slug], intake=means.store.intake)
    twins = (TWINS, OTHER_TWIN)
    alone = replace(assignment, audits=replace(assignment.audits, twins=False))
    herd = [s for s in found.submissions if s.student not in twins]
    if assignment.reference is not None:
        own = read_single(
            assignment.reference, assignment.slug, student=REFERENCE.name, intake=means.store.intake
        )
        herd += [own] if isinstance(own, Submission) else []
        animals = (REFERENCE, *animals)
    if only:
        animals = _named(only, animals, assignment)
        herd = [s for s in herd if s.student in only]
    results = _graded(course, alone, herd, means) if herd else {}
    if assignment.audits.twins and any(animal.name == TWINS for animal in animals):
        two = replace(assignment, audits=replace(assignment.audits, pair=False, placebo=False))
        results |= _graded(course, two, [s for s in found.submissions if s.student in twins], means)
    columns = _columns(assignment, means.tools.checks)
    return Matrix(
        assignment=assignment.slug,
        max_points=assignment.points,
        columns=columns,
        rows=tuple(
            _row(animal, results[animal.name], columns) for animal in animals if animal.name in results
        ),
    )


def _named(only: Collection[str], animals: Sequence[Animal], assignment: Assignment) -> tuple[Animal, ...]:
    """Return those of ``animals`` that ``only`` names.

    Raises:
        CourseError: there is none of one of the names.
    """
    names = [animal.name for animal in animals]
    for name in only:
        if name not in names:
            raise CourseError(
                say("zoo-without-that-program", name=assignment.slug, program=name, programs=", ".join(names))
            )
    return tuple(animal for animal in animals if animal.name in only)


def _graded(
    course: Course, assignment: Assignment, submissions: Sequence[Submission], means: Means
) -> dict[str, SubmissionResult]:
    found = Found(submissions=tuple(submissions), unreadable=(), findings=())
    grading = grade_course(course, (assignment,), found, means=means, publish=lambda _: None)
    return {result.student: result for result in grading.submissions}


def _columns(assignment: Assignment, kinds: Mapping[str, CheckKind[Any]]) -> tuple[Column, ...]:
    """Return the audits that are made, and the checks that say something about where answers come from."""
    checks = [
        Column(name=check.id, kind=check.kind, audit=False, has_bar=kinds[check.kind].has_bar)
        for check in assignment.checks
        if not kinds[check.kind].own_word
    ]
    off = {name for name in ACCUSES_IN if getattr(assignment.audits, name, True) is False}
    return (*checks, *(Column(name=name, kind=name, audit=True) for name in ACCUSES_IN if name not in off))


def _row(animal: Animal, result: SubmissionResult, columns: Sequence[Column]) -> Row:
    checks = {check.id: check for check in result.checks}
    cells = {
        column: _audit_cell(column.name, result) if column.audit else _check_cell(checks.get(column.name))
        for column in columns
    }
    spent = [one.run.cpu_seconds for one in result.runs] + [one.cpu_seconds for one in result.audits]
    return Row(
        animal=animal,
        verdict=result.verdict,
        points=result.points,
        cells=cells,
        codes=tuple(dict.fromkeys(f.code for f in result.findings if f.severity is not Severity.INFO)),
        ending=_ending(animal, result, cells),
        cpu_seconds=sum(spent),
    )


def _check_cell(check: CheckResult | None) -> Cell:
    if check is None or check.outcome in (Outcome.SKIPPED, Outcome.ERRORED):
        return Cell.NOT_MADE
    if check.outcome is Outcome.FAILED:
        return Cell.CAUGHT
    return Cell.UNSURE if check.outcome is Outcome.INCONCLUSIVE else Cell.PASSED


def _audit_cell(name: str, result: SubmissionResult) -> Cell:
    if any(finding.message.key in ACCUSES_IN[name] for finding in result.findings):
        return Cell.CAUGHT
    if name not in EXTRA_RUNS:
        return Cell.PASSED if name != "twins" or result.student == TWINS else Cell.NOT_MADE
    made = next((one for one in result.audits if one.audit == name), None)
    if made is None:
        return Cell.NOT_MADE
    return Cell.PASSED if made.outcome is AuditOutcome.CLEAR else Cell.UNSURE


def _ending(animal: Animal, result: SubmissionResult, cells: dict[Column, Cell]) -> Ending:
    """Return what became of ``animal``; a control may come too close to a bar, but must not be accused."""
    if result.status is Status.NOT_GRADED:
        return Ending.NOT_GRADED
    caught = {column for column, cell in cells.items() if cell is Cell.CAUGHT}
    if animal.control:
        accused = any(column.audit for column in caught)
        failed = animal is REFERENCE and result.verdict is Verdict.FAILED
        return Ending.ALARM if accused or failed else Ending.CLEAR
    if animal.tolerated:
        return Ending.TOLERATED
    if result.verdict is Verdict.FAILED or any(_is_meant(column, animal) for column in caught):
        return Ending.CAUGHT
    return Ending.HOLE


def _is_meant(column: Column, animal: Animal) -> bool:
    return ("metric" if column.has_bar else column.kind) in animal.caught_by
