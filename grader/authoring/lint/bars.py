"""The figures of a spec that a statement may give: bars of metrics, steps, margins, and what they allow."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from typing import Any

from grader.authoring.lint.look import Installed, Look
from grader.model.assignment import Assignment
from grader.model.check import CheckSpec
from grader.model.metric import Direction, Threshold
from grader.plugins.guard import Broken, ask
from grader.plugins.interfaces import CheckKind, Metric

_NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One figure of a check about a metric; ``threshold`` where it is a bar and no margin."""

    check: str
    metric: str
    counts_rows: bool
    value: float
    threshold: Threshold | None = None

    @property
    def must_be_said(self) -> bool:
        """Whether a student must be told it: what has to be reached, and not what is merely allowed for."""
        return self.threshold is not None

    def is_stated_as(self, value: float) -> bool:
        """Return whether ``value`` says it: as it is, or as the share of what is right for what is wrong."""
        return abs(self.value - value) < _NEAR or (self.counts_rows and abs(1 - self.value - value) < _NEAR)

    def most_wrong(self, n: int) -> int | None:
        """Return how many wrong rows of ``n`` meet it; None where it is no bar of rows."""
        if self.threshold is None or not self.counts_rows:
            return None
        lower = self.threshold.direction is Direction.LOWER_IS_BETTER
        share = self.value if lower else 1 - self.value
        most = round(share * n)
        while most >= 0 and not most / n < share - _NEAR:
            most -= 1
        return most


def bars_of(assignment: Assignment, installed: Installed) -> tuple[Bar, ...]:
    """Return the figures of every check about a metric, the same figure of one check once."""
    found: dict[tuple[str, float], Bar] = {}
    alone = {
        kind.measures(check)
        for check in assignment.checks
        if (kind := installed.kinds[check.kind]).has_bar and kind.measures(check)
    }
    for check in assignment.checks:
        kind = installed.kinds[check.kind]
        name = kind.measures(check) or (next(iter(alone)) if len(alone) == 1 else "")
        metric = installed.metrics.get(name or "")
        if metric is None:
            continue
        for bar in (*_bars(check, kind, metric), *_figures(check, metric)):
            found.setdefault((bar.check, bar.value), bar)
    return tuple(found.values())


def _bars(check: CheckSpec, kind: CheckKind[Any], metric: Metric) -> Iterator[Bar]:
    told = ask(kind.name, partial(kind.bars, check, metric))
    for threshold in () if isinstance(told, Broken) or not kind.has_bar else told:
        yield Bar(
            check=check.id,
            metric=metric.name,
            counts_rows=metric.counts_rows,
            value=threshold.value,
            threshold=threshold,
        )


def _figures(check: CheckSpec, metric: Metric) -> Iterator[Bar]:
    """Yield every fraction that the check's table holds, steps and margins with it."""
    for value in _fractions(check):
        yield Bar(check=check.id, metric=metric.name, counts_rows=metric.counts_rows, value=value)


def _fractions(node: Any) -> Iterator[float]:
    if isinstance(node, float) and not isinstance(node, bool):
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from _fractions(item)
    elif is_dataclass(node):
        for each in fields(node):
            yield from _fractions(getattr(node, each.name))


def rows_measured(look: Look) -> frozenset[int]:
    """Return how many test rows there are: in the assignment's own data, or by the reference's record."""
    counts = set() if look.prepared is None else {len(look.prepared.x_graded)}
    try:
        record = json.loads((look.private / "record.json").read_bytes())
        counts |= {int(one["n"]) for one in record["metrics"]}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return frozenset(counts)
