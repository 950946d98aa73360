"""The kind ``metric``: is the metric on the good side of its bar?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grader.measuring.judging.facts import Facts
from grader.measuring.judging.measured_answers import generous, in_doubt, stands_at, unmeasured
from grader.measuring.judging.notes import disturbed, few_rows, note_of, some_empty
from grader.measuring.judging.tell import tell_bar, tell_measured
from grader.model.check import CheckResult, Outcome
from grader.model.message import Joined, Message
from grader.model.metric import Direction, MetricSummary, Threshold
from grader.plugins.answers import answered
from grader.plugins.interfaces import CheckKind, Metric
from grader.plugins.tables import CheckTable, Number, Points, Several, Table
from grader.plugins.written import WrittenCheck, as_list, as_number, as_points
from grader.plugins.written_bars import shares_out_of_range, side_of
from grader.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier(Table):
    """Partial credit: ``points`` when the metric meets this easier bar."""

    below: Number | None = None
    above: Number | None = None
    points: Points

    @property
    def threshold(self) -> Threshold:
        """The bar, whichever side is the good one."""
        return _threshold(self.below, self.above)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Does the metric meet its bar, or one of the easier tiers?"""

    metric: str
    below: Number | None = None
    above: Number | None = None
    partial: Several[Tier] = ()
    required: bool = True

    @property
    def threshold(self) -> Threshold:
        """The bar, whichever side is the good one."""
        return _threshold(self.below, self.above)


class MetricKind(CheckKind[Spec]):
    """Holds what the rule makes of the runs against a bar, and the easier bars of its tiers."""

    name = "metric"
    table = Spec
    has_bar = True
    measured_only = True

    def mistakes(self, written: WrittenCheck) -> Iterator[Message]:
        """Yield bars that contradict one another, or what their metric is."""
        yield from written.unknown_metric()
        sides = [side for side in ("below", "above") if side in written.table]
        if len(sides) != 1:
            yield say("exactly-one-threshold-needed", file=written.file, key=written.key)
            return
        yield from _against_metric(written, sides[0])
        yield from _tiers(written, sides[0])

    def measures(self, spec: Spec) -> str:
        """Return its metric."""
        return spec.metric

    def bars(self, spec: Spec, metric: Metric) -> tuple[Threshold, ...]:  # noqa: ARG002 - its sides are its own
        """Return the bar, then those of the tiers, the hardest first."""
        return tuple(_hardest_first(spec))

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed, failed (with the points of the best tier met) or inconclusive.

        Inconclusive by closeness keeps the points, unless the course or copied labels withhold them: then
        what is clearly met stays, so that no error more is ever worth a point. A failed program that was
        disturbed by the changed labels it trained or validated on is inconclusive, for a person to decide.
        """
        summary = facts.summaries.get(spec.metric)
        if summary is None:
            return unmeasured(spec, facts, spec.metric, spec.threshold)
        stands = stands_at(spec.threshold, summary, facts)
        tier = _best_tier(spec, summary, facts)
        counts = facts.metrics[spec.metric].counts_rows
        fields = {"measured": tell_measured(summary, facts), "bar": tell_bar(spec.threshold, summary, counts)}
        if facts.doubted is not None and (stands.met or not stands.settled or (tier and not generous(facts))):
            return in_doubt(spec, facts, spec.points, metric=spec.metric, threshold=spec.threshold, **fields)
        fields["note"] = note_of(facts)
        if not stands.settled:
            return _close(spec, summary, facts, tier, fields)
        if stands.met:
            outcome = Outcome.INCONCLUSIVE if some_empty(facts) else Outcome.PASSED
            return _answer(spec, outcome, spec.points, say("threshold-met", **fields))
        return _missed(spec, summary, facts, tier, fields)

    def more_runs_wanted(self, facts: Facts, spec: Spec) -> bool:
        """Return whether one more run could still change what it earns, with a chance of 1 % or more.

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


def _threshold(below: float | None, above: float | None) -> Threshold:
    if below is not None:
        return Threshold(value=below, direction=Direction.LOWER_IS_BETTER)
    if above is None:  # told as a mistake of the file
        raise ValueError("neither below nor above")
    return Threshold(value=above, direction=Direction.HIGHER_IS_BETTER)


