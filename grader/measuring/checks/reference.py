"""The kind ``reference``: is the metric no worse than the reference solution's?"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from grader.measuring.judging.facts import Facts
from grader.measuring.judging.measure import metric_name
from grader.measuring.judging.measured_answers import unmeasured
from grader.measuring.judging.notes import note_of
from grader.measuring.judging.standing import Spread, clear_by, spread_of
from grader.measuring.judging.tell import tell_measured, tell_value
from grader.model.check import CheckResult, Outcome
from grader.model.message import Message
from grader.model.metric import Direction, Rule
from grader.plugins.answers import answered
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable, Margin
from grader.plugins.written import WrittenCheck
from grader.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Is the metric not worse than the reference solution's by more than ``margin`` and noise?

    Without a metric of its own it is about the only one with a bar.
    """

    metric: str | None = None
    margin: Margin = 0.0


class ReferenceKind(CheckKind[Spec]):
    """Holds the mean against the reference's, margin and noise aside.

    Means are compared whatever the rule: the best of five runs is no match for the best of twenty.
    """

    name = "reference"
    table = Spec
    measured_only = True

    def mistakes(self, written: WrittenCheck) -> Iterator[Message]:
        """Yield that it names a metric which does not exist, or none where there is not exactly one."""
        yield from written.unknown_metric()
        bars = sum(1 for _ in written.others(has_bar=True))
        if "metric" not in written.table and bars != 1:
            yield say("reference-check-without-metric", file=written.file, key=written.key, count=bars)

    def needs_record(self, spec: Spec) -> bool:  # noqa: ARG002 - whatever its table says
        """Return True: there is nothing to compare with but the record."""
        return True

    def measures(self, spec: Spec) -> str | None:
        """Return the metric that it names; another check's is measured for that one."""
        return spec.metric

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed or failed; errored when the course keeps no record of its reference solution."""
        name = spec.metric or _only_barred(facts)
        summary = facts.summaries.get(name)
        if summary is None:
            return unmeasured(spec, facts, name)
        record = facts.baseline.of(name) if facts.baseline else None
        if record is None:
            message = say("reference-record-missing", metric=metric_name(name))
            return answered(spec, Outcome.ERRORED, Decimal(0), message, metric=name)
        metric = facts.metrics[name]
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
        met = clear <= allowed + 1e-12
        message = say(
            "reference-met" if met else "reference-not-met",
            measured=tell_measured(replace(summary, value=summary.mean, rule=Rule.MEAN), facts),
            reference=tell_value(record.mean, metric.counts_rows),
            limit=tell_value(limit, metric.counts_rows),
            note=note_of(facts),
        )
        outcome, points = (Outcome.PASSED, spec.points) if met else (Outcome.FAILED, Decimal(0))
        return answered(spec, outcome, points, message, metric=name)


def _only_barred(facts: Facts) -> str:
    """Return the metric of the only check with a bar."""
    barred = (
        facts.kinds[check.kind].measures(check)
        for check in facts.assignment.checks
        if facts.kinds[check.kind].has_bar
    )
    return next(name for name in barred if name is not None)
