"""Checks that compare a measured metric with a bar: the assignment's threshold, the reference solution."""

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from grader.measuring.judging.facts import Facts
from grader.measuring.judging.measure import metric_name
from grader.measuring.judging.notes import disturbed, note_of, some_empty
from grader.measuring.judging.standing import Spread, Standing, clear_by, spread_of, standing
from grader.measuring.judging.tell import tell_bar, tell_measured, tell_value
from grader.model.assignment import OnClose
from grader.model.check import (
    CheckResult,
    CheckSpec,
    MeasuredCheck,
    MetricCheck,
    Outcome,
    ReferenceCheck,
    Tier,
)
from grader.model.message import Message
from grader.model.metric import Direction, MetricSummary, Rule, Threshold
from grader.words import say


class MetricAnswer:
    """Answers kind ``metric``: is what the rule makes of the runs on the good side of the threshold?"""

    name = "metric"
    needs_predictions = True

    def __call__(self, spec: CheckSpec, facts: Facts) -> CheckResult:
        """Return passed, failed (with the points of the best tier met) or inconclusive.

        Inconclusive by closeness keeps the points, unless the course or copied labels withhold them: then
        what is clearly met stays, so that no error more is ever worth a point. A failed program that was
        disturbed by the changed labels it trained or validated on is inconclusive, for a person to decide.
        """
        if not isinstance(spec, MetricCheck):
            raise TypeError(f"{spec.id} is no metric check")
        summary = facts.summaries.get(spec.metric)
        if summary is None:
            return unmeasured(spec, facts)
        stands = stands_at(spec.threshold, summary, facts)
        tier = _best_tier(spec, summary, facts)
        counts = facts.metrics[spec.metric].counts_rows
        told = {"measured": tell_measured(summary, facts), "bar": tell_bar(spec.threshold, summary, counts)}
        if facts.doubted is not None and (stands.met or not stands.settled or (tier and not generous(facts))):
            return in_doubt(spec, facts, spec.points, **told)
        told["note"] = note_of(facts)
        if not stands.settled:
            return _close(spec, summary, facts, tier, told)
        if stands.met:
            outcome = Outcome.INCONCLUSIVE if some_empty(facts) else Outcome.PASSED
            return answer(spec, outcome, spec.points, say("threshold-met", **told))
        return _missed(spec, summary, facts, tier, told)


class ReferenceAnswer:
    """Answers kind ``reference``: is the mean no worse than the reference's, margin and noise aside?

    Means are compared whatever the rule: the best of five runs is no match for the best of twenty.
    """

    name = "reference"
    needs_predictions = True

    def __call__(self, spec: CheckSpec, facts: Facts) -> CheckResult:
        """Return passed or failed; errored when the course keeps no record of its reference solution."""
        if not isinstance(spec, ReferenceCheck):
            raise TypeError(f"{spec.id} is no reference check")
        summary = facts.summaries.get(spec.metric)
        if summary is None:
            return unmeasured(spec, facts)
        record = facts.baseline.of(spec.metric) if facts.baseline else None
        if record is None:
            message = say("reference-record-missing", metric=metric_name(spec.metric))
            return answer(spec, Outcome.ERRORED, Decimal(0), message)
        metric = facts.metrics[spec.metric]
        sign = 1 if metric.direction is Direction.LOWER_IS_BETTER else -1
        theirs = record.seed_sd or 0.0
        worse = [sign * (value - record.mean) for value in summary.values]
        mean = math.fsum(worse) / len(worse)
        # Own spread from one run is unknown: the reference's stands for it.
        known = spread_of(summary, facts.baseline, bar=record.mean if metric.counts_rows else None)
        cap = known.cap if known else math.inf
        clear = clear_by(worse, 1.0, Spread(floor=theirs, cap=max(cap, theirs), own_from=2))
        allowed = spec.margin + theirs
        limit = record.mean + sign * (allowed + mean - clear)
        passed = clear <= allowed + 1e-12
        message = say(
            "reference-met" if passed else "reference-not-met",
            measured=tell_measured(replace(summary, value=summary.mean, rule=Rule.MEAN), facts),
            reference=tell_value(record.mean, metric.counts_rows),
            limit=tell_value(limit, metric.counts_rows),
            note=note_of(facts),
        )
        outcome = Outcome.PASSED if passed else Outcome.FAILED
        return answer(spec, outcome, spec.points if passed else Decimal(0), message)


def more_runs_for_threshold(spec: MetricCheck, facts: Facts) -> bool:
    """Return whether one more run could still change what ``spec`` earns, with a chance of 1 % or more.

    So it is where one more would settle that a bar is met. Where being too close costs the points, the
    question is only whether a run is left that could settle it.
    """
    summary = facts.summaries.get(spec.metric)
    if summary is None:
        return False
    for threshold in _hardest_first(spec):
        stands = stands_at(threshold, summary, facts)
        if not stands.settled or stands.met:
            # The steps below are easier: what is undecided here decides the points.
            left = len(summary.values) < facts.assignment.run.runs_max
            wanted = stands.may_lose or stands.all_but_passed
            return wanted if generous(facts) else left and not stands.settled
    return False


