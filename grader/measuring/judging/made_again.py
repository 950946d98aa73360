"""Is a delivered value one that its recipe gives? Asked one training after another, as far as is needed.

What was delivered is one draw of what the recipe gives, if it is honest. So it is held against the trainings
of our own: a value that lies below all of them asks for more of them (2, then 4, 9 and 19), and is *better*
than its recipe once nine of them or more lie above it and the distance would be chance less than once in a
thousand, shared over the two looks that can say so. The distance is told in spreads of one training, of which
the largest known is taken: that of the reference's record, the program's own from four trainings on, a share
of the standard error of the rows, half a row.

Where a net sometimes does not learn, the better half of the trainings is what it gives when it does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from grader.measuring.judging.statistics import sample_sd
from grader.model.assurance import Beside, MadeAgain
from grader.model.metric import Direction, MetricSummary

LOOKS = (2, 4, 9, 19)
"""So many trainings in all, as long as the delivered value lies below every one of them."""
SUSPICIOUS_BELOW = 1e-3
_ACCUSING_FROM = 9
_ACCUSING_LOOKS = sum(look >= _ACCUSING_FROM for look in LOOKS)
_OWN_SPREAD_FROM = 4
_SHARE_OF_ROWS = 0.6
"""Seed spread over the rows' standard error, as measured: see ``standing``. More is told by own spread."""
_OF_ANOTHER_KIND = 4.0
"""So many times the spread of the better half is no noise: of a normal one it is 1.7 times."""
_ALIKE = 1e-3
"""So far apart, as a share of the value, two measured numbers say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of one training's spread at a certain loss: ``degrees`` of freedom stand behind it."""

    spread: float
    degrees: int
    floor: float
    """Nearer than this, two values say the same."""


def made_again(
    delivered: float,
    retrained: Sequence[float],
    *,
    metric: str,
    direction: Direction,
    rows: int | None,
    record: MetricSummary | None,
    repeatable: bool = False,
) -> MadeAgain:
    """Return how ``delivered`` stands beside at least one ``retrained`` value of the same metric.

    Args:
        delivered: the value of the program's own run.
        retrained: those of its recipe, trained by us with seeds of our own.
        metric: what both are values of.
        direction: which of them are the better ones.
        rows: how many graded rows the values are shares of; None of a metric that counts none.
        record: the reference's calibration record of the metric.
        repeatable: the recipe leaves nothing to chance; where its trainings are indeed alike, the delivered
            value is theirs or it is not.
    """
    loss = _loss(delivered, direction)
    losses = sorted(_loss(value, direction) for value in retrained)
    kept = _without_the_unlearned(losses, rows, record, direction)
    known = _known(kept, rows, record, direction)
    fixed = repeatable and losses[-1] - losses[0] <= known.floor
    p_value = None if fixed else _p_value(abs(loss - math.fsum(kept) / len(kept)), known, len(kept))
    apart = fixed or (p_value is not None and p_value < SUSPICIOUS_BELOW)
    beside, wanted = Beside.WITHIN, None
    if loss > losses[-1] + known.floor and apart:
        beside = Beside.WORSE
    elif loss < losses[0] - known.floor:
        told = fixed or (apart and len(losses) >= _ACCUSING_FROM)
        wanted = None if told else next((look for look in LOOKS if look > len(losses)), None)
        undecided = Beside.WITHIN if wanted is None else Beside.OPEN
        beside = Beside.BETTER if told else undecided
    return MadeAgain(
        metric=metric,
        delivered=delivered,
        retrained=tuple(retrained),
        beside=beside,
        p_value=p_value,
        wanted=wanted,
        better_half=len(kept) < len(losses),
    )


def _loss(value: float, direction: Direction) -> float:
    """Return ``value`` so that less is better, and a share of rows stays one."""
    return value if direction is Direction.LOWER_IS_BETTER else 1 - value


def _known(
    losses: Sequence[float], rows: int | None, record: MetricSummary | None, direction: Direction
) -> _Known:
    """Return what is known of the spread of one training that comes to ``losses``."""
    mean = math.fsum(losses) / len(losses)
    spread, degrees = _of_record(record, mean, rows, direction)
    floor = _floor(mean, rows)
    if rows is not None:
        spread = max(spread, floor)
    if len(losses) >= _OWN_SPREAD_FROM:
        # The record says nothing of a program that scatters more: what is told rests on its own trainings.
        spread, degrees = max(spread, sample_sd(losses)), len(losses) - 1
    return _Known(spread=spread, degrees=degrees, floor=floor)


def _floor(mean: float, rows: int | None) -> float:
    """Return how near two values around ``mean`` say the same."""
    if rows is None:
        return _ALIKE * abs(mean)
    return max(_SHARE_OF_ROWS * _rows_error(mean, rows), 0.5 / rows)


def _of_record(
    record: MetricSummary | None, mean: float, rows: int | None, direction: Direction
) -> tuple[float, int]:
    """Return the spread of the reference's record, and its degrees of freedom.

    Programs that are further from perfect scatter more: a number by as much as it is larger, a share of rows
    as the standard error of the rows does. What is better than the reference is not taken to scatter less.
    """
    if record is None or record.seed_sd is None:
        return 0.0, 0
    reference = _loss(record.mean, direction)
    more = 1.0
    if rows is None and reference > 0:
        more = max(mean / reference, 1.0)
    elif rows is not None and 0 < reference < 1:
        more = max(_rows_error(mean, rows) / _rows_error(reference, rows), 1.0)
    return record.seed_sd * more, len(record.values) - 1


def _without_the_unlearned(
    losses: Sequence[float], rows: int | None, record: MetricSummary | None, direction: Direction
) -> Sequence[float]:
    """Return ``losses``, or their better half where some are of another kind: of nets that did not learn."""
    if len(losses) < _OWN_SPREAD_FROM:
        return losses
    better = losses[: math.ceil(len(losses) / 2)]
    usual = max(_known(better, rows, record, direction).spread, sample_sd(better))
    return better if sample_sd(losses) > _OF_ANOTHER_KIND * usual else losses


def _p_value(apart: float, known: _Known, trainings: int) -> float | None:
    """Return the chance that a further draw lies as far from the mean of ``trainings``, on one side.

    Once for each look that can accuse.
    """
    if known.spread <= 0:
        return None
    chance = _tail(apart / (known.spread * math.sqrt(1 + 1 / trainings)), max(known.degrees, 1))
    return min(chance * _ACCUSING_LOOKS, 1.0)


@cache
def _tail(distance: float, degrees: int) -> float:
    from scipy.stats import t

    return float(t.sf(distance, degrees))


def _rows_error(share: float, rows: int) -> float:
    share = min(max(share, 0.0), 1.0)
    return math.sqrt(share * (1 - share) / rows)
