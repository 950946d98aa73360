"""The placebo audit: one more run in which every training row shows the label of another class.

Who learns from such labels comes out wrong. Who is right all the same carried the answers in: weights
typed into the program, a table by content, or the test rows themselves.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEAST_LEARNT = 0.1
"""A program must be so much better than guessing before anything can be told about what it learnt."""
_MAY_REMAIN = 0.75
"""Share of the lead over guessing that the null hypothesis leaves a program: an untrained network is a
random function of what it looks at, and is right by luck for whole classes at a time."""
_FEWEST_FOR_CORRELATION = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceboFound:
    """Skill with true and with wrong training labels, and skill without learning.

    Skill is the share of right answers for classes, the correlation with the truth for numbers.
    ``p_value``: the chance of so much skill or more in a program that keeps three quarters of its lead.
    ``p_learns``: the chance of so little or less in one; only where that is small was learning shown.
    ``told`` is False when the graded run itself is hardly better than guessing.
    """

    graded: float
    placebo: float
    guessing: float
    p_value: float
    p_learns: float
    told: bool


def compare_placebo(
    graded: "np.ndarray[Any, Any]", placebo: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]"
) -> PlaceboFound:
    """Return how much of its skill a program keeps when its training labels are wrong.

    All three arrays are decoded, ``(n,)``, in the same order of rows. The null hypothesis is generous:
    three quarters of the lead over guessing may remain.
    """
    import numpy as np

    if truth.dtype == np.int64:
        return _classes(graded, placebo, truth)
    return _numbers(graded, placebo, truth)


def _classes(graded: "NDArray[Any]", placebo: "NDArray[Any]", truth: "NDArray[Any]") -> PlaceboFound:
    import numpy as np
    from scipy.stats import binomtest

    n = len(truth)
    guessing = float(np.unique(truth, return_counts=True)[1].max() / n)
    skill, kept = float((graded == truth).mean()), int((placebo == truth).sum())
    allowed = guessing + _MAY_REMAIN * max(skill - guessing, 0.0)
    return PlaceboFound(
        graded=skill,
        placebo=kept / n,
        guessing=guessing,
        p_value=float(binomtest(kept, n, allowed, alternative="greater").pvalue),
        p_learns=float(binomtest(kept, n, allowed, alternative="less").pvalue),
        told=skill - guessing >= _LEAST_LEARNT,
    )


def _numbers(graded: "NDArray[Any]", placebo: "NDArray[Any]", truth: "NDArray[Any]") -> PlaceboFound:
    """Compare correlations by Fisher's z: under the null it is normal with variance 1 / (n - 3)."""
    import numpy as np
    from scipy.stats import norm

    n = len(truth)
    skill, kept = _correlation(graded, truth), _correlation(placebo, truth)
    away = (np.arctanh(kept) - np.arctanh(_MAY_REMAIN * max(skill, 0.0))) * np.sqrt(max(n - 3, 1))
    return PlaceboFound(
        graded=skill,
        placebo=kept,
        guessing=0.0,
        p_value=float(norm.sf(away)),
        p_learns=float(norm.cdf(away)),
        told=skill >= _LEAST_LEARNT and n >= _FEWEST_FOR_CORRELATION,
    )


def _correlation(predicted: "NDArray[Any]", truth: "NDArray[Any]") -> float:
    """Return Pearson's correlation, short of exactly one; 0 for an answer that never varies."""
    import numpy as np

    spread = float(np.std(predicted)), float(np.std(truth))
    if not all(np.isfinite(spread)) or min(spread) <= 0:
        return 0.0
    centred = (predicted - predicted.mean()) / spread[0]
    value = float((centred * (truth - truth.mean()) / spread[1]).mean())
    return float(np.clip(value, -1 + 1e-9, 1 - 1e-9)) if np.isfinite(value) else 0.0
