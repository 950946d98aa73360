"""How far the errors of two submissions coincide, over all pairs of a class at once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

USUAL_SHARE = 0.62
USUAL_SPREAD = 0.07
"""Of the rows that one of two honest runs gets wrong, the share that both get wrong with the same answer.

As measured between runs of one program with other seeds, on digits: 0.61 in the middle, 0.71 one standard
deviation above it (of which rows explain 0.08), 0.74 at most; on MNIST 0.45."""
_MOST_USUAL = 0.97
_NEAR = 2.0
"""Spreads above what is usual: nearer ones are as good as certain to be chance, and cost time."""
_LEAST_PAIRS = 10
_MOST_COLUMNS = 1 << 14
"""At a time: thirteen megabytes for a class of two hundred."""
_UPPER = 84.0
"""The percentile one standard deviation above the middle."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coincidences:
    """The pairs whose errors may coincide too far, in parallel arrays.

    ``same`` rows both get wrong with the same answer, of ``union`` rows that one of them gets wrong;
    ``usual`` is the share expected of an honest pair, ``p_value`` the chance of so many, times the number of
    pairs. ``identical``: every answer is the same; ``crowd`` is how many of the class answer just so.
    """

    first: "NDArray[np.int64]"
    second: "NDArray[np.int64]"
    same: "NDArray[np.int64]"
    union: "NDArray[np.int64]"
    identical: "NDArray[np.bool_]"
    crowd: "NDArray[np.int64]"
    p_value: "NDArray[np.float64]"
    usual: float


def coincidences(
    answers: "Sequence[NDArray[Any]]",
    truth: "NDArray[Any]",
    *,
    least_errors: int,
) -> Coincidences:
    """Return the pairs of ``answers`` that share more errors than honest pairs usually do.

    What is usual is the larger of what was measured on honest programs and of the class's middle pair: where
    everybody shares a starter and a seed, much is usual. Given a usual share and its spread, the shared
    errors of a pair are beta-binomial.

    Args:
        answers: one array of classes per submission, rows as in ``truth``.
        truth: the true classes.
        least_errors: pairs with fewer wrong rows between them are left out.
    """
    import numpy as np

    same, union = _overlaps(answers, truth)
    first, second = np.triu_indices(len(answers), 1)
    same, union = same[first, second], union[first, second]
    enough = union >= least_errors
    mean, spread = _usual(same[enough], union[enough])
    near = enough & (same >= min(mean + _NEAR * spread, 1.0) * union)
    first, second, same, union = first[near], second[near], same[near], union[near]
    pairs = max(len(answers) * (len(answers) - 1) // 2, 1)
    crowds = _crowds(answers)
    return Coincidences(
        first=first,
        second=second,
        same=same,
        union=union,
        identical=crowds[0][first] == crowds[0][second],
        crowd=crowds[1][first],
        p_value=np.minimum(_chances(same, union, mean, spread) * pairs, 1.0),
        usual=mean,
    )


def _overlaps(
    answers: "Sequence[NDArray[Any]]", truth: "NDArray[Any]"
) -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Return for each pair the rows both get wrong alike, and the rows that one of them gets wrong.

    A wrong answer is a row and a class; each that occurs is a column of 0 and 1, and one product of
    matrices counts all pairs.
    """
    import numpy as np

    if not len(answers):
        return np.zeros((0, 0), dtype=np.int64), np.zeros((0, 0), dtype=np.int64)
    whole = np.stack([np.asarray(one, dtype=np.int64) for one in answers])
    wrong = whole != truth
    errors = wrong.sum(axis=1)
    who, row = np.nonzero(wrong)
    base = whole.min()
    cell = row * (int(whole.max() - base) + 1) + (whole[who, row] - base)
    _, column = np.unique(cell, return_inverse=True)
    same = np.zeros((len(answers), len(answers)))
    columns = int(column.max(initial=-1)) + 1
    width = min(columns, _MOST_COLUMNS)
    for start in range(0, columns, max(width, 1)):
        here = (column >= start) & (column < start + width)
        marks = np.zeros((len(answers), width), dtype=np.float32)
        marks[who[here], column[here] - start] = 1.0
        same += marks @ marks.T
    both = np.rint(same).astype(np.int64)
    return both, errors[:, None] + errors[None, :] - both


def _usual(same: "NDArray[np.int64]", union: "NDArray[np.int64]") -> tuple[float, float]:
    """Return the usual share of errors in common and its spread beyond the chance of rows."""
    import numpy as np

    if len(same) < _LEAST_PAIRS:
        return USUAL_SHARE, USUAL_SPREAD
    shares = same / union
    middle = float(np.median(shares))
    upper = float(np.percentile(shares, _UPPER)) - middle
    of_rows = float(np.median(middle * (1 - middle) / union))
    spread = max(upper**2 - of_rows, 0.0) ** 0.5
    return min(max(middle, USUAL_SHARE), _MOST_USUAL), max(spread, USUAL_SPREAD)


def _chances(
    same: "NDArray[np.int64]", union: "NDArray[np.int64]", mean: float, spread: float
) -> "NDArray[np.float64]":
    """Return the beta-binomial chance of ``same`` or more of ``union``, each count worked out once."""
    import numpy as np
    from scipy.special import betaln, gammaln, logsumexp

    weight = max(mean * (1 - mean) / spread**2 - 1, 1.0)
    a, b = mean * weight, (1 - mean) * weight
    counts, where = np.unique(np.column_stack([same, union]), axis=0, return_inverse=True)
    chances = np.empty(len(counts))
    for at, (least, n) in enumerate(counts):
        k = np.arange(least, n + 1)
        ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
        chances[at] = np.exp(min(logsumexp(ways + betaln(k + a, n - k + b)) - betaln(a, b), 0.0))
    return np.asarray(chances[where.reshape(-1)] if len(counts) else np.zeros(0), dtype=np.float64)


def _crowds(answers: "Sequence[NDArray[Any]]") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Return a number for each that is the same for the same answers, and how many have them."""
    import numpy as np

    names = [np.asarray(one, dtype=np.int64).tobytes() for one in answers]
    known = {name: number for number, name in enumerate(dict.fromkeys(names))}
    groups = np.array([known[name] for name in names], dtype=np.int64)
    return groups, np.bincount(groups)[groups] if len(groups) else groups
