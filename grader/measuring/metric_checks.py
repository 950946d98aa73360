"""Checks that compare a measured metric with a bar: the assignment's threshold, the reference solution."""

from decimal import Decimal

from grader.measuring.facts import Facts
from grader.measuring.measure import metric_name
from grader.measuring.predictions import NothingDelivered
from grader.measuring.settle import standing
from grader.measuring.statistics import errors_allowed
from grader.model.assignment import Labels, OnClose
from grader.model.check import CheckResult, CheckSpec, MetricCheck, Outcome, ReferenceCheck, Tier
from grader.model.message import Message
from grader.model.metric import Direction, MetricSummary, Threshold
from grader.words import say


class MetricAnswer:
    """Answers kind ``metric``: is the mean over the runs on the good side of the threshold?"""

    name = "metric"
    needs_predictions = True

    def __call__(self, spec: CheckSpec, facts: Facts) -> CheckResult:
        """Return passed, failed (with the points of the best tier met) or inconclusive.

        Inconclusive by closeness keeps the points, unless the predictions repeat served labels; a failed
        program that was disturbed by the changed labels it trained or validated on is inconclusive without
        them, for a person to decide.
        """
        if not isinstance(spec, MetricCheck):
            raise TypeError(f"{spec.id} is no metric check")
        summary = facts.summaries.get(spec.metric)
        if summary is None:
            return _unmeasured(spec, facts)
        counts = facts.metrics[spec.metric].counts_rows
        stands = standing(
            spec.threshold,
            summary,
            counts_rows=counts,
            baseline=facts.baseline,
            runs_max=facts.assignment.run.runs_max,
        )
        measured, bar = tell_measured(summary, facts), tell_bar(spec.threshold, summary, counts)
        note = _note(facts)
        if facts.doubted is not None and (stands.met or not stands.settled):
            kept = facts.assignment.verdict.on_close is OnClose.BENEFIT
            points = spec.points if kept else Decimal(0)
            code = "GR226" if kept else "GR250"
            message = say(code, measured=measured, bar=bar, why=facts.doubted)
            return _result(spec, Outcome.INCONCLUSIVE, points, message)
        if not stands.settled:
            # Luck gets the benefit of the doubt, copied labels do not.
            code, points = ("GR201", spec.points) if facts.copied is None else ("GR227", Decimal(0))
            message = say(code, measured=measured, bar=bar, runs=len(summary.values), note=note)
            return _result(spec, Outcome.INCONCLUSIVE, points, message)
        if stands.met:
            outcome = Outcome.INCONCLUSIVE if _some_empty(facts) else Outcome.PASSED
            message = say("GR202", measured=measured, bar=bar, note=note)
            return _result(spec, outcome, spec.points, message)
        tier = _best_tier(spec, summary, facts)
        outcome = Outcome.INCONCLUSIVE if _disturbed(facts) else Outcome.FAILED
        if tier is None:
            message = say("GR203", measured=measured, bar=bar, note=note)
            return _result(spec, outcome, Decimal(0), message)
        message = say(
            "GR204",
            measured=measured,
            bar=bar,
            easier=tell_bar(tier.threshold, summary, counts),
            points=tier.points,
            max_points=spec.points,
            note=note,
        )
        return _result(spec, outcome, tier.points, message)


class ReferenceAnswer:
    """Answers kind ``reference``: is the mean no worse than the reference's, margin and noise aside?"""

    name = "reference"
    needs_predictions = True

    def __call__(self, spec: CheckSpec, facts: Facts) -> CheckResult:
        """Return passed or failed; errored when the course keeps no record of its reference solution."""
        if not isinstance(spec, ReferenceCheck):
            raise TypeError(f"{spec.id} is no reference check")
        summary = facts.summaries.get(spec.metric)
        if summary is None:
            return _unmeasured(spec, facts)
        record = facts.baseline.of(spec.metric) if facts.baseline else None
        if record is None:
            message = say("GR217", metric=metric_name(spec.metric))
            return _result(spec, Outcome.ERRORED, Decimal(0), message)
        metric = facts.metrics[spec.metric]
        # Own spread from one run is unknown: the reference's stands for it.
        own = summary.seed_sd if summary.seed_sd is not None else record.seed_sd or 0.0
        noise = own + (record.seed_sd or 0.0)
        sign = 1 if metric.direction is Direction.LOWER_IS_BETTER else -1
        limit = record.value + sign * (spec.margin + noise)
        passed = sign * (summary.value - limit) <= 0
        message = say(
            "GR215" if passed else "GR216",
            measured=tell_measured(summary, facts),
            reference=tell_value(record.value, metric.counts_rows),
            limit=tell_value(limit, metric.counts_rows),
            note=_note(facts),
        )
        return _result(
            spec,
            Outcome.PASSED if passed else Outcome.FAILED,
            spec.points if passed else Decimal(0),
            message,
        )


