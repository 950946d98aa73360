"""Whether the answers to a question of two classes are right the other way round: 0 for 1, and 1 for 0."""

from typing import TYPE_CHECKING, Any

from grader.model.message import Message
from grader.words import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST_CHANCE = 1e-4
_TWO = 2


def told_the_other_way_round(answers: "NDArray[Any] | None", truth: "NDArray[Any]") -> Message | None:
    """Return the sentence that 1 - y would be right more often than any one answer to all rows; else None.

    The chance of so few errors by answers that know nothing is below one in ten thousand.
    """
    import numpy as np
    from scipy.stats import binom

    if answers is None or truth.dtype != np.int64 or len(np.unique(truth)) != _TWO or truth.max() != 1:
        return None
    wrong = int((1 - answers != truth).sum())
    commonest = max(float(np.mean(truth == 1)), float(np.mean(truth == 0)))
    if set(np.unique(answers)) - {0, 1} or binom.cdf(wrong, len(truth), 1 - commonest) >= _LEAST_CHANCE:
        return None
    return say("classes-other-way-round", error=wrong / len(truth))
