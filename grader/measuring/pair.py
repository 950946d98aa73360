"""The pair audit: one more run with the same seed and order of rows, but other test labels changed.

A program that reads no test label answers bit for bit the same. One that answers otherwise is either
random in itself, which a repeat with the very same labels shows, or its answers depend on test labels.
"""

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
    """How many of ``rows`` test rows moved, how many of them among the ``changed`` labels shown anew.

    ``p_value`` is None where nothing is left to chance: a repeat with the same labels was identical.
    """

    dependence: Dependence
    rows: int
    moved: int
    changed: int
    moved_where_changed: int
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
    changed: "np.ndarray[Any, Any]",
    *,
    suspicious_below: float,
) -> PairFound:
    """Return what two runs show that differ in nothing but the test labels they were served.

    Args:
        first: the graded run.
        pair: the run with the same seed and order, and other labels changed.
        repeat: a run with the very same labels as ``first``, when there is one.
        changed: booleans ``(n,)`` in served order: rows whose label was shown differently in the two.
        suspicious_below: p-values below it count as dependence.

    A program that is random in itself moves rows wherever it likes: whether it moves more of those whose
    label changed is Fisher's exact test, one-sided.
    """
    import numpy as np
    from scipy.stats import fisher_exact

    moved = np.asarray(first.decoded != pair.decoded)
    counted: dict[str, Any] = {
        "rows": len(moved),
        "moved": int(moved.sum()),
        "changed": int(changed.sum()),
        "moved_where_changed": int((moved & changed).sum()),
    }
    if _same(first, pair):
        return PairFound(dependence=Dependence.NONE, **counted)
    if repeat is None:
        return PairFound(dependence=Dependence.OPEN, **counted)
    if _same(first, repeat):
        return PairFound(dependence=Dependence.ON_LABELS, **counted)
    sides = (moved, ~moved)
    table = np.array([[int((side & changed).sum()), int((side & ~changed).sum())] for side in sides])
    p_value = float(fisher_exact(table, alternative="greater").pvalue)
    found = Dependence.ON_LABELS if p_value < suspicious_below else Dependence.RANDOM
    return PairFound(dependence=found, p_value=p_value, **counted)


def _same(one: Answers, other: Answers) -> bool:
    import numpy as np

    return np.array_equal(one.raw, other.raw)
