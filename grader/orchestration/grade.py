"""Grades a course: submissions to cases, waves of runs, results; whole and published as they come."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from grader.coursefiles.find_submissions import Found
from grader.model.assignment import Assignment, Course
from grader.model.result import Grading, Machine, SubmissionResult
from grader.model.run import MIB, Purpose
from grader.orchestration.case import Case
from grader.orchestration.class_audits import twins_of
from grader.orchestration.lay_grounds import Grounds, lay_grounds
from grader.orchestration.means import Means
from grader.orchestration.other_assignment import with_other_assignment
from grader.orchestration.room import room_of_each
from grader.orchestration.ungraded import not_graded, unreadable_result
from grader.orchestration.waves import make_wave
from grader.words import say

Publish = Callable[[Grading], None]
_SELDOM_SECONDS = 20.0
_SMALL_PART = 0.03


def grade_course(
    course: Course,
    assignments: Sequence[Assignment],
    found: Found,
    *,
    means: Means,
    publish: Publish,
) -> Grading:
    """Grade every submission of ``assignments``; publish while runs go on, and after each wave of them.

    A run that is kept from before is not made again. A submission whose run could not be made is "not
    graded", and the next grading tries it again. Ctrl-C leaves published what is finished.

    Raises:
        CourseError, RuntimeMissing, SandboxError: nothing could be graded at all; the message says why.
    """
    started = means.clock()
    received = {submission.assignment for submission in found.submissions}
    grounds = lay_grounds([a for a in assignments if a.slug in received], means)
    cases = [
        Case(submission=submission, ground=grounds.laid[submission.assignment])
        for submission in found.submissions
        if submission.assignment in grounds.laid
    ]
    settled = _without_a_run(found, assignments, grounds)
    means = _with_room(cases, means)

    def so_far() -> Grading:
        results = [*settled, *_results_of(cases, course)]
        return _grading(course, assignments, results, means=means, started=started)

    beside = _Seldom(lambda: publish(so_far()))
    try:
        while made := make_wave(cases, means, course, judged=beside):
            if made.new:
                publish(so_far())
    except KeyboardInterrupt:
        _take_in(cases, means)
        publish(so_far())
        raise
    whole = so_far()
    publish(whole)
    return whole


class _Seldom:
    """Publishes while runs go on, but never more than a small part of the time."""

    def __init__(self, publish: Callable[[], None]) -> None:
        self._publish = publish
        self._not_before = time.monotonic() + _SELDOM_SECONDS

    def __call__(self) -> None:
        begun = time.monotonic()
        if begun >= self._not_before:
            self._publish()
            took = time.monotonic() - begun
            self._not_before = begun + max(_SELDOM_SECONDS, took / _SMALL_PART)


def _with_room(cases: Sequence[Case], means: Means) -> Means:
    """Return ``means`` by which no run keeps more than its share; told where that is little."""
    audits = len(Purpose) if means.options.audits else 0
    runs = len(cases) * (_most_runs(cases, means) + audits)
    room = room_of_each(runs, means.store.folder)
    if room < means.room:
        means.progress.say(say("batch-with-little-room", room=room // MIB, runs=runs))
    return replace(means, room=min(room, means.room))


def _without_a_run(
    found: Found, assignments: Sequence[Assignment], grounds: Grounds
) -> list[SubmissionResult]:
    """Return the rows of those of whom nothing can be run: unreadable, or without a ground to stand on."""
    points = {assignment.slug: assignment.points for assignment in assignments}
    unreadable = [unreadable_result(one, points[one.assignment]) for one in found.unreadable]
    barred = [
        not_graded(submission, points[submission.assignment], *grounds.barred[submission.assignment])
        for submission in found.submissions
        if submission.assignment in grounds.barred
    ]
    return [*unreadable, *barred]


def _most_runs(cases: Sequence[Case], means: Means) -> int:
    return max((means.options.runs or case.ground.assignment.run.runs_max for case in cases), default=0)


def _take_in(cases: Sequence[Case], means: Means) -> None:
    """Judge also by the runs that an interrupted round had finished, also where it was judging."""
    for case in cases:
        run = means.store.load(case.next_order(means).key) if case.more_runs_wanted(means) else None
        if run is not None:
            case.runs.append(run)
        if run is not None or case.assessed is None:
            case.judge(means)


def _results_of(cases: Sequence[Case], course: Course) -> list[SubmissionResult]:
    """Return the result of each, with what only the whole class shows."""
    beside = {}
    for ground in dict.fromkeys(case.ground for case in cases):
        graded = [(c.submission, c.assessed) for c in cases if c.ground is ground and c.assessed]
        found = twins_of(ground, graded)
        beside.update({(ground.assignment.slug, key): findings for key, findings in found.items()})
    results = [with_other_assignment(case.result(), case.submission, course) for case in cases]
    return [
        replace(result, findings=(*result.findings, *more))
        if (more := beside.get((result.assignment, result.id)))
        else result
        for result in results
    ]


def _grading(
    course: Course,
    assignments: Sequence[Assignment],
    results: list[SubmissionResult],
    *,
    means: Means,
    started: datetime,
) -> Grading:
    tools = means.tools
    guards = {r.run.memory_guard.value for result in results for r in result.runs}
    ordered = sorted(results, key=lambda r: (r.student.casefold(), r.assignment, r.id))
    return Grading(
        grader=tools.version,
        course=course.name,
        started=started,
        finished=means.clock(),
        machine=Machine(
            cpus=tools.cpus,
            gpus=tools.gpu_names,
            sandbox=tools.sandbox.name,
            memory_limit=min(guards) if guards else "none",
        ),
        titles={a.slug: a.title for a in assignments},
        submissions=tuple(ordered),
    )
