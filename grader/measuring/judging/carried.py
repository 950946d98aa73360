"""Does a recipe carry answers? What it is right about after learning from wrong labels, it did not learn."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.model.metric import Direction, Measurement

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST_LEARNT = 0.1
_MAY_REMAIN = 0.75
"""As for the placebo of a program: so much of the lead over guessing may remain by luck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Shares of right answers: of the recipe, of the same on deranged labels, of guessing; and the chance."""

    graded: float
    placebo: float
    guessing: float
    p_value: float


def carried(
    graded: Measurement, placebo: Measurement, truth: "NDArray[Any]", direction: Direction
) -> Carried | None:
    """Return what a recipe is right about without learning; None where nothing can be told.

    ``graded`` and ``placebo`` measure the same share of rows, whose labels are ``truth``. Nothing is told of
    numbers, nor of a recipe that is hardly better than guessing.
    """
    import numpy as np
    from scipy.stats import binomtest

    if graded.wrong is None or placebo.wrong is None or truth.dtype != np.int64 or not len(truth):
        return None
    right = [_right(one, direction) for one in (graded, placebo)]
    guessing = float(np.unique(truth, return_counts=True)[1].max() / len(truth))
    lead = right[0] - guessing
    if lead < _LEAST_LEARNT:
        return None
    allowed = guessing + _MAY_REMAIN * lead
    chance = binomtest(round(right[1] * placebo.n), placebo.n, allowed, alternative="greater").pvalue
    return Carried(graded=right[0], placebo=right[1], guessing=guessing, p_value=float(chance))


def _right(one: Measurement, direction: Direction) -> float:
    share = 1 - one.value if direction is Direction.LOWER_IS_BETTER else one.value
    return share if math.isfinite(share) else 0.0
