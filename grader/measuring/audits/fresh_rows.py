"""The fresh-rows audit: one more run whose test rows are the published ones, each a little moved.

Who learnt is right about nearly all that it was right about before. Who brought answers for published rows
does not find its rows any more, and whatever it falls back to, it loses what the answers had gained it. A
program may well see that its rows are others: then it shows what it is worth without them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class HonestLoss:
    """What honest programs lose by fresh rows, beyond what they gain: shares of all rows and of their errors.

    Measured on the reference solution and on programs of other kinds, the most of any.
    """

    rows: float
    errors: float


_LOSSES: Mapping[str, HonestLoss] = {
    "mnist": HonestLoss(rows=0.001, errors=0.3),
    "fashion-mnist": HonestLoss(rows=0.002, errors=0.3),
    "digits": HonestLoss(rows=0.001, errors=0.35),
    "noisynote": HonestLoss(rows=0.004, errors=0.5),
    "banknote": HonestLoss(rows=0.002, errors=0.5),
}


def honest_loss(dataset: str) -> HonestLoss | None:
    """Return what honest programs lose by fresh rows of ``dataset``; None where nobody measured it."""
    return _LOSSES.get(dataset)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshFound:
    """Of ``rows`` test rows, how many were right and are wrong when moved, and the other way round.

    ``p_value``: the chance of so many lost or more in an honest program that loses as many as any did.
    """

    rows: int
    lost: int
    gained: int
    wrong: float
    wrong_fresh: float
    p_value: float


def compare_fresh(
    graded: "np.ndarray[Any, Any]",
    fresh: "np.ndarray[Any, Any]",
    truth: "np.ndarray[Any, Any]",
    honest: HonestLoss,
) -> FreshFound:
    """Return what a program loses when its test rows are fresh.

    All three arrays hold classes, ``(n,)``, in the same order of rows. Rows that change sides by chance do
    so in both directions: as many losses as gains are expected, and the honest loss besides.
    """
    import numpy as np
    from scipy.stats import poisson

    before, after = graded != truth, fresh != truth
    lost, gained = int(np.sum(after & ~before)), int(np.sum(before & ~after))
    expected = gained + honest.rows * len(truth) + honest.errors * int(before.sum())
    return FreshFound(
        rows=len(truth),
        lost=lost,
        gained=gained,
        wrong=float(before.mean()),
        wrong_fresh=float(after.mean()),
        p_value=float(poisson.sf(lost - 1, expected)),
    )
