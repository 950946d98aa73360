"""When is a mean over runs far enough from its bar to say passed or failed; and is one more run worth it?

The unit is the run. A verdict is settled when the mean of the runs lies further than ``z * s / sqrt(k)``
from the bar: ``s`` is the seed spread (one run's standard deviation), ``k`` the runs made, ``z`` the normal
quantile for 1 % shared over the looks that ``runs.max`` allows.
"""

import math
from dataclasses import dataclass

from grader.measuring.statistics import errors_allowed
from grader.model.metric import Baseline, Direction, MetricSummary, Threshold

_RISK = 0.01
_UNANIMOUS_FAILURES = 3
_OWN_SPREAD_FROM = 3
_SHARE_OF_ROWS = 0.6
"""Seed spread over the rows' standard error, as measured: 0.36-0.87 (references 0.36, 0.37, 0.69, 0.87;
the notes' program 5 0.85; plain banknote nets 0.85)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a mean stands: which side of the threshold, and whether more runs could move it."""

    met: bool
    settled: bool
    may_lose: bool
    """Under ``benefit``, the chance that further runs take the points away is at least 1 %."""


def standing(
    threshold: Threshold,
    summary: MetricSummary,
    *,
    counts_rows: bool,
    baseline: Baseline | None,
    runs_max: int,
) -> Standing:
    """Return where the mean of ``summary`` stands against ``threshold`` after its runs.

    A bar that allows no wrong row at all is decided by unanimity: half an error either side of it can
    never be told apart by the rule above.
    """
    met = threshold.met_by(summary.value)
    made = len(summary.values)
    allowed = errors_allowed(threshold, summary.n) if counts_rows else None
    if allowed == 0:
        return _unanimous(threshold, summary, runs_max)
    bar = threshold.value
    if allowed is not None:
        share = (allowed + 0.5) / summary.n
        bar = share if threshold.direction is Direction.LOWER_IS_BETTER else 1 - share
    sign = 1 if threshold.direction is Direction.LOWER_IS_BETTER else -1
    ahead = sign * (bar - summary.value)
    spread = seed_spread(summary, baseline, bar=bar if counts_rows else None)
    z = _quantile(runs_max)
    settled = abs(ahead) > z * spread / math.sqrt(made) if spread else True
    may_lose = not settled and made < runs_max and _chance_to_lose(ahead, spread, made, runs_max, z)
    return Standing(met=met, settled=settled, may_lose=may_lose)


def seed_spread(summary: MetricSummary, baseline: Baseline | None, *, bar: float | None) -> float:
    """Return the run-to-run standard deviation to reckon with; 0.0 when nothing is known of it.

    The largest of what is known: the reference's calibration record; the program's own spread from three
    runs on; and, for metrics that count rows, a share of the standard error of the rows of a program right
    at ``bar`` (all of it while neither of the others is known), never below half an error. A reference
    trained with care scatters less than the programs it is compared with, so its record alone is no bound.
    """
    record = baseline.of(summary.metric) if baseline else None
    known = [record.seed_sd] if record is not None and record.seed_sd is not None else []
    own_runs = 2 if bar is None else _OWN_SPREAD_FROM
    if summary.seed_sd is not None and len(summary.values) >= own_runs:
        known.append(summary.seed_sd)
    if bar is None:
        return max(known, default=0.0)
    share = min(max(bar, 0.0), 1.0)
    rows = math.sqrt(share * (1 - share) / summary.n) * (_SHARE_OF_ROWS if known else 1.0)
    return max(*known, rows, 0.5 / summary.n)


def _unanimous(threshold: Threshold, summary: MetricSummary, runs_max: int) -> Standing:
    perfect = [threshold.met_by(value) for value in summary.values]
    enough = len(perfect) >= min(runs_max, _UNANIMOUS_FAILURES)
    settled = all(perfect) or (enough and not any(perfect))
    more = not settled and len(perfect) < runs_max
    return Standing(met=threshold.met_by(summary.value), settled=settled, may_lose=more)


def _quantile(runs_max: int) -> float:
    from scipy.stats import norm

    return float(norm.isf(_RISK / max(runs_max, 1)))


def _chance_to_lose(ahead: float, spread: float, made: int, runs_max: int, z: float) -> bool:
    """Return whether the mean after all runs ends clearly on the bad side with a chance of 1 % or more.

    Given the runs made, the final mean is normal around the present one: the remaining runs scatter, and
    so does the program's true mean.
    """
    from scipy.stats import norm

    left = runs_max - made
    scatter = left / runs_max * spread * math.sqrt(1 / made + 1 / left)
    needed = ahead + z * spread / math.sqrt(runs_max)
    return bool(norm.sf(needed / scatter) >= _RISK)
