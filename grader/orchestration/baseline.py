"""The reference solution down the same road: its record, kept beside it, or one run made now."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.coursefiles.find_submissions import read_single
from grader.files.plain_data import plain_of, read_plain
from grader.model.assignment import Assignment, VerdictSpec
from grader.model.errors import CourseError
from grader.model.evidence import Fit
from grader.model.message import Message
from grader.model.metric import Baseline, MetricSummary
from grader.model.result import RunResult
from grader.model.retrained import Retrained
from grader.model.run import Limits, NotRun, Run, RunStatus
from grader.model.submission import Submission
from grader.orchestration.assess import Assessed, assess
from grader.orchestration.ground import Ground, Reference
from grader.orchestration.means import Means
from grader.orchestration.orders import order_of
from grader.orchestration.reference_rows import decode_rows, encode_rows
from grader.orchestration.retrained import retrain
from grader.orchestration.runs_of import runs_of
from grader.storage.course_key import key_of
from grader.storage.run_store import StoredRun, write_whole
from grader.words import say

RECORD_SCHEMA = "grader/reference/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRecord:
    """What ``record.json`` holds: of which solution, settings and data, and what its runs came to."""

    schema: str
    assignment: str
    solution: str
    run_version: str
    data: str
    runtime: str
    threads: int
    seconds: float | None
    cpu_seconds: tuple[float, ...]
    metrics: tuple[MetricSummary, ...]
    rows: dict[str, Any] | None = None
    fits: tuple[Fit, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReferenceRuns:
    """The reference's runs on their ground, judged like anyone's."""

    submission: Submission
    ground: Ground
    assessed: Assessed
    limits: Limits


def reference_of(ground: Ground, means: Means) -> Reference | NotRun:
    """Return what is known of the reference: its calibration record, else one run, made now and kept."""
    if ground.assignment.reference is None or not ground.assignment.data.given:
        return Reference()
    submission = _submission(ground.assignment, means)
    recorded = _read_record(ground, submission)
    if recorded is not None:
        return recorded
    ran = run_reference(ground, 1, means)
    return ran if isinstance(ran, NotRun) else _from_runs(ran)


def run_reference(
    ground: Ground, runs: int, means: Means, *, what: Message | None = None
) -> ReferenceRuns | NotRun:
    """Run the reference solution ``runs`` times (kept runs are not made again) and judge it.

    It is told by the mean of its runs, whatever the assignment's rule, and compared with nothing. Of several
    runs only the first is made where it has a recipe: that is trained so many times instead, in one job.

    Raises:
        CourseError: the assignment has no reference solution, or it delivers nothing.
    """
    assignment = ground.assignment
    alone = replace(ground, assignment=replace(assignment, verdict=VerdictSpec()), reference=Reference())
    submission = _submission(assignment, means)
    orders = [order_of(submission, alone, number, means) for number in range(1, runs + 1)]
    stored: list[StoredRun] = []
    retrained: Retrained | Message | None = None
    for some in (orders[:1], orders[1:]):
        if not some or isinstance(retrained, Retrained):
            break
        made = runs_of(some, means, course=_course(assignment), what=what or say("progress.reference"))
        if made.lost:
            return NotRun(reason=next(iter(made.lost.values())))
        stored += made.in_order(some)
        assessed = assess(submission, alone, stored, tools=means.tools)
        retrained = _trained(assessed, stored[0], alone, runs, means) if runs > 1 else None
    if isinstance(retrained, Retrained):
        assessed = assess(submission, alone, stored, tools=means.tools, retrained=retrained)
    if not assessed.result.metrics and timed_out(assessed):
        raise too_slow(assignment, orders[0].limits)
    if not assessed.result.metrics:
        reason = assessed.result.reason_message or say("run-not-made-yet")
        raise CourseError(say("reference-solution-not-measured", name=assignment.slug, problem=reason))
    return ReferenceRuns(submission=submission, ground=alone, assessed=assessed, limits=orders[0].limits)


def _trained(
    assessed: Assessed, first: StoredRun, ground: Ground, count: int, means: Means
) -> Retrained | Message | None:
    """Return ``count`` of our own trainings by the reference's recipe; None where it has none."""
    if assessed.recipe is None:
        return None
    found = retrain(
        assessed.recipe,
        ground,
        means,
        course=_course(ground.assignment),
        count=count,
        program=first.run,
        secret=key_of(means.store.folder).secret,
        label=f"{ground.assignment.slug} · recipe",
        steps=(count,),
    )
    whole = isinstance(found, Retrained) and len(found.nets) == count
    return found if whole else say("run-not-made-yet")


