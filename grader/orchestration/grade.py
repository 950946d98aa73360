"""Grades a course: rounds of runs over the class, results whole after each round."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from grader.coursefiles.find_submissions import Found
from grader.datasets.prepare import Prepared
from grader.model.assignment import Assignment, Course, GpuNeed, Labels
from grader.model.errors import CourseError, DataMissing
from grader.model.evidence import Source
from grader.model.message import Message
from grader.model.result import Grading, Machine, Reason, SubmissionResult, Verdict
from grader.model.run import NotRun, Purpose
from grader.model.submission import Finding, Submission
from grader.orchestration.assess import Assessed, Reference, assess, not_graded, unreadable_result
from grader.orchestration.audit import pair_is_open
from grader.orchestration.baseline import reference_of
from grader.orchestration.class_audits import twins_of
from grader.orchestration.make_runs import Grader, make_runs
from grader.orchestration.plan import (
    limits_of,
    make_audit_task,
    make_task,
    prepare_data,
    record_of,
    threads_for,
)
from grader.orchestration.tools import Options
from grader.orchestration.work import RunTask
from grader.runtimes.catalogue import Runtime, find_runtime
from grader.storage.run_store import StoredRun
from grader.words import say

Publish = Callable[[Grading], None]

_FEWEST_ROWS = 50
"""Fewer graded rows can all be right by luck: a placebo could find nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What the submissions of one assignment stand on: data, runtime, the reference's record."""

    assignment: Assignment
    prepared: Prepared
    runtime: Runtime
    reference: Reference


@dataclass(slots=True, kw_only=True, eq=False)
class Standing:
    """How far one submission has come: its runs, those of its audits, and whether one more is wanted."""

    submission: Submission
    ground: Ground
    runs: list[StoredRun] = field(default_factory=list)
    extra: dict[Purpose, StoredRun | Message] = field(default_factory=dict)
    lost: Message | None = None
    assessed: Assessed | None = None
    wants_more: bool = True


def grade_course(
    course: Course,
    assignments: Sequence[Assignment],
    found: Found,
    *,
    grader: Grader,
    publish: Publish,
) -> Grading:
    """Grade every submission of ``assignments`` and publish the results after each round.

    A run that is kept from before is not made again. A submission whose run could not be made is "not
    graded", and the next grading tries it again.

    Raises:
        CourseError, RuntimeMissing, SandboxError: nothing could be graded at all; the message says why.
    """
    started = grader.clock()
    received = {s.assignment for s in found.submissions}
    wanted = [a for a in assignments if a.slug in received]
    grounds, barred = _lay_grounds(wanted, grader)
    standings = [
        Standing(submission=s, ground=grounds[s.assignment])
        for s in found.submissions
        if s.assignment in grounds
    ]
    settled = [
        *(unreadable_result(u, _points(assignments, u.assignment)) for u in found.unreadable),
        *(
            not_graded(s, _points(assignments, s.assignment), *barred[s.assignment])
            for s in found.submissions
            if s.assignment in barred
        ),
    ]

    def grading() -> Grading:
        results = [*settled, *_results_of(standings)]
        return _grading(course, assignments, results, grader=grader, started=started)

    _run_rounds(standings, grader, lambda: publish(grading()))
    if grader.options.audits:
        _run_audits(standings, grader, lambda: publish(grading()))
    whole = grading()
    publish(whole)
    return whole


def _lay_grounds(
    assignments: Sequence[Assignment], grader: Grader
) -> tuple[dict[str, Ground], dict[str, tuple[Reason, Message]]]:
    """Return what each assignment stands on, and why those stand on nothing that do not."""
    grounds: dict[str, Ground] = {}
    barred: dict[str, tuple[Reason, Message]] = {}
    for assignment in assignments:
        tools = grader.tools
        runtime = find_runtime(assignment.run.runtime, tools.cache, cuda=bool(tools.gpus))
        if assignment.run.gpu is GpuNeed.REQUIRED and not tools.gpus:
            barred[assignment.slug] = (Reason.INFRASTRUCTURE, say("required-gpu-missing"))
            continue
        try:
            prepared = prepare_data(assignment, runtime, tools)
        except DataMissing as error:
            barred[assignment.slug] = (Reason.DATA_MISSING, error.message)
            continue
        try:
            reference = reference_of(assignment, prepared=prepared, runtime=runtime, grader=grader)
        except CourseError as error:
            reference = NotRun(reason=error.message)
        if isinstance(reference, NotRun):
            barred[assignment.slug] = (Reason.INFRASTRUCTURE, reference.reason)
            continue
        grounds[assignment.slug] = Ground(
            assignment=assignment, prepared=prepared, runtime=runtime, reference=reference
        )
    return grounds, barred


