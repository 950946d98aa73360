"""From predictions and labels to measurements, one run at a time."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grader.model.check import CheckSpec
from grader.model.message import Message
from grader.model.metric import Direction, Measurement, Unmeasured
from grader.plugins.guard import Broken, ask
from grader.plugins.interfaces import CheckKind, Metric
from grader.words import say
from grader.words.catalogue import keys

if TYPE_CHECKING:
    import numpy as np


def measure(
    metrics: Iterable[Metric],
    *,
    predicted: "Mapping[str, np.ndarray[Any, Any]]",
    truth: "Mapping[str, np.ndarray[Any, Any]]",
) -> dict[str, Measurement | Unmeasured]:
    """Return one measurement per metric, by its name; :class:`Unmeasured` says why there is no number.

    Both mappings go from a group of rows (``"test"``, ``"noise"``) to a 1-D array, rows in the same order.
    """
    return {metric.name: _measure_one(metric, predicted, truth) for metric in metrics}


def metrics_wanted(checks: Sequence[CheckSpec], kinds: Mapping[str, CheckKind[Any]]) -> tuple[str, ...]:
    """Return the names of the metrics that ``checks`` are answered from, sorted."""
    named = (kinds[spec.kind].measures(spec) for spec in checks)
    return tuple(sorted({name for name in named if name is not None}))


def metric_name(name: str) -> Message:
    """Return what a metric is called in a sentence; a plugin's by its own name."""
    key = f"verdict.metric.{name}"
    return say(key) if key in keys() else say("verdict.metric.other", name=name)


def _measure_one(
    metric: Metric,
    predicted: "Mapping[str, np.ndarray[Any, Any]]",
    truth: "Mapping[str, np.ndarray[Any, Any]]",
) -> Measurement | Unmeasured:
    if metric.group not in predicted or metric.group not in truth:
        reason = say("metric-group-without-rows", metric=metric_name(metric.name), group=metric.group)
        return Unmeasured(metric=metric.name, reason=reason)
    labels = truth[metric.group]
    value = ask(metric.name, lambda: float(metric(predicted[metric.group], labels)))
    if isinstance(value, Broken):
        return Unmeasured(metric=metric.name, reason=value.reason)
    if not math.isfinite(value):
        reason = say("metric-not-finite", metric=metric_name(metric.name), value=value)
        return Unmeasured(metric=metric.name, reason=reason)
    n = len(labels)
    wrong = None
    if metric.counts_rows:
        counted = round(value * n)
        wrong = counted if metric.direction is Direction.LOWER_IS_BETTER else n - counted
    return Measurement(metric=metric.name, value=value, n=n, wrong=wrong)