def stands_at(threshold: Threshold, summary: MetricSummary, facts: Facts) -> Standing:
    """Return where ``summary`` stands against ``threshold``, with what is known of the noise."""
    return standing(
        threshold,
        summary,
        counts_rows=facts.metrics[summary.metric].counts_rows,
        baseline=facts.baseline,
        runs_max=facts.assignment.run.runs_max,
    )


def generous(facts: Facts) -> bool:
    """Return whether luck gets the benefit of the doubt; copied labels never do."""
    return facts.copied is None and facts.assignment.verdict.on_close is OnClose.BENEFIT


def in_doubt(
    spec: MeasuredCheck, facts: Facts, points: Decimal, *, measured: Message, bar: Message
) -> CheckResult:
    """Return the answer for a person to decide when an audit doubts where the predictions come from."""
    kept = generous(facts)
    message = say(
        "audit-doubt-points-kept" if kept else "audit-doubt-points-withheld",
        measured=measured,
        bar=bar,
        why=facts.doubted,
    )
    return answer(spec, Outcome.INCONCLUSIVE, points if kept else Decimal(0), message)


def unmeasured(spec: MeasuredCheck, facts: Facts) -> CheckResult:
    """Return an errored check: predictions were there, and we have no number for them."""
    found = facts.unmeasured.get(spec.metric)
    reason = (
        found.reason
        if found
        else say("metric-group-without-rows", metric=metric_name(spec.metric), group="?")
    )
    return answer(spec, Outcome.ERRORED, Decimal(0), reason)


def answer(
    spec: MeasuredCheck,
    outcome: Outcome,
    points: Decimal,
    message: Message,
    *,
    threshold: Threshold | None = None,
) -> CheckResult:
    """Return the result of a check of one metric; ``threshold`` is what a page draws it against."""
    return CheckResult(
        id=spec.id,
        kind=spec.kind,
        outcome=outcome,
        points=points,
        max_points=spec.points,
        required=spec.required,
        message=message,
        metric=spec.metric,
        threshold=spec.threshold if isinstance(spec, MetricCheck) else threshold,
    )


def _close(
    spec: MetricCheck, summary: MetricSummary, facts: Facts, tier: Tier | None, told: dict[str, Message]
) -> CheckResult:
    """Return the answer when the runs cannot tell which side of the bar the program is on."""
    runs = len(summary.values)
    if generous(facts):
        return answer(
            spec, Outcome.INCONCLUSIVE, spec.points, say("threshold-too-close-points-kept", runs=runs, **told)
        )
    kept = say("verdict.kept.none")
    if tier is not None:
        easier = tell_bar(tier.threshold, summary, facts.metrics[spec.metric].counts_rows)
        kept = say("verdict.kept.step", points=tier.points, max_points=spec.points, easier=easier)
    key = (
        "threshold-too-close-points-withheld"
        if facts.copied is None
        else "threshold-too-close-labels-repeated"
    )
    message = say(key, runs=runs, kept=kept, **told)
    return answer(spec, Outcome.INCONCLUSIVE, tier.points if tier else Decimal(0), message)


def _missed(
    spec: MetricCheck, summary: MetricSummary, facts: Facts, tier: Tier | None, told: dict[str, Message]
) -> CheckResult:
    """Return the answer of a program that clearly misses its bar, with what the easier steps are worth."""
    outcome = Outcome.INCONCLUSIVE if disturbed(facts) else Outcome.FAILED
    kept = tier.points if tier else Decimal(0)
    if not generous(facts) and _close_tier(spec, summary, facts, kept):
        message = say("partial-tier-too-close", points=kept, max_points=spec.points, **told)
    elif tier is None:
        message = say("threshold-not-met", **told)
    else:
        easier = tell_bar(tier.threshold, summary, facts.metrics[spec.metric].counts_rows)
        message = say("partial-tier-met", easier=easier, points=kept, max_points=spec.points, **told)
    return answer(spec, outcome, kept, message)


def _hardest_first(spec: MetricCheck) -> Sequence[Threshold]:
    easier = [tier.threshold for tier in spec.partial]
    higher = spec.threshold.direction is Direction.HIGHER_IS_BETTER
    return [spec.threshold, *sorted(easier, key=lambda threshold: threshold.value, reverse=higher)]


def _best_tier(spec: MetricCheck, summary: MetricSummary, facts: Facts) -> Tier | None:
    """Return the tier with the most points among those met, or too close to be called missed.

    Where there is no benefit of the doubt, only what is clearly met counts.
    """
    earned = []
    for tier in spec.partial:
        stands = stands_at(tier.threshold, summary, facts)
        clearly = stands.met and stands.settled
        if clearly or (generous(facts) and (stands.met or not stands.settled)):
            earned.append(tier)
    return max(earned, key=lambda tier: tier.points, default=None)


def _close_tier(spec: MetricCheck, summary: MetricSummary, facts: Facts, kept: Decimal) -> bool:
    """Return whether a tier worth more than ``kept`` points is too close to be called missed."""
    return any(
        tier.points > kept and not stands_at(tier.threshold, summary, facts).settled for tier in spec.partial
    )
