"""The pair audit: one more run with the same seed and order of rows, and every test label wrong.

A program that reads no test label answers bit for bit the same. One that answers otherwise is either
random in itself, which a repeat with the very same labels shows, or its answers depend on test labels.
Randomness of its own acquits a program only as far as the rows and the reference's seeds explain it: one
whose graded run was better than its repeats beyond that has rested its grade on luck.
"""

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


_OF_NUMBERS = 0.16
"""Between runs of one honest program for california-housing, the spread of its error over its mean."""


class Dependence(Enum):
    """What a pair of runs shows.

    OPEN: they differ, and no repeat says yet whose doing that is. LUCKY: the graded run is better than what
    repeats it, beyond all luck that is known.
    """

    NONE = "none"
    OPEN = "open"
    ON_LABELS = "on_labels"
    RANDOM = "random"
    LUCKY = "lucky"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFound:
    """How many of ``rows`` test rows moved, and the shares that are wrong with and without true labels.

    ``wrong_again`` is the share of the repeat, where there is one. Where numbers are asked for, the shares
    are root mean square errors. ``p_value`` is None where nothing is left to chance: a repeat with the same
    labels was identical.
    """

    dependence: Dependence
    rows: int
    moved: int
    wrong: float
    wrong_without: float
    wrong_again: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """What one run delivered: ``raw`` as it came, ``decoded`` into classes or numbers, in served order."""

    raw: "np.ndarray[Any, Any]"
    decoded: "np.ndarray[Any, Any]"


def compare_pair(
    first: Answers,
    pair: Answers,
    repeat: Answers | None,
    truth: "np.ndarray[Any, Any]",
    *,
    suspicious_below: float,
    usual: float = 0.0,
) -> PairFound:
    """Return what two runs show that differ in nothing but the test labels they were served.

    Args:
        first: the graded run.
        pair: the run with the same seed and order, and every test label wrong.
        repeat: a run with the very same labels as ``first``, when there is one.
        truth: the true labels, ``(n,)`` in served order.
        suspicious_below: p-values below it count as dependence.
        usual: the spread of the reference's runs, in shares of wrong rows or in root mean square errors.

    A program that is random in itself moves rows in any case; it depends on labels when it is worse
    without them than luck explains. Luck is the standard error of the rows, more than was ever measured
    between runs of one program, or the reference's spread if that is more: what the program itself scatters
    is its own choice and explains nothing.
    """
    import numpy as np

    wrong, without = _badness(first, truth), _badness(pair, truth)
    moved = int(np.asarray(first.decoded != pair.decoded).sum())
    counted: dict[str, Any] = {"rows": len(truth), "moved": moved, "wrong": wrong, "wrong_without": without}
    if _same(first, pair):
        return PairFound(dependence=Dependence.NONE, **counted)
    if repeat is None:
        return PairFound(dependence=Dependence.OPEN, **counted)
    again = counted["wrong_again"] = _badness(repeat, truth)
    if _same(first, repeat):
        return PairFound(dependence=Dependence.ON_LABELS, **counted)
    luck = _luck(truth, (wrong, again, without), usual)
    lucky = min(_chance(again - wrong, luck, 2), _chance(min(again, without) - wrong, luck, 1.5))
    if lucky < suspicious_below:
        return PairFound(dependence=Dependence.LUCKY, p_value=lucky, **counted)
    # One run against the mean of two.
    p_value = _chance(without - (wrong + again) / 2, luck, 1.5)
    found = Dependence.ON_LABELS if p_value < suspicious_below else Dependence.RANDOM
    return PairFound(dependence=found, p_value=p_value, **counted)


def _badness(answers: Answers, truth: "np.ndarray[Any, Any]") -> float:
    """Return the share of wrong rows; where numbers are asked for, the root mean square error."""
    if answers.decoded.dtype.kind in "iub":
        return float((answers.decoded != truth).mean())
    return float(((answers.decoded - truth) ** 2).mean() ** 0.5)


def _luck(truth: "np.ndarray[Any, Any]", shares: tuple[float, ...], usual: float) -> float:
    """Return the spread that honest runs of one program have, at most."""
    worst, rows = max(shares), len(truth)
    if truth.dtype.kind not in "iub":
        return max(usual, _OF_NUMBERS * min(shares), 1e-12)
    return max(math.sqrt(worst * (1 - worst) / rows), usual, 0.5 / rows)


def _chance(worse_by: float, luck: float, variances: float) -> float:
    """Return how likely luck alone makes a difference of ``variances`` times one run's variance so large."""
    from scipy.stats import norm

    return float(norm.sf(worse_by / (luck * math.sqrt(variances))))


def _same(one: Answers, other: Answers) -> bool:
    import numpy as np

    return np.array_equal(one.raw, other.raw)