def _run_rounds(standings: list[Standing], grader: Grader, after_round: Callable[[], None]) -> None:
    """Make run 1 of everybody, then one more of those who need it, until nobody does."""
    most = max((_most_runs(one, grader.options) for one in standings), default=0)
    for number in range(1, most + 1):
        open_ones = [one for one in standings if one.wants_more]
        if not open_ones:
            break
        if grader.options.force:
            for one in open_ones:
                grader.store.forget(_task(one, number, grader).key)
        _run_round(open_ones, number, grader)
        for one in open_ones:
            _take_stock(one, grader)
        after_round()


def _run_round(open_ones: list[Standing], number: int, grader: Grader) -> None:
    """Make run ``number`` of each, taking what is kept from before."""
    tasks = {id(one): _task(one, number, grader) for one in open_ones}
    kept = {key: run for key in {t.key for t in tasks.values()} if (run := grader.store.load(key))}
    missing = {t.key: t for t in tasks.values() if t.key not in kept}
    lost: dict[str, Message] = {}
    if missing:
        seconds = {one.ground.assignment.slug: one.ground.reference.seconds or 0.0 for one in open_ones}
        expected = sum(seconds[task.assignment.slug] for task in missing.values())
        _announce(list(missing.values()), len(kept), expected, grader)
        kept.update(make_runs(missing.values(), grader, say("progress.round", number=number), lost))
    for one in open_ones:
        key = tasks[id(one)].key
        if key in kept:
            one.runs.append(kept[key])
        else:
            one.lost = lost[key]


def _run_audits(standings: list[Standing], grader: Grader, after_round: Callable[[], None]) -> None:
    """Make the extra runs of those who would pass, then repeat the pairs that differ.

    An extra run that could not be made leaves its audit undecided and takes nothing away.
    """
    asked = {id(one): _audits_of(one) for one in standings}
    rounds: tuple[Callable[[Standing], list[Purpose]], ...] = (
        lambda one: asked[id(one)],
        lambda one: [Purpose.REPEAT] if one.assessed and pair_is_open(one.assessed.result.audits) else [],
    )
    for wanted in rounds:
        tasks = [(one, p, _audit_task(one, p, grader)) for one in standings for p in wanted(one)]
        if not tasks:
            return
        if grader.options.force:
            for _, _, task in tasks:
                grader.store.forget(task.key)
        made, lost = _make_extra([task for _, _, task in tasks], grader)
        for one, purpose, task in tasks:
            one.extra[purpose] = made[task.key] if task.key in made else lost[task.key]
        for one in {id(one): one for one, _, _ in tasks}.values():
            _take_stock(one, grader)
        after_round()


def _audits_of(one: Standing) -> list[Purpose]:
    """Return the audits worth their runs: of those who would pass.

    Where inputs are typed in, no test label is served that answers could depend on, and a handful of graded
    rows tells nothing.
    """
    asked, result = one.ground.assignment, one.assessed.result if one.assessed else None
    if result is None or result.evidence is None:
        return []
    typed = one.ground.prepared.dataset.typed
    if typed and (result.evidence is not Source.MODEL or len(one.ground.prepared.y_graded) < _FEWEST_ROWS):
        return []
    earned = any(check.metric is not None and check.points > 0 for check in result.checks)
    if result.verdict is Verdict.FAILED and not earned:
        return []
    pair = asked.audits.pair and asked.data.labels is Labels.CANARY and not typed
    wanted = ((Purpose.PAIR, pair), (Purpose.PLACEBO, asked.audits.placebo))
    return [purpose for purpose, on in wanted if on]


def _audit_task(one: Standing, purpose: Purpose, grader: Grader) -> RunTask:
    evidence = one.assessed.result.evidence if one.assessed else None
    leading = one.assessed.leading if one.assessed else 0
    graded = _task(one, leading + 1, grader)
    return make_audit_task(graded, one.runs[leading], purpose, model=evidence is Source.MODEL)


