"""The reference solution run N times: its record kept, and what it says of each bar of the assignment."""

import statistics
from dataclasses import dataclass
from pathlib import Path

from grader.measuring.judging.propose import propose, runs_to_separate
from grader.measuring.judging.standing import undecided_within
from grader.measuring.judging.statistics import binomial_interval, errors_allowed
from grader.model.assignment import Assignment
from grader.model.check import CheckSpec
from grader.model.errors import CourseError, SandboxError
from grader.model.message import Message
from grader.model.metric import Direction, MetricSummary
from grader.model.run import NotRun
from grader.model.submission import Finding, Severity
from grader.orchestration.baseline import (
    ReferenceRuns,
    run_reference,
    timed_out,
    too_slow,
    write_reference_record,
)
from grader.orchestration.ground import lay_ground
from grader.orchestration.means import Means, Tools
from grader.words import say

_ACCUSING = frozenset(
    {
        "test-rows-in-training",
        "typed-test-rows-in-training",
        "canary-labels-repeated",
        "answers-follow-published-order",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarFigures:
    """What the runs of the reference say of one bar; of a scale, its lower end: no points are earned there.

    Values and bars in the metric's own unit, times in seconds of processor. ``without_value`` runs delivered
    nothing that could be measured and do not meet the bar; runs that came out exactly the same count once.
    """

    assignment: str
    check: str
    kind: str
    metric: str
    threshold: float
    direction: str
    runs: int
    without_value: int
    values: tuple[float, ...]
    mean: float
    median: float
    sd: float | None
    n: int
    counts_rows: bool
    resolution: float | None
    errors_allowed: int | None
    met: int
    p_pass: float
    p_pass_low: float
    p_pass_high: float
    runs_to_separate: int | None
    runs_max: int
    proposed: float | None
    proposed_errors: int | None
    proposed_margin: float | None
    undecided_within: float | None
    cpu_seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Every bar of one assignment, and where the record of the reference was written."""

    bars: tuple[BarFigures, ...]
    record: Path


def calibrate(assignment: Assignment, runs: int, means: Means) -> Calibration:
    """Run the reference solution ``runs`` times and keep its record beside it.

    Where it has a recipe, it is run once and trained so many times: what its seeds do is the same.

    Raises:
        CourseError: there is no reference solution, nothing of it can be measured, it did not end in time, or
            the audits that everybody goes through accuse it: as a measure for others it must be above that.
        DataMissing, RuntimeMissing, SandboxError: this machine lacks what its runs need.
        StorageError: the record could not be written.
    """
    if assignment.reference is not None and not assignment.data.given:
        file = f"reference_solutions/{assignment.slug}/{assignment.reference.name}"
        raise CourseError(say("nothing-to-calibrate", name=assignment.slug, file=file))
    ground = lay_ground(assignment, means)
    ran = run_reference(ground, runs, means, what=say("progress.calibrate", name=assignment.slug))
    if isinstance(ran, NotRun):
        raise SandboxError(ran.reason)
    if timed_out(ran.assessed):
        raise too_slow(assignment, ran.limits)
    accused = next((one.message for one in ran.assessed.result.findings if _accuses(one)), None)
    if accused is not None:
        raise CourseError(say("reference-solution-accused", name=assignment.slug, why=accused))
    bars = tuple(
        _figures(assignment, check, ran, means.tools)
        for check in assignment.checks
        if means.tools.checks[check.kind].has_bar
    )
    return Calibration(bars=bars, record=write_reference_record(ran))


def _accuses(finding: Finding) -> bool:
    """Return whether ``finding`` says that test rows or their labels went into the answers."""
    return finding.severity is Severity.REVIEW and finding.message.key in _ACCUSING


def _figures(assignment: Assignment, check: CheckSpec, ran: ReferenceRuns, tools: Tools) -> BarFigures:
    """Return the figures of the bar that decides ``check``, of a kind that has one."""
    result, kind = ran.assessed.result, tools.checks[check.kind]
    name = kind.measures(check)
    summary: MetricSummary | None = next((s for s in result.metrics if s.metric == name), None)
    if summary is None:
        raise _unmeasured(assignment, next(one.message for one in result.checks if one.id == check.id))
    metric = tools.metrics[summary.metric]
    threshold = kind.bars(check, metric)[0]
    met = sum(threshold.met_by(value) for value in summary.values)
    made = result.recipe.runs if result.recipe and result.recipe.decides else result.runs
    lost = sum(summary.metric not in run.metrics for run in made)
    runs = len(summary.values) + lost
    interval = binomial_interval(met, runs)
    counts = metric.counts_rows
    proposal = propose(summary, metric.direction, counts_rows=counts)
    runs_max = assignment.run.runs_max
    return BarFigures(
        assignment=assignment.slug,
        check=check.id,
        kind=check.kind,
        metric=summary.metric,
        threshold=threshold.value,
        direction="below" if threshold.direction is Direction.LOWER_IS_BETTER else "above",
        runs=runs,
        without_value=lost,
        values=summary.values,
        mean=summary.mean,
        median=statistics.median(summary.values),
        sd=summary.seed_sd,
        n=summary.n,
        counts_rows=counts,
        resolution=1 / summary.n if counts else None,
        errors_allowed=errors_allowed(threshold, summary.n) if counts else None,
        met=met,
        p_pass=met / runs,
        p_pass_low=interval.low,
        p_pass_high=interval.high,
        runs_to_separate=runs_to_separate(threshold, summary, counts_rows=counts, runs_max=runs_max),
        runs_max=runs_max,
        proposed=proposal.threshold.value if proposal else None,
        proposed_errors=proposal.errors if proposal else None,
        proposed_margin=proposal.margin if proposal else None,
        undecided_within=undecided_within(threshold, summary, None, runs_max=runs_max) if counts else None,
        cpu_seconds=tuple(run.run.cpu_seconds for run in made),
    )


def _unmeasured(assignment: Assignment, problem: Message) -> CourseError:
    return CourseError(say("reference-solution-not-measured", name=assignment.slug, problem=problem))
