"""The kind ``scale``: how far has the metric come from a simple baseline towards the reference solution?"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Annotated

from grader.measuring.judging.facts import Facts
from grader.measuring.judging.measure import metric_name
from grader.measuring.judging.measured_answers import in_doubt, stands_at, unmeasured
from grader.measuring.judging.notes import disturbed, note_of, some_empty
from grader.measuring.judging.standing import seed_spread
from grader.measuring.judging.tell import tell_measured, tell_value
from grader.model.check import CheckResult, Outcome
from grader.model.message import Message
from grader.model.metric import Direction, MetricSummary, Threshold
from grader.plugins.answers import answered
from grader.plugins.interfaces import CheckKind, Metric
from grader.plugins.tables import CheckTable, Field, Margin, Number, NumberOrReference
from grader.plugins.written import WrittenCheck, as_number
from grader.plugins.written_bars import shares_out_of_range, side_of
from grader.words import say

_LEVEL = 0.95
_ENOUGH = 0.05
"""No further run once the noise of training moves the points by less than this share of them."""
_STEP = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """How far has the metric come from that of a simple baseline towards the reference solution's?

    No points at ``from`` or worse, all at ``to`` and up to ``margin`` worse than it, in a straight line
    between. ``full`` is the reference's mean where it is None.
    """

    metric: str
    start: Annotated[Number, Field(alias="from")]
    full: Annotated[NumberOrReference, Field(alias="to", json_schema_extra={"default": "reference"})] = None
    margin: Margin = 0.0
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From no points at ``start`` to all at ``full``, in a straight line."""

    start: float
    full: float
    points: Decimal

    def share(self, value: float) -> float:
        """Return the share of the points that ``value`` is worth, between 0 and 1."""
        return min(max((self.start - value) / (self.start - self.full), 0.0), 1.0)

    def earned(self, value: float) -> Decimal:
        """Return the points that ``value`` is worth, to a tenth of a point."""
        share = self.share(value)
        if share >= 1:
            return self.points
        exact = self.points * Decimal(str(round(share, 9)))
        return min(exact.quantize(_STEP, rounding=ROUND_HALF_UP), self.points)

    def moved(self, value: float, half: float) -> float:
        """Return by what share of the points a value known to within ``half`` may be off."""
        return abs(self.share(value - half) - self.share(value + half)) / 2


class ScaleKind(CheckKind[Spec]):
    """Gives points that grow with the metric.

    A scale has no cliff, so noise moves points a little and decides nothing: they are those of the value
    measured, with their uncertainty beside them. Passed is what is better than the simple baseline.
    """

    name = "scale"
    table = Spec
    has_bar = True
    measured_only = True

    def mistakes(self, written: WrittenCheck) -> Iterator[Message]:
        """Hold both ends against their metric: their range, and which of them is the better one."""
        yield from written.unknown_metric()
        metric = written.metric
        if metric is None:
            return
        side, key = side_of(metric), written.key
        start_at = [(f"{key}.from", written.table.get("from"))]
        yield from shares_out_of_range(start_at, side, metric, file=written.file)
        start, full, margin = (as_number(written.table.get(name, 0)) for name in ("from", "to", "margin"))
        if start is None or full is None or margin is None or "to" not in written.table:
            return
        if (start <= full + margin) if side == "below" else (start >= full - margin):
            fields = {"metric": metric.name, "start": start, "full": full}
            yield say("scale-end-not-better-than-start", file=written.file, key=f"{key}.to", **fields)

    def needs_record(self, spec: Spec) -> bool:
        """Return whether its upper end is where the reference is."""
        return spec.full is None

    def measures(self, spec: Spec) -> str:
        """Return its metric."""
        return spec.metric

    def bars(self, spec: Spec, metric: Metric) -> tuple[Threshold, ...]:
        """Return its lower end: no points are earned there."""
        return (Threshold(value=spec.start, direction=metric.direction),)

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return the points on the scale; errored when the course's record gives it no upper end."""
        summary = facts.summaries.get(spec.metric)
        if summary is None:
            return unmeasured(spec, facts, spec.metric)
        scale = scale_of(spec, facts)
        if isinstance(scale, Message):
            return answered(spec, Outcome.ERRORED, Decimal(0), scale, metric=spec.metric)
        (start,) = self.bars(spec, facts.metrics[spec.metric])
        stands = stands_at(start, summary, facts)
        points = scale.earned(summary.value)
        fields = {"measured": tell_measured(summary, facts), "bar": _tell_scale(spec, scale, facts)}
        if facts.doubted is not None and points:
            return in_doubt(spec, facts, points, metric=spec.metric, threshold=None, **fields)
        message = say(
            "scale-points-earned",
            points=points,
            max_points=spec.points,
            off=_tell_off(scale.moved(summary.value, _half(summary, facts)) * float(spec.points)),
            note=note_of(facts),
            **fields,
        )
        outcome = Outcome.PASSED if stands.met else Outcome.FAILED
        if not stands.settled or (some_empty(facts) if stands.met else disturbed(facts)):
            outcome = Outcome.INCONCLUSIVE
        return answered(spec, outcome, points, message, metric=spec.metric, threshold=start)

    def more_runs_wanted(self, facts: Facts, spec: Spec) -> bool:
        """Return whether the noise of training may still move the points by a twentieth of them."""
        summary = facts.summaries.get(spec.metric)
        scale = scale_of(spec, facts)
        if summary is None or isinstance(scale, Message):
            return False
        left = len(summary.values) < facts.assignment.run.runs_max
        return left and scale.moved(summary.value, _half(summary, facts)) >= _ENOUGH


def scale_of(spec: Spec, facts: Facts) -> Scale | Message:
    """Return the scale with its upper end, or what the course must mend to have one."""
    full = spec.full
    if full is None:
        record = facts.baseline.of(spec.metric) if facts.baseline else None
        if record is None:
            return say("reference-record-missing", metric=metric_name(spec.metric))
        full = record.mean
    sign = 1 if facts.metrics[spec.metric].direction is Direction.LOWER_IS_BETTER else -1
    full += sign * spec.margin
    if sign * (spec.start - full) <= 0:
        counts = facts.metrics[spec.metric].counts_rows
        return say("scale-has-no-end", start=tell_value(spec.start, counts), full=tell_value(full, counts))
    return Scale(start=spec.start, full=full, points=spec.points)


def _half(summary: MetricSummary, facts: Facts) -> float:
    """Return half the width of the 95 % interval of the value, from the seed spread alone."""
    counts = facts.metrics[summary.metric].counts_rows
    spread = seed_spread(summary, facts.baseline, bar=summary.value if counts else None)
    return _normal_half() * spread / math.sqrt(len(summary.values))


@cache
def _normal_half() -> float:
    from scipy.stats import norm

    return float(norm.ppf((1 + _LEVEL) / 2))


def _tell_scale(spec: Spec, scale: Scale, facts: Facts) -> Message:
    counts = facts.metrics[spec.metric].counts_rows
    ends = {"start": tell_value(scale.start, counts), "full": tell_value(scale.full, counts)}
    if spec.full is not None:
        return say("verdict.scale.number", points=spec.points, **ends)
    margin = tell_value(spec.margin, counts)
    return say("verdict.scale.reference", points=spec.points, margin=margin, **ends)


def _tell_off(points: float) -> Message:
    if points < float(_STEP) / 2:
        return say("verdict.scale.steady")
    return say("verdict.scale.off", off=Decimal(str(points)).quantize(_STEP, rounding=ROUND_HALF_UP))