def _tiers(written: WrittenCheck, side: str) -> Iterator[Message]:
    """Yield the tiers that lie on another side than the bar, or are not easier and worth less."""
    bar = as_number(written.table[side])
    for number, tier in enumerate(as_list(written.table.get("partial")), start=1):
        if not isinstance(tier, dict):
            continue
        at = f"{written.key}.partial.{number}"
        if [key for key in ("below", "above") if key in tier] != [side]:
            yield say("partial-tier-wrong-side", file=written.file, key=at, side=side)
            continue
        easier_bar = as_number(tier[side])
        worth, full = as_points(tier.get("points")), as_points(written.table.get("points", 0))
        if bar is None or easier_bar is None or worth is None or full is None:
            continue
        easier = easier_bar > bar if side == "below" else easier_bar < bar
        if not easier or worth >= full:
            yield say("partial-tier-out-of-order", file=written.file, key=at)


def _against_metric(written: WrittenCheck, side: str) -> Iterator[Message]:
    """Hold the bars against what their metric is: its direction, and 0 to 1 for a share of rows."""
    metric = written.metric
    if metric is None:
        return
    right, key = side_of(metric), f"{written.key}.{side}"
    if side != right:
        yield say("threshold-wrong-side", file=written.file, key=key, metric=metric.name, right=right)
    bars: list[tuple[str, Any]] = [(key, written.table[side])]
    bars += [
        (f"{written.key}.partial.{number}.{side}", tier[side])
        for number, tier in enumerate(as_list(written.table.get("partial")), start=1)
        if isinstance(tier, dict) and side in tier
    ]
    yield from shares_out_of_range(bars, side, metric, file=written.file)


def _answer(spec: Spec, outcome: Outcome, points: Decimal, message: Message) -> CheckResult:
    return answered(spec, outcome, points, message, metric=spec.metric, threshold=spec.threshold)


def _close(
    spec: Spec, summary: MetricSummary, facts: Facts, tier: Tier | None, fields: dict[str, Message]
) -> CheckResult:
    """Return the answer when the runs cannot tell which side of the bar the program is on."""
    runs = len(summary.values)
    fields = fields | {"note": Joined("", (fields["note"], few_rows(spec.threshold, summary, facts)))}
    if generous(facts):
        return _answer(
            spec,
            Outcome.INCONCLUSIVE,
            spec.points,
            say("threshold-too-close-points-kept", runs=runs, **fields),
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
    message = say(key, runs=runs, kept=kept, **fields)
    return _answer(spec, Outcome.INCONCLUSIVE, tier.points if tier else Decimal(0), message)


def _missed(
    spec: Spec, summary: MetricSummary, facts: Facts, tier: Tier | None, fields: dict[str, Message]
) -> CheckResult:
    """Return the answer of a program that clearly misses its bar, with what the easier steps are worth."""
    outcome = Outcome.INCONCLUSIVE if disturbed(facts) else Outcome.FAILED
    kept = tier.points if tier else Decimal(0)
    if not generous(facts) and _close_tier(spec, summary, facts, kept):
        message = say("partial-tier-too-close", points=kept, max_points=spec.points, **fields)
    elif tier is None:
        message = say("threshold-not-met", **fields)
    else:
        fields["easier"] = tell_bar(tier.threshold, summary, facts.metrics[spec.metric].counts_rows)
        stands = stands_at(tier.threshold, summary, facts)
        reached = stands.met and stands.settled
        key = "partial-tier-met" if reached else "partial-tier-too-close-points-kept"
        message = say(key, points=kept, max_points=spec.points, runs=len(summary.values), **fields)
    return _answer(spec, outcome, kept, message)


def _hardest_first(spec: Spec) -> Sequence[Threshold]:
    easier = [tier.threshold for tier in spec.partial]
    higher = spec.threshold.direction is Direction.HIGHER_IS_BETTER
    return [spec.threshold, *sorted(easier, key=lambda threshold: threshold.value, reverse=higher)]


def _best_tier(spec: Spec, summary: MetricSummary, facts: Facts) -> Tier | None:
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


def _close_tier(spec: Spec, summary: MetricSummary, facts: Facts, kept: Decimal) -> bool:
    """Return whether a tier worth more than ``kept`` points is too close to be called missed."""
    return any(
        tier.points > kept and not stands_at(tier.threshold, summary, facts).settled for tier in spec.partial
    )
