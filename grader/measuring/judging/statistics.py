"""Two noises, shown apart: sampling (which test rows) and seed (which run)."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.model.metric import Direction, Measurement, MetricSummary, Paired, Rule, Threshold
from grader.plugins.interfaces import Metric

if TYPE_CHECKING:
    import numpy as np

_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A closed interval of values."""

    low: float
    high: float


def binomial_interval(count: int, n: int, *, level: float = _LEVEL) -> Interval:
    """Return the exact (Clopper-Pearson) interval of a share of which ``count`` of ``n`` were seen."""
    from scipy.stats import binomtest

    found = binomtest(count, n).proportion_ci(confidence_level=level, method="exact")
    return Interval(low=float(found.low), high=float(found.high))


def mean_interval(values: Sequence[float], *, level: float = _LEVEL) -> Interval:
    """Return Student's interval of the mean of ``values``, of which there are at least two."""
    from scipy.stats import t

    k = len(values)
    half = float(t.ppf((1 + level) / 2, k - 1)) * sample_sd(values) / math.sqrt(k)
    mean = math.fsum(values) / k
    return Interval(low=mean - half, high=mean + half)


def sample_sd(values: Sequence[float]) -> float:
    """Return the standard deviation of ``values`` (n - 1 below), of which there are at least two."""
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def summarise(metric: Metric, measurements: Sequence[Measurement], rule: Rule = Rule.MEAN) -> MetricSummary:
    """Return one metric over the runs of one submission: the value by ``rule``, and both intervals.

    The sampling interval is the exact binomial one of a single test set whose count of rows is that value:
    errors are never pooled, because the same rows fail again in every run. The seed interval is that of the
    runs' mean, whatever the rule.

    Raises:
        ValueError: there is no measurement, or they are over different numbers of rows.
    """
    values = tuple(m.value for m in measurements)
    if not values or len({m.n for m in measurements}) != 1:
        raise ValueError("a summary needs measurements over the same rows")
    n = measurements[0].n
    value = _by_rule(values, rule, metric.direction)
    sampling = binomial_interval(round(value * n), n) if metric.counts_rows else None
    seed = mean_interval(values) if len(values) > 1 else None
    if seed is not None and metric.counts_rows:
        seed = Interval(low=max(seed.low, 0.0), high=min(seed.high, 1.0))
    return MetricSummary(
        metric=metric.name,
        value=value,
        n=n,
        values=values,
        sampling_low=sampling.low if sampling else None,
        sampling_high=sampling.high if sampling else None,
        seed_sd=sample_sd(values) if seed else None,
        seed_low=seed.low if seed else None,
        seed_high=seed.high if seed else None,
        rule=rule,
        wrong=_wrong_rows(metric, value, n) if metric.counts_rows else None,
    )


def _wrong_rows(metric: Metric, value: float, n: int) -> float:
    return (value if metric.direction is Direction.LOWER_IS_BETTER else 1 - value) * n


def _by_rule(values: Sequence[float], rule: Rule, direction: Direction) -> float:
    """Return the one value that stands for the runs: never outside of what they were."""
    if rule is Rule.MEAN:
        return min(max(math.fsum(values) / len(values), min(values)), max(values))
    if rule is Rule.MEDIAN:
        return statistics.median(values)
    lowest = (rule is Rule.BEST) is (direction is Direction.LOWER_IS_BETTER)
    return min(values) if lowest else max(values)


def errors_allowed(threshold: Threshold, n: int) -> int | None:
    """Return the largest whole count of wrong rows among ``n`` that meets ``threshold``.

    0.2 % of 686 rows is 1 error. None when not even a perfect program meets it.
    """

    def met(wrong: int) -> bool:
        right = threshold.direction is Direction.HIGHER_IS_BETTER
        return 0 <= wrong <= n and threshold.met_by((n - wrong if right else wrong) / n)

    share = threshold.value
    if threshold.direction is Direction.HIGHER_IS_BETTER:
        share = 1 - share
    start = math.ceil(min(max(share, 0.0), 1.0) * n) + 1
    # Floats round either way at the bar: the rule itself decides, from one above the guess downwards.
    return next((wrong for wrong in range(start, max(start - 4, -1), -1) if met(wrong)), None)


def mcnemar(own_wrong: "np.ndarray[Any, Any]", reference_wrong: "np.ndarray[Any, Any]") -> Paired:
    """Return the exact McNemar test of two runs on the same rows, given which rows each got wrong."""
    from scipy.stats import binomtest

    own_only = int((own_wrong & ~reference_wrong).sum())
    reference_only = int((reference_wrong & ~own_wrong).sum())
    apart = own_only + reference_only
    p_value = float(binomtest(own_only, apart).pvalue) if apart else 1.0
    return Paired(n=len(own_wrong), own_only=own_only, reference_only=reference_only, p_value=p_value)
