"""Does a recipe carry answers? What it is right about without having learnt it, it brought along."""

import math
from dataclasses import dataclass

from grader.model.metric import Direction, Measurement

_LEAST_LEARNT = 0.1
_MAY_REMAIN = 0.75
"""As for the placebo of a program: so much of the lead over guessing may remain by luck."""
_SURE = 1 - 1e-9
_FEWEST_NUMBERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Skill of the recipe, of the same in another training, and of guessing; and two chances.

    Skill is the share of right answers, or the correlation that a number like this one comes to.
    ``p_keeps``: the chance of so much skill in the other training, or more, where three quarters of the lead
    may remain by luck; ``p_loses`` that of so little or less, where at most a quarter may be lost.
    """

    graded: float
    other: float
    guessing: float
    p_keeps: float
    p_loses: float
    rows: bool
    """Skill is a share of rows."""


def carried(
    graded: Measurement, other: Measurement, guess: Measurement, direction: Direction
) -> Carried | None:
    """Return how much of its skill a recipe keeps; None where it is hardly better than guessing.

    ``graded``, ``other`` and ``guess`` measure the same rows; ``guess`` is what one answer for all of them
    comes to, the best there is.
    """
    if graded.wrong is None or other.wrong is None or guess.wrong is None:
        return _numbers(graded, other, guess, direction)
    from scipy.stats import binomtest

    right = [1 - one.wrong / one.n for one in (graded, other, guess) if one.wrong is not None]
    lead = right[0] - right[2]
    if lead < _LEAST_LEARNT:
        return None
    allowed, kept = right[2] + _MAY_REMAIN * lead, other.n - other.wrong
    chances = [
        float(binomtest(kept, other.n, allowed, alternative=side).pvalue) for side in ("greater", "less")
    ]
    return Carried(
        graded=right[0],
        other=right[1],
        guessing=right[2],
        p_keeps=chances[0],
        p_loses=chances[1],
        rows=True,
    )


def _numbers(
    graded: Measurement, other: Measurement, guess: Measurement, direction: Direction
) -> Carried | None:
    """Compare correlations by Fisher's z: under the null it is normal with variance 1 / (n - 3)."""
    from scipy.stats import norm

    skill, kept = (_correlation(one.value, guess.value, direction) for one in (graded, other))
    if skill < _LEAST_LEARNT or graded.n < _FEWEST_NUMBERS:
        return None
    away = (math.atanh(kept) - math.atanh(_MAY_REMAIN * skill)) * math.sqrt(graded.n - 3)
    return Carried(
        graded=skill,
        other=kept,
        guessing=0.0,
        p_keeps=float(norm.sf(away)),
        p_loses=float(norm.cdf(away)),
        rows=False,
    )


def _correlation(value: float, guess: float, direction: Direction) -> float:
    """Return the correlation at which a value of an error, or of a share explained, is as good as this one.

    An error of ``guess`` explains nothing, one of 0 everything; so does 1 where more is better.
    """
    if direction is Direction.LOWER_IS_BETTER:
        explained = 1 - (value / guess) ** 2 if guess > 0 else 0.0
    else:
        explained = (value - guess) / (1 - guess) if guess < 1 else 0.0
    return math.sqrt(min(max(explained, 0.0), _SURE))
