"""The order audit: answers that fit the labels in published order were given by position, not by content."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.measuring.audits.significance import SUSPICIOUS_BELOW
from grader.model.submission import Finding, Severity
from grader.words import say

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionAgreement:
    """How wrong the answers are read in published order and in the order they were asked in."""

    rows: int
    wrong_by_position: int
    wrong_as_served: int
    p_value: float


def position_agreement(
    answers: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]", order: "np.ndarray[Any, Any]"
) -> PositionAgreement:
    """Return whether ``answers`` fit the labels in published order beyond chance.

    The order was drawn uniformly and a program that answers by content cannot know it, so its answers
    stand against the published labels as if shuffled: only how often each class occurs is left. With two
    classes the chance of so many matches is hypergeometric and exact. With more it is Chatterjee's bound
    for a sum over a random permutation, ``2 exp(-t^2 / (4E + 2t))`` for ``t`` matches above the ``E``
    expected: never too small, whatever the program.

    Args:
        answers: classes as delivered, ``(n,)``, in the order the rows were served in.
        truth: the true classes in published order.
        order: ``order[i]`` is the row of ``truth`` that was served at place ``i``.

    Raises:
        ValueError: the three differ in length, or there are no rows.
    """
    import numpy as np

    rows = len(truth)
    if not rows or len(answers) != rows or len(order) != rows:
        raise ValueError("answers, truth and order must be of one length, at least one row")
    matches = int((answers == truth).sum())
    classes = np.unique(np.concatenate([answers, truth]))
    said = np.bincount(np.searchsorted(classes, answers), minlength=len(classes))
    true = np.bincount(np.searchsorted(classes, truth), minlength=len(classes))
    return PositionAgreement(
        rows=rows,
        wrong_by_position=rows - matches,
        wrong_as_served=int((answers != truth[order]).sum()),
        p_value=_chance(matches, said.tolist(), true.tolist(), rows),
    )


def answered_by_position(found: PositionAgreement) -> Finding | None:
    """Return the finding that a program answers by position, or None when chance explains the agreement."""
    if found.p_value >= SUSPICIOUS_BELOW:
        return None
    message = say(
        "answers-follow-published-order",
        position=found.wrong_by_position / found.rows,
        served=found.wrong_as_served / found.rows,
        rows=found.rows,
    )
    return Finding(severity=Severity.REVIEW, message=message, p_value=found.p_value)


def _chance(matches: int, said: list[int], true: list[int], rows: int) -> float:
    """Return the chance, or a bound of it, of so many matches between two shuffled lists of classes."""
    if len(said) <= 2:  # noqa: PLR2004 - matches follow from how often both say the last class
        from scipy.stats import hypergeom

        both = (matches - rows + said[-1] + true[-1]) // 2
        return float(hypergeom.sf(both - 1, rows, true[-1], said[-1]))
    expected = sum(a * b for a, b in zip(said, true, strict=True)) / rows
    above = matches - expected
    return min(1.0, 2 * math.exp(-(above**2) / (4 * expected + 2 * above))) if above > 0 else 1.0
