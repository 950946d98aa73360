"""Grades a course: submissions to cases, rounds of runs, audits, results; whole and published after each."""

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
from grader.orchestration.plan import tell_plan
from grader.orchestration.room import room_of_each
from grader.orchestration.runs_of import Made, retrainings_of, runs_of
from grader.orchestration.ungraded import not_graded, unreadable_result
from grader.words import say

Publish = Callable[[Grading], None]


def grade_course(
    course: Course,
    assignments: Sequence[Assignment],
    found: Found,
    *,
    means: Means,
    publish: Publish,
) -> Grading:
    """Grade every submission of ``assignments`` and publish the results after each round that made runs.

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

    try:
        while made := (
            _made_round(cases, means, course)
            or _made_trainings(cases, means, course)
            or (_made_audits(cases, means, course) if means.options.audits else None)
        ):
            if made.new:
                publish(so_far())
    except KeyboardInterrupt:
        _take_in(cases, means)
        publish(so_far())
        raise
    whole = so_far()
    publish(whole)
    return whole


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


def _made_round(cases: Sequence[Case], means: Means, course: Course) -> Made | None:
    """Make one run more of each case that wants one; return them, None where none did."""
    open_cases = [case for case in cases if case.more_runs_wanted(means)]
    if not open_cases:
        return None
    number = max(len(case.runs) for case in open_cases) + 1
    orders = [case.next_order(means) for case in open_cases]
    made = runs_of(
        orders,
        means,
        course=course.folder,
        what=say("progress.own_run" if means.options.watched else "progress.round", number=number),
        anew=means.options.force,
        announce=lambda missing, kept: tell_plan(missing, kept, open_cases, means, readable=len(cases)),
        heard=_heard(open_cases, means),
    )
    for case, order in zip(open_cases, orders, strict=True):
        if order.key in made.runs:
            case.runs.append(made.runs[order.key])
        else:
            case.lost = made.lost[order.key]
        case.judge(means)
    return made


def _heard(cases: Sequence[Case], means: Means) -> Callable[[bytes], None] | None:
    """Return who is told what programs print: a person who watches one, and that knows no hidden rows."""
    if not means.options.watched or any(case.ground.rows_hidden for case in cases):
        return None
    return means.progress.printed


def _take_in(cases: Sequence[Case], means: Means) -> None:
    """Judge also by the runs that an interrupted round had finished, also where it was judging."""
    for case in cases:
        run = means.store.load(case.next_order(means).key) if case.more_runs_wanted(means) else None
        if run is not None:
            case.runs.append(run)
        if run is not None or case.assessed is None:
            case.judge(means)


def _made_trainings(cases: Sequence[Case], means: Means, course: Course) -> Made | None:
    """Train again the recipes of those of whom that is wanted now; return that, None where none is."""
    wanted = [(case, count) for case in cases if (count := case.trainings_wanted(means)) is not None]
    if not wanted:
        return None
    orders = [case.training_orders(count, means) for case, count in wanted]
    for (case, _), of_case in zip(wanted, orders, strict=True):
        if means.options.force and not case.trainings:
            for order in of_case:
                means.store.forget(order.key)
    made = retrainings_of(
        [order for of_case in orders for order in of_case],
        means,
        course=course.folder,
        what=say("progress.retraining"),
    )
    for (case, count), of_case in zip(wanted, orders, strict=True):
        case.take_trainings(of_case, made, count, means)
    return made


def _made_audits(cases: Sequence[Case], means: Means, course: Course) -> Made | None:
    """Make the extra runs that are wanted now; return them, None where none is.

    An extra run that could not be made leaves its audit undecided and takes nothing away.
    """
    wanted = [(case, purpose) for case in cases for purpose in case.audits_wanted()]
    if not wanted:
        return None
    orders = [case.audit_order(purpose, means) for case, purpose in wanted]
    made = runs_of(orders, means, course=course.folder, what=say("progress.audits"), anew=means.options.force)
    for (case, purpose), order in zip(wanted, orders, strict=True):
        key = order.key
        case.extra[purpose] = made.runs[key] if key in made.runs else made.lost[key]
    for case in dict.fromkeys(case for case, _ in wanted):
        case.judge(means)
    return made


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
