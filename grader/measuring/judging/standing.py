"""When are the runs clear of a bar, so that passed or failed can be said; and is one more run worth it?

The unit is the run. ``s`` is the seed spread (one run's standard deviation), ``k`` the runs made, ``z`` the
normal quantile for 1 % shared over the looks that ``runs.max`` allows. What settles a verdict:

* ``mean``: the mean lies further than ``z * s / sqrt(k)`` from the bar;
* ``median``: the median lies further than 1.2533 times that, what a median scatters more than a mean;
* ``best``: a run met the bar, or none did and the chance that one of those left does is below 1 %;
* ``each``: a run missed the bar, or none did and the chance that one of those left does is below 1 %.

A program that comes out the same with every seed is known exactly; so is, in effect, one whose runs are all a
quarter of the bar away from it where nothing is known of noise.

No error more can ever help: see :func:`clear_by`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from grader.measuring.judging.statistics import errors_allowed, sample_sd
from grader.model.metric import Baseline, Direction, MetricSummary, Rule, Threshold

_RISK = 0.01
_UNANIMOUS = 3
_OWN_SPREAD_FROM = 3
_SHARE_OF_ROWS = 0.6
"""Seed spread over the rows' standard error, as measured: 0.36-0.87 (references 0.36, 0.37, 0.69, 0.87;
the notes' program 5 0.85; plain banknote nets 0.85)."""
_MOST_OF_ROWS = 2.0
"""More than twice what was measured is no noise of training: some runs are of another kind."""
_LEAST_OF_RECORD = 2.0
_MOST_OF_RECORD = 3.0
"""Times the reference's record, which is of training done with care; for metrics that count no rows there is
nothing else. Programs scattered 2.3 to 3.1 times as much (plain banknote nets, the notes' program 5)."""
_MEDIAN = math.sqrt(math.pi / 2)
_HALVINGS = 50
_FAR = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a value stands: which side of the threshold, and whether more runs could move it."""

    met: bool
    settled: bool
    may_lose: bool
    """Under ``benefit``, the chance that further runs take the points away is at least 1 %."""
    all_but_passed: bool = False
    """One more run like those made would settle that the threshold is met: it is worth its time, since a
    good program should be told that it passed, not that nobody could say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One run's standard deviation: at least ``floor``; own runs raise it, from ``own_from``, to ``cap``."""

    floor: float
    cap: float
    own_from: int = _OWN_SPREAD_FROM

    def of(self, values: Sequence[float]) -> float:
        """Return the spread to reckon with after ``values``."""
        own = sample_sd(values) if len(values) >= max(self.own_from, 2) else 0.0
        return min(max(own, self.floor), self.cap)


def standing(
    threshold: Threshold,
    summary: MetricSummary,
    *,
    counts_rows: bool,
    baseline: Baseline | None,
    runs_max: int,
    exact: bool = False,
) -> Standing:
    """Return where ``summary`` stands against ``threshold`` after its runs, by its rule.

    ``exact``: the program comes out the same whatever the seed, so that its value is known, not estimated.

    A bar that allows no wrong row at all, and a metric of whose spread nothing is known, are decided by
    unanimity under ``mean`` and ``median``: the rule above could tell neither.
    """
    allowed = errors_allowed(threshold, summary.n) if counts_rows else None
    bar = bar_of(threshold, summary.n, counts_rows=counts_rows)
    spread = spread_of(summary, baseline, bar=bar if counts_rows else None)
    sign = 1 if threshold.direction is Direction.LOWER_IS_BETTER else -1
    gaps = [sign * (bar - value) for value in summary.values]
    met = threshold.met_by(summary.value)
    if exact or (spread is None and _far(gaps, bar)):
        return Standing(met=met, settled=True, may_lose=False)
    if summary.rule in (Rule.BEST, Rule.EACH):
        return _by_one(gaps, spread, met=met, best=summary.rule is Rule.BEST, runs_max=runs_max)
    if allowed == 0 or spread is None:
        return _unanimous(threshold, summary, runs_max, enough=1 if allowed == 0 else _UNANIMOUS)
    if summary.rule is Rule.MEDIAN:
        ahead, scatter = (
            sign * (bar - summary.value),
            _median_spread(summary, spread, bar if counts_rows else 0.0, runs=len(gaps)),
        )
        beyond = z_for(runs_max) * scatter
        settled = ahead * math.sqrt(len(gaps)) > beyond or (
            ahead * math.sqrt(len(gaps)) < -beyond and not met
        )
        then = _median_spread(summary, spread, bar if counts_rows else 0.0, runs=len(gaps) + 1)
        next_passes = ahead * math.sqrt(len(gaps) + 1) > z_for(runs_max) * then
    else:
        ahead, scatter = math.fsum(gaps) / len(gaps), spread.of(summary.values)
        weight = z_for(runs_max) / math.sqrt(len(gaps))
        fails = not met and clear_by([-gap for gap in gaps], weight, spread) > 0
        settled = fails or clear_by(gaps, weight, spread) > 0
        next_weight = z_for(runs_max) / math.sqrt(len(gaps) + 1)
        next_passes = clear_by([*gaps, ahead], next_weight, spread) > 0
    is_open = not settled and len(gaps) < runs_max
    return Standing(
        met=met,
        settled=settled,
        may_lose=is_open and _may_lose(ahead, scatter, len(gaps), runs_max),
        all_but_passed=is_open and met and next_passes,
    )