def more_runs_wanted(spec: MetricCheck, facts: Facts) -> bool:
    """Return whether one more run could still change what ``spec`` earns, with a chance of 1 % or more."""
    summary = facts.summaries.get(spec.metric)
    if summary is None:
        return False
    thresholds = [spec.threshold, *(tier.threshold for tier in spec.partial)]
    for threshold in thresholds:
        stands = standing(
            threshold,
            summary,
            counts_rows=facts.metrics[spec.metric].counts_rows,
            baseline=facts.baseline,
            runs_max=facts.assignment.run.runs_max,
        )
        if not stands.settled or stands.met:
            # The tiers below are easier: what is undecided here decides the points.
            return stands.may_lose
    return False


def tell_value(value: float, counts_rows: bool) -> Message:  # noqa: FBT001 - a metric's own attribute
    """Return a value of a metric in words: per cent where it counts rows, else a number."""
    return say("verdict.value.share" if counts_rows else "verdict.value.number", value=value)


def tell_errors(count: int) -> Message:
    """Return "1 error", "2 errors"."""
    return say("verdict.errors.one" if count == 1 else "verdict.errors.many", count=count)


def tell_measured(summary: MetricSummary, facts: Facts) -> Message:
    """Return what was measured, with whole rows where the metric counts them and there is one run."""
    metric = facts.metrics[summary.metric]
    name, runs = metric_name(summary.metric), len(summary.values)
    value = tell_value(summary.value, metric.counts_rows)
    if runs > 1:
        return say("verdict.measured.runs", metric=name, value=value, n=summary.n, runs=runs)
    if not metric.counts_rows:
        return say("verdict.measured.number", metric=name, value=value, n=summary.n)
    counted = round(summary.value * summary.n)
    wrong = counted if metric.direction is Direction.LOWER_IS_BETTER else summary.n - counted
    return say("verdict.measured.rows", metric=name, value=value, n=summary.n, errors=tell_errors(wrong))


def tell_bar(threshold: Threshold, summary: MetricSummary, counts_rows: bool) -> Message:  # noqa: FBT001 - as above
    """Return what was asked, as a whole count of rows where the metric counts them."""
    side = "below" if threshold.direction is Direction.LOWER_IS_BETTER else "above"
    value = tell_value(threshold.value, counts_rows)
    allowed = errors_allowed(threshold, summary.n) if counts_rows else None
    if allowed is None:
        return say(f"verdict.bar.{side}", value=value)
    if allowed == 0:
        return say(f"verdict.bar.{side}.none", value=value, n=summary.n)
    return say(f"verdict.bar.{side}.rows", value=value, n=summary.n, errors=tell_errors(allowed))


def _best_tier(spec: MetricCheck, summary: MetricSummary, facts: Facts) -> Tier | None:
    """Return the tier with the most points among those met, or too close to be called missed.

    Where labels were copied, only what is clearly met counts.
    """
    counts = facts.metrics[spec.metric].counts_rows
    earned = []
    for tier in spec.partial:
        stands = standing(
            tier.threshold,
            summary,
            counts_rows=counts,
            baseline=facts.baseline,
            runs_max=facts.assignment.run.runs_max,
        )
        close = not stands.settled
        if (stands.met and not close) if facts.copied is not None else (stands.met or close):
            earned.append(tier)
    return max(earned, key=lambda tier: tier.points, default=None)


def _note(facts: Facts) -> Message:
    """Return what the page must add to a figure: copied labels, disturbed training, runs without one."""
    if facts.copied is not None:
        return say("verdict.note.copied", why=facts.copied)
    if _disturbed(facts):
        return say("verdict.note.test_rows")
    if _some_empty(facts):
        empty = sum(isinstance(run.delivered, NothingDelivered) for run in facts.runs)
        return say("verdict.note.empty_runs", empty=empty, runs=len(facts.runs))
    return say("verdict.note.none")


def _some_empty(facts: Facts) -> bool:
    """Return whether a run delivered nothing: a mean over the others alone could be a chosen one."""
    return any(isinstance(run.delivered, NothingDelivered) for run in facts.runs)


def _disturbed(facts: Facts) -> bool:
    """Return whether training was given served test rows, whose labels were partly changed, to watch.

    A program that repeats those labels is no victim of them: it stays failed.
    """
    if facts.copied is not None or facts.assignment.data.labels is not Labels.CANARY:
        return False
    return any(fit.on_test_rows for run in facts.runs for fit in run.report.fits)


def _unmeasured(spec: MetricCheck | ReferenceCheck, facts: Facts) -> CheckResult:
    """Return an errored check: predictions were there, and we have no number for them."""
    found = facts.unmeasured.get(spec.metric)
    reason = found.reason if found else say("GR281", metric=metric_name(spec.metric), group="?")
    return _result(spec, Outcome.ERRORED, Decimal(0), reason)


def _result(
    spec: MetricCheck | ReferenceCheck, outcome: Outcome, points: Decimal, message: Message
) -> CheckResult:
    return CheckResult(
        id=spec.id,
        kind=spec.kind,
        outcome=outcome,
        points=points,
        max_points=spec.points,
        required=spec.required,
        message=message,
        metric=spec.metric,
        threshold=spec.threshold if isinstance(spec, MetricCheck) else None,
    )
