"""How wrong a program must be to earn nothing for certain: copied labels must be at least so wrong."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from grader.model.assignment import Assignment
from grader.model.metric import Direction
from grader.plugins.interfaces import CheckKind, Metric

_CLEARLY = 3.5
"""Standard errors of the rows; a bar counts as too close within 2.9 of them (five looks at 1 %)."""
_GROUP = "test"


def loosest_error(
    assignment: Assignment,
    rows: int,
    *,
    kinds: Mapping[str, CheckKind[Any]],
    metrics: Mapping[str, Metric],
) -> float:
    """Return an error rate that earns nothing, not even as too close to the loosest bar to be told apart.

    Asked are the bars of every metric that is a share of the test rows.
    """
    loosest = max((0.0, *_errors_allowed(assignment, kinds, metrics)))
    if not rows:  # an assignment without data: nothing is served
        return loosest
    return loosest + _CLEARLY * math.sqrt(loosest * (1 - loosest) / rows)


def _errors_allowed(
    assignment: Assignment, kinds: Mapping[str, CheckKind[Any]], metrics: Mapping[str, Metric]
) -> Iterator[float]:
    for spec in assignment.checks:
        kind = kinds[spec.kind]
        name = kind.measures(spec)
        if name is None or not (metrics[name].counts_rows and metrics[name].group == _GROUP):
            continue
        for bar in kind.bars(spec, metrics[name]):
            yield bar.value if bar.direction is Direction.LOWER_IS_BETTER else 1 - bar.value