def clear_by(gaps: Sequence[float], weight: float, spread: Spread) -> float:
    """Return how far the runs' mean lies beyond zero, ``weight`` spreads of a run taken off.

    It is the largest such figure over all runs that are nowhere further than ``gaps``: a run that is
    further away than the others counts as if it were nearer where its spread would otherwise undo what the
    others show. So no run that moves away from the bar ever makes a case less clear, and a program that is
    sometimes good and sometimes nonsense is not kept undecided by its own scatter.

    The figure is concave in the runs, and where it is largest the far ones have all come in to one value:
    that value is found by halving.
    """
    mean = math.fsum(gaps) / len(gaps)
    if spread.of(gaps) <= spread.floor:
        return mean - weight * spread.floor

    def grows(ceiling: float) -> bool:
        near = [min(gap, ceiling) for gap in gaps]
        own = sample_sd(near)
        reach = ceiling - math.fsum(near) / len(near)
        return own <= spread.floor or reach * len(near) * weight <= (len(near) - 1) * own

    low, high = min(gaps), max(gaps)
    for _ in range(0 if grows(high) else _HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if grows(middle) else (low, middle)
    near = [min(gap, high) for gap in gaps]
    at_best = math.fsum(near) / len(near) - weight * max(sample_sd(near), spread.floor)
    return max(at_best, mean - weight * spread.cap)


def runs_alike(threshold: Threshold, values: Sequence[float], runs_max: int, *, perfect: bool) -> int | None:
    """Return how many runs like ``values`` settle a verdict by unanimity; None where these differ.

    ``perfect``: the bar allows no wrong row, so one run that meets it will do.
    """
    found = {threshold.met_by(value) for value in values}
    if len(found) > 1:
        return None
    return 1 if perfect and found == {True} else min(runs_max, _UNANIMOUS)


def seed_spread(summary: MetricSummary, baseline: Baseline | None, *, bar: float | None) -> float:
    """Return the run-to-run standard deviation to reckon with; 0.0 when nothing is known of it."""
    spread = spread_of(summary, baseline, bar=bar)
    if spread is None:
        return summary.seed_sd or 0.0
    return spread.of(summary.values)


def spread_of(summary: MetricSummary, baseline: Baseline | None, *, bar: float | None) -> Spread | None:
    """Return what is known of the run-to-run spread; None for a number of which nothing is.

    The largest of: the reference's calibration record; the program's own spread, from three runs on; and,
    for metrics that count rows, a share of the standard error of the rows of a program right at ``bar``
    (all of it while neither of the others is known), never below half an error. A reference trained with
    care scatters less than the programs it is compared with, so its record alone is no bound; where no rows
    are counted, twice the record is the least. Nor is the
    program's own: past what training was ever seen to do, it is told by the bar, not by the program.
    """
    record = baseline.of(summary.metric) if baseline else None
    kept = (record.seed_sd if record else None) or 0.0
    if bar is None:
        least, most = _LEAST_OF_RECORD * kept, _MOST_OF_RECORD * kept
        return Spread(floor=least, cap=most, own_from=2) if kept else None
    rows = _rows_error(bar, summary.n)
    known = bool(record and record.seed_sd is not None) or len(summary.values) >= _OWN_SPREAD_FROM
    floor = max(kept, rows * (_SHARE_OF_ROWS if known else 1.0), 0.5 / summary.n)
    return Spread(floor=floor, cap=max(floor, _MOST_OF_ROWS * rows))


def undecided_within(
    threshold: Threshold, summary: MetricSummary, baseline: Baseline | None, *, runs_max: int
) -> float:
    """Return how far from the bar a mean over all the runs must lie to be told from it, for counted rows.

    The fewer test rows, the wider: it is what few rows cost, whatever the program.
    """
    spread = spread_of(summary, baseline, bar=bar_of(threshold, summary.n, counts_rows=True))
    floor = spread.floor if spread is not None else 0.0
    return z_for(runs_max) * floor / math.sqrt(max(runs_max, 1))


def bar_of(threshold: Threshold, n: int, *, counts_rows: bool) -> float:
    """Return the bar to measure from: for whole rows, half an error above the last good count."""
    allowed = errors_allowed(threshold, n) if counts_rows else None
    if allowed is None:
        return threshold.value
    share = (allowed + 0.5) / n
    return share if threshold.direction is Direction.LOWER_IS_BETTER else 1 - share


@cache
def z_for(runs_max: int) -> float:
    """Return the normal quantile for 1 % shared over ``runs_max`` looks."""
    from scipy.stats import norm

    return float(norm.isf(_RISK / max(runs_max, 1)))


def _rows_error(share: float, n: int) -> float:
    share = min(max(share, 0.0), 1.0)
    return math.sqrt(share * (1 - share) / n)


def _median_spread(summary: MetricSummary, spread: Spread, share: float, *, runs: int) -> float:
    """Return one run's spread, made larger by what a median scatters more than a mean.

    A handful of runs tells too little of the spread about a median, so the rows' whole standard error
    stands for it (``share`` of them wrong), and one wild run moves nothing.
    """
    floor = max(spread.floor, _rows_error(share, summary.n))
    return floor * (_MEDIAN if runs > 2 else 1.0)  # noqa: PLR2004 - of two runs it is the mean


def _by_one(
    gaps: Sequence[float], spread: Spread | None, *, met: bool, best: bool, runs_max: int
) -> Standing:
    """Return the standing where one run decides: the first that meets (best) or that misses (each)."""
    left = runs_max - len(gaps)
    if met is best or left <= 0:
        return Standing(met=met, settled=True, may_lose=False)
    if spread is None:
        return Standing(met=met, settled=False, may_lose=True)
    # Each run left scatters about a mean that is itself known from the runs made.
    weight = z_for(left) * math.sqrt(1 + 1 / len(gaps))
    away = [-gap for gap in gaps] if best else gaps
    settled = clear_by(away, weight, spread) > 0
    return Standing(met=met, settled=settled, may_lose=not settled)


def _far(gaps: Sequence[float], bar: float) -> bool:
    """Return whether every run lies on one side of a bar by more than a quarter of it.

    So far no noise of training reaches, of whatever size it may be where nobody measured it.
    """
    reach = _FAR * abs(bar)
    return reach > 0 and (min(gaps) > reach or max(gaps) < -reach)


def _unanimous(threshold: Threshold, summary: MetricSummary, runs_max: int, *, enough: int) -> Standing:
    """Return the standing where a run meets or misses and nothing else can be said of it.

    ``enough`` runs that all meet the bar pass; to fail takes three alike.
    """
    met = [threshold.met_by(value) for value in summary.values]
    three = len(met) >= min(runs_max, _UNANIMOUS)
    passed = all(met) and (three or len(met) >= enough)
    settled = passed or (three and not any(met))
    more = not settled and len(met) < runs_max
    return Standing(met=threshold.met_by(summary.value), settled=settled, may_lose=more)


def _may_lose(ahead: float, spread: float, made: int, runs_max: int) -> bool:
    """Return whether the value after all runs ends clearly on the bad side with a chance of 1 % or more.

    Given the runs made, the final value is normal around the present one: the remaining runs scatter, and
    so does the program's true mean.
    """
    left = runs_max - made
    scatter = left / runs_max * spread * math.sqrt(1 / made + 1 / left)
    needed = ahead + z_for(runs_max) * spread / math.sqrt(runs_max)
    return needed <= z_for(1) * scatter