def _course(assignment: Assignment) -> Path:
    return assignment.folder.parent.parent


def timed_out(assessed: Assessed) -> bool:
    """Return whether the time limit ended one of its runs."""
    return any(one.run.status is RunStatus.TIMEOUT for one in assessed.result.runs)


def too_slow(assignment: Assignment, limits: Limits) -> CourseError:
    """Return that the reference solution does not end in time: not in the words that a student is told."""
    return CourseError(say("reference-solution-timed-out", name=assignment.slug, limit=limits.wall_seconds))


def write_reference_record(ran: ReferenceRuns) -> Path:
    """Keep the reference's measurements beside its solution and return the record's path.

    Raises:
        StorageError: it could not be written.
    """
    reference, ground = _from_runs(ran), ran.ground
    assignment, runs = ground.assignment, ran.assessed.result.runs
    record = ReferenceRecord(
        schema=RECORD_SCHEMA,
        assignment=assignment.slug,
        solution=ran.submission.digest,
        run_version=assignment.run_version,
        data=ground.prepared.measured_by,
        runtime=ground.runtime.digest,
        threads=runs[0].run.threads,
        seconds=reference.seconds,
        cpu_seconds=tuple(one.run.cpu_seconds for one in runs),
        metrics=ran.assessed.result.metrics,
        rows=encode_rows(ran.assessed.answers),
        fits=tuple(_rounded(fit) for fit in reference.fits),
    )
    path = _record_path(assignment)
    write_whole(path, json.dumps(plain_of(record), indent=1, ensure_ascii=False) + "\n")
    return path


def _submission(assignment: Assignment, means: Means) -> Submission:
    if assignment.reference is None:
        raise CourseError(say("reference-solution-missing", name=assignment.slug))
    read = read_single(assignment.reference, assignment.slug, student="reference", intake=means.store.intake)
    if not isinstance(read, Submission):
        raise CourseError(
            say("reference-solution-not-measured", name=assignment.slug, problem=read.finding.message)
        )
    return read


def _record_path(assignment: Assignment) -> Path:
    if assignment.reference is None:
        raise CourseError(say("reference-solution-missing", name=assignment.slug))
    return assignment.reference.parent / "record.json"


def _read_record(ground: Ground, submission: Submission) -> Reference | None:
    """Return the kept record if it is of this solution, these run settings and these data."""
    try:
        record = read_plain(ReferenceRecord, json.loads(_record_path(ground.assignment).read_bytes()))
    except (FileNotFoundError, ValueError):
        return None
    named = (record.solution, record.run_version, record.data)
    if record.schema != RECORD_SCHEMA or named != (
        submission.digest,
        ground.assignment.run_version,
        ground.prepared.measured_by,
    ):
        return None
    return Reference(
        baseline=Baseline(summaries=record.metrics),
        fits=record.fits,
        seconds=record.seconds,
        answers=decode_rows(record.rows),
    )


def _from_runs(ran: ReferenceRuns) -> Reference:
    runs = ran.assessed.result.runs
    return Reference(
        baseline=Baseline(summaries=ran.assessed.result.metrics),
        fits=_last_fit(runs[0]),
        seconds=max(seconds_alone(one.run) for one in runs),
        answers=ran.assessed.answers,
    )


def seconds_alone(run: Run) -> float:
    """Return how long ``run`` takes on a machine of its own: estimates and limits are made from it.

    A busy machine stretches the clock, not the processor time; on a GPU the processor waits, so there the
    clock counts.
    """
    return run.seconds if run.gpu is not None else min(run.seconds, run.cpu_seconds)


def _last_fit(run: RunResult) -> tuple[Fit, ...]:
    return run.fits[-1:]


def _rounded(fit: Fit) -> Fit:
    """Return ``fit`` with no more digits than a chart shows."""
    history = {name: tuple(round(value, 6) for value in values) for name, values in fit.history.items()}
    return replace(fit, seconds=round(fit.seconds, 2), history=history)
