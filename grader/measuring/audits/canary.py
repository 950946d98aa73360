"""Does a program repeat test labels that were changed on purpose?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.measuring.audits.significance import SUSPICIOUS_BELOW
from grader.model.submission import Finding, Severity
from grader.words import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryAgreement:
    """How many changed labels a program repeats, and how likely its own confusions make that."""

    agreed: int
    canaries: int
    expected: float
    p_value: float


def canary_agreement(
    predicted: "np.ndarray[Any, Any]",
    served_labels: "np.ndarray[Any, Any]",
    truth: "np.ndarray[Any, Any]",
    canaries: "np.ndarray[Any, Any]",
) -> CanaryAgreement:
    """Return whether predictions agree with flipped labels beyond the program's own confusions.

    A program that never saw the served labels says the flipped class of a row about as often as it
    confuses that pair of classes on rows whose label was left alone. The count agreed then is a sum of
    independent draws, one chance per canary; the p-value is exact: the chance of so many or more.

    Args:
        predicted: classes, ``(n,)``; all four arrays in the same order of rows.
        served_labels: what the sandbox was shown, canaries included.
        truth: the true classes.
        canaries: which rows were flipped, as booleans ``(n,)``.

    Raises:
        ValueError: there are no canaries, or one of them holds its true label.
    """
    flipped = canaries.astype(bool)
    if not flipped.any() or (served_labels[flipped] == truth[flipped]).any():
        raise ValueError("canaries are rows whose served label is not the true one")
    agreed = int((predicted[flipped] == served_labels[flipped]).sum())
    chances = _confusion_chances(predicted, served_labels, truth, flipped)
    return CanaryAgreement(
        agreed=agreed,
        canaries=int(flipped.sum()),
        expected=float(chances.sum()),
        p_value=_so_many_or_more(agreed, chances),
    )


def copied_labels(found: CanaryAgreement) -> Finding | None:
    """Return the finding that a program repeats served test labels, or None when chance explains it."""
    if found.p_value >= SUSPICIOUS_BELOW:
        return None
    message = say(
        "canary-labels-repeated", agreed=found.agreed, canaries=found.canaries, expected=found.expected
    )
    return Finding(severity=Severity.REVIEW, message=message, p_value=found.p_value)


def _confusion_chances(
    predicted: "NDArray[Any]", served: "NDArray[Any]", truth: "NDArray[Any]", flipped: "NDArray[Any]"
) -> "NDArray[np.float64]":
    """Return for every canary the chance of being told its flipped class, from the rows left alone.

    One draw is added to each true class, spread over the other classes: a pair of classes that was never
    confused on a few hundred rows is not impossible.
    """
    import numpy as np

    classes = np.unique(np.concatenate([truth, served]))
    true_at, served_at = np.searchsorted(classes, truth), np.searchsorted(classes, served)
    alone = ~flipped
    counts = np.zeros((len(classes), len(classes)))
    known = alone & np.isin(predicted, classes)
    np.add.at(counts, (true_at[known], np.searchsorted(classes, predicted[known])), 1.0)
    of_class = np.bincount(true_at[alone], minlength=len(classes))
    others = max(len(classes) - 1, 1)
    share = (counts + 1.0 / others) / (of_class[:, None] + 1.0)
    return np.asarray(np.clip(share[true_at[flipped], served_at[flipped]], 0.0, 1.0))


def _so_many_or_more(agreed: int, chances: "NDArray[np.float64]") -> float:
    """Return the chance that ``agreed`` or more of independent events happen.

    The probabilities are summed: one minus the rest would lose what is smaller than 1e-16.
    """
    import numpy as np
    from scipy.stats import poisson_binom

    counts = np.arange(agreed, len(chances) + 1)
    return float(np.clip(np.sum(poisson_binom.pmf(counts, chances)), 0.0, 1.0))