def _make_extra(
    tasks: list[RunTask], grader: Grader
) -> tuple[Mapping[str, StoredRun], Mapping[str, Message]]:
    """Return the runs of ``tasks`` by key, kept or made now, and why some could not be made."""
    made = {task.key: run for task in tasks if (run := grader.store.load(task.key))}
    missing = {task.key: task for task in tasks if task.key not in made}
    lost: dict[str, Message] = {}
    if missing:
        made.update(make_runs(missing.values(), grader, say("progress.audits"), lost))
    return made, lost


def _announce(missing: list[RunTask], kept: int, expected: float, grader: Grader) -> None:
    """Say how much there is to do, how long it takes if programs are like the references, and at most."""
    jobs = max(1, min(grader.options.jobs, len(missing)))
    limit = sum(task.limits.wall_seconds for task in missing) / jobs
    students = len({(t.submission.id, t.assignment.slug) for t in missing})
    fields = {"submissions": students, "runs": len(missing), "jobs": jobs, "kept": kept, "limit": limit}
    if expected:
        grader.progress.say(say("grading-plan-with-estimate", expected=expected / jobs, **fields))
    else:
        grader.progress.say(say("grading-plan", **fields))


def _task(one: Standing, number: int, grader: Grader) -> RunTask:
    ground = one.ground
    seconds = ground.reference.seconds
    return make_task(
        one.submission,
        ground.assignment,
        number,
        prepared=ground.prepared,
        runtime=ground.runtime,
        tools=grader.tools,
        limits=limits_of(ground.assignment, grader.options, reference_seconds=seconds),
        threads=threads_for(grader.tools, grader.options.jobs),
        store=grader.store,
    )


def _take_stock(one: Standing, grader: Grader) -> None:
    """Judge the runs so far and decide whether another one is worth making."""
    if one.lost is not None:
        one.wants_more = False
        return
    one.assessed = assess(
        one.submission,
        one.ground.assignment,
        one.runs,
        prepared=one.ground.prepared,
        tools=grader.tools,
        reference=one.ground.reference,
        record=record_of(
            one.submission,
            one.ground.assignment,
            prepared=one.ground.prepared,
            runtime=one.ground.runtime,
        ),
        extra=one.extra,
    )
    made, asked = len(one.runs), grader.options.runs
    if asked is not None:
        one.wants_more = made < asked
    else:
        spec = one.ground.assignment.run
        undecided = made < spec.runs_max and one.assessed.more_runs_wanted
        one.wants_more = made < spec.runs_min or undecided


def _most_runs(one: Standing, options: Options) -> int:
    return options.runs or one.ground.assignment.run.runs_max


def _results_of(standings: Sequence[Standing]) -> list[SubmissionResult]:
    """Return the result of each, with what only the whole class shows."""
    beside: dict[tuple[str, str], tuple[Finding, ...]] = {}
    for ground in {one.ground.assignment.slug: one.ground for one in standings}.values():
        graded = [(o.submission, o.assessed) for o in standings if o.ground is ground and o.assessed]
        asked, reference = ground.assignment, ground.reference
        found = twins_of(asked, graded, prepared=ground.prepared, reference=reference)
        beside.update({(asked.slug, key): findings for key, findings in found.items()})
    results = []
    for one in standings:
        result = _result_of(one)
        told = beside.get((result.assignment, result.id), ())
        results.append(replace(result, findings=(*result.findings, *told)))
    return results


def _result_of(one: Standing) -> SubmissionResult:
    points = one.ground.assignment.points
    if one.assessed is not None:  # a run of ours that failed later does not undo what was measured
        return one.assessed.result
    return not_graded(one.submission, points, Reason.INFRASTRUCTURE, one.lost or say("run-not-made-yet"))


def _points(assignments: Sequence[Assignment], slug: str) -> Decimal:
    return next(a.points for a in assignments if a.slug == slug)


def _grading(
    course: Course,
    assignments: Sequence[Assignment],
    results: list[SubmissionResult],
    *,
    grader: Grader,
    started: datetime,
) -> Grading:
    tools = grader.tools
    guards = {r.run.memory_guard.value for result in results for r in result.runs}
    ordered = sorted(results, key=lambda r: (r.student.casefold(), r.assignment, r.id))
    return Grading(
        grader=tools.version,
        course=course.name,
        started=started,
        finished=grader.clock(),
        machine=Machine(
            cpus=tools.cpus,
            gpus=tools.gpu_names,
            sandbox=tools.sandbox.name,
            memory_limit=min(guards) if guards else "none",
        ),
        titles={a.slug: a.title for a in assignments},
        submissions=tuple(ordered),
    )
