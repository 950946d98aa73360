"""What a reference solution's runs say of a threshold: how many runs tell them apart, and a bar it meets."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.measuring.judging.standing import bar_of, runs_alike, spread_of, z_for
from grader.measuring.judging.statistics import errors_allowed, sample_sd
from grader.model.metric import Baseline, Direction, MetricSummary, Threshold

_MET = 0.99
_MOST_DECIMALS = 12
_DIGITS = 3
_FEWEST_ROWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A threshold that the reference meets in 99 of 100 runs, as far as its runs tell.

    ``errors`` is the whole count of rows it allows, where rows are counted; ``margin`` how far the bar lies
    from the mean of the runs.
    """

    threshold: Threshold
    errors: int | None
    margin: float


def runs_to_separate(
    threshold: Threshold, summary: MetricSummary, *, counts_rows: bool, runs_max: int
) -> int | None:
    """Return how many runs like those of ``summary`` it takes until :func:`standing` is settled by the mean.

    None where no number of runs does: the mean lies right on the bar, nothing is known of the spread, or
    runs must all be alike and are not.
    """
    if counts_rows and errors_allowed(threshold, summary.n) == 0:
        return runs_alike(threshold, summary.values, runs_max, perfect=True)
    bar = bar_of(threshold, summary.n, counts_rows=counts_rows)
    itself = Baseline(summaries=(summary,))
    spread = spread_of(summary, itself, bar=bar if counts_rows else None)
    if spread is None:
        known = summary.seed_sd is not None
        return runs_alike(threshold, summary.values, runs_max, perfect=False) if known else None
    gap = abs(summary.mean - bar)
    if not gap:
        return None
    return math.floor((z_for(runs_max) * spread.of(summary.values) / gap) ** 2) + 1


def propose(summary: MetricSummary, direction: Direction, *, counts_rows: bool) -> Proposal | None:
    """Return the strictest threshold that one run of the reference meets with a chance of 99 %.

    By Student's prediction bound for one more run, ``mean + t * s * sqrt(1 + 1/k)``; where rows are
    counted, the bound is rounded up to a whole row and ``s`` is at least half a row. None for one run, and
    where there are fewer than ten rows: no whole row of room is small there.
    """
    bound = _prediction_bound(summary.values, direction, half=0.5 / summary.n if counts_rows else 0.0)
    if bound is None or (counts_rows and summary.n < _FEWEST_ROWS):
        return None
    lower = direction is Direction.LOWER_IS_BETTER
    if not counts_rows:
        threshold = Threshold(value=_rounded_away(bound, up=lower), direction=direction)
        return Proposal(threshold=threshold, errors=None, margin=abs(threshold.value - summary.mean))
    share = bound if lower else 1 - bound
    errors = min(max(math.ceil(share * summary.n - 1e-9), 0), summary.n - 1)
    threshold = Threshold(value=_shortest(errors, summary.n, direction), direction=direction)
    margin = abs(bar_of(threshold, summary.n, counts_rows=True) - summary.mean)
    return Proposal(threshold=threshold, errors=errors, margin=margin)


def _prediction_bound(values: Sequence[float], direction: Direction, *, half: float) -> float | None:
    from scipy.stats import t

    k = len(values)
    if k < 2:  # noqa: PLR2004 - one run tells nothing of the spread
        return None
    reach = float(t.ppf(_MET, k - 1)) * max(sample_sd(values), half) * math.sqrt(1 + 1 / k)
    mean = math.fsum(values) / k
    return mean + reach if direction is Direction.LOWER_IS_BETTER else mean - reach


def _shortest(errors: int, n: int, direction: Direction) -> float:
    """Return the number with the fewest decimals that, as a bar, allows just so many errors."""
    lower = direction is Direction.LOWER_IS_BETTER
    for decimals in range(1, _MOST_DECIMALS):
        scale = math.pow(10.0, decimals)
        for share in (math.floor((errors + 1) / n * scale) / scale, math.ceil(errors / n * scale) / scale):
            value = share if lower else round(1 - share, decimals)
            if errors_allowed(Threshold(value=value, direction=direction), n) == errors:
                return value
    return (errors + 0.5) / n if lower else 1 - (errors + 0.5) / n


def _rounded_away(bound: float, *, up: bool) -> float:
    """Return ``bound`` in three digits, rounded so that the bar gets easier."""
    if not bound or not math.isfinite(bound):
        return bound
    scale = math.pow(10.0, _DIGITS - 1 - math.floor(math.log10(abs(bound))))
    rounded = (math.ceil if up else math.floor)(bound * scale) / scale
    return float(f"{rounded:.{_DIGITS + 12}g}")
