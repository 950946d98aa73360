"""The pair audit: one more run with the same seed and order of rows, and every test label wrong.

A program that reads no test label answers bit for bit the same. One that answers otherwise is either
random in itself, which a repeat with the very same labels shows, or its answers depend on test labels.
"""

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


class Dependence(Enum):
    """What a pair of runs shows. OPEN: they differ, and no repeat says yet whose doing that is."""

    NONE = "none"
    OPEN = "open"
    ON_LABELS = "on_labels"
    RANDOM = "random"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFound:
    """How many of ``rows`` test rows moved, and the shares that are wrong with and without true labels.

    ``p_value`` is None where nothing is left to chance: a repeat with the same labels was identical.
    """

    dependence: Dependence
    rows: int
    moved: int
    wrong: float
    wrong_without: float
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
) -> PairFound:
    """Return what two runs show that differ in nothing but the test labels they were served.

    Args:
        first: the graded run.
        pair: the run with the same seed and order, and every test label wrong.
        repeat: a run with the very same labels as ``first``, when there is one.
        truth: the true labels, ``(n,)`` in served order.
        suspicious_below: p-values below it count as dependence.

    A program that is random in itself moves rows in any case; it depends on labels when it is worse
    without them than its own luck explains. Its luck is taken as the standard error of the rows, more than
    was ever measured between runs of one program, and as what first and repeat differ by if that is more.
    """
    import numpy as np

    def share(answers: Answers) -> float:
        return float((answers.decoded != truth).mean())

    moved = int(np.asarray(first.decoded != pair.decoded).sum())
    counted: dict[str, Any] = {
        "rows": len(truth),
        "moved": moved,
        "wrong": share(first),
        "wrong_without": share(pair),
    }
    if _same(first, pair):
        return PairFound(dependence=Dependence.NONE, **counted)
    if repeat is None:
        return PairFound(dependence=Dependence.OPEN, **counted)
    if _same(first, repeat):
        return PairFound(dependence=Dependence.ON_LABELS, **counted)
    if truth.dtype != np.int64:  # numbers are never right or wrong: nothing to compare luck with
        return PairFound(dependence=Dependence.RANDOM, **counted)
    p_value = _chance_of_loss(share(first), share(repeat), share(pair), len(truth))
    found = Dependence.ON_LABELS if p_value < suspicious_below else Dependence.RANDOM
    return PairFound(dependence=found, p_value=p_value, **counted)


def _chance_of_loss(first: float, repeat: float, pair: float, n: int) -> float:
    """Return how likely one more run of the same program comes out as bad as ``pair``."""
    from scipy.stats import norm

    mean = (first + repeat) / 2
    worst = max(mean, pair)
    spread = max(math.sqrt(worst * (1 - worst) / n), abs(first - repeat) / math.sqrt(2), 0.5 / n)
    # One run against the mean of two.
    return float(norm.sf((pair - mean) / (spread * math.sqrt(1.5))))


def _same(one: Answers, other: Answers) -> bool:
    import numpy as np

    return np.array_equal(one.raw, other.raw)
