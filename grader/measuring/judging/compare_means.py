"""Whether a program that is run again measures what it did, as far as noise from run to run goes."""

import math
from dataclasses import replace

from grader.measuring.judging.standing import spread_of, z_for
from grader.model.certificate import MetricPair
from grader.model.metric import Baseline, Direction, MetricSummary


def compare_means(
    certified: MetricSummary,
    now: MetricSummary,
    *,
    counts_rows: bool,
    direction: Direction,
    baseline: Baseline | None,
    metrics: int,
) -> MetricPair:
    """Return the two means, and how far apart noise from run to run lets them come.

    One run's spread is what ``settle`` reckons with at this rate of errors, from the runs' scatter about
    their own two means, and at least the whole standard error of the rows: with the share of it that settles
    a verdict, 3 to 4 % of honest programs would be called different. Noise takes the means further apart
    in at most 1 % of cases, shared over both sides and over ``metrics``.
    """
    then, again = certified.mean, now.mean
    scatter = [*(value - then for value in certified.values), *(value - again for value in now.values)]
    values = (*certified.values, *now.values)
    both = replace(now, values=values, value=math.fsum(values) / len(values), n=min(certified.n, now.n))
    share = both.value if direction is Direction.LOWER_IS_BETTER else 1 - both.value
    bar = share if counts_rows else None
    one = replace(both, values=(both.value,))  # nothing known but the rows: all of their standard error
    known = (spread_of(both, baseline, bar=bar), spread_of(one, None, bar=bar))
    spreads = [spread.of(scatter) for spread in known if spread is not None]
    spread = max(spreads, default=None)
    allowed = None
    if spread is not None:
        each_side = z_for(2 * max(metrics, 1))
        allowed = each_side * spread * math.sqrt(1 / len(certified.values) + 1 / len(now.values))
    return MetricPair(
        metric=now.metric,
        counts_rows=counts_rows,
        certified=then,
        now=again,
        spread=spread,
        allowed=allowed,
    )
