"""Holds what a student states about the result against what was measured."""

import math
from dataclasses import dataclass

from grader.measuring.claims.statements import Statement
from grader.measuring.judging.facts import Facts
from grader.measuring.judging.measure import metric_name
from grader.measuring.judging.notes import disturbed
from grader.measuring.judging.standing import spread_of
from grader.measuring.judging.tell import tell_value
from grader.model.message import Message
from grader.model.metric import Baseline, MetricSummary
from grader.model.result import Claim
from grader.model.submission import Finding, Severity
from grader.words import say

CLAIMABLE = ("error_rate", "accuracy")
"""The metrics that a stated figure can be held against; each is one minus the other."""
_ERRORS_APART = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How a stated figure stands to the measured one, as shares of errors.

    ``ahead`` is by how much the stated one is better (negative: worse), rounding in its favour taken off;
    ``noise`` is three combined standard errors; ``p_value`` the normal chance of so much or more.
    """

    ahead: float
    noise: float
    p_value: float

    @property
    def better(self) -> bool:
        """Whether what is stated is better than noise explains."""
        return self.ahead > self.noise

    @property
    def worse(self) -> bool:
        """Whether what is stated is worse than noise explains."""
        return -self.ahead > self.noise


def hold_against(stated: Statement, summary: MetricSummary, baseline: Baseline | None) -> Comparison:
    """Return how ``stated`` stands to ``summary``, of a metric in :data:`CLAIMABLE`.

    A standard error combines the rows of both figures, the spread of the one run that the student had, and
    that of the mean of ours. A figure told as 98 % stands for anything from 97.5 to 98.5.
    """
    from scipy.special import ndtr

    measured = summary.mean if summary.metric == "error_rate" else 1 - summary.mean
    claimed = stated.error_rate
    spread = spread_of(summary, baseline, bar=measured)
    seed = spread.of(summary.values) if spread is not None else 0.0
    rows = (measured * (1 - measured) + claimed * (1 - claimed)) / summary.n
    error = math.sqrt(rows + seed**2 * (1 + 1 / len(summary.values)))
    apart = measured - claimed
    ahead = math.copysign(max(abs(apart) - stated.half, 0.0), apart)
    p_value = float(ndtr(-ahead / error)) if error else float(ahead <= 0)
    return Comparison(ahead=ahead, noise=_ERRORS_APART * error, p_value=p_value)


def overstated(facts: Facts) -> Finding | None:
    """Return the finding that a student states better than was measured, beyond three standard errors.

    Not where training was given test rows whose labels were partly changed: those disturb what is measured.
    """
    stated, summary = facts.stated, _measured(facts)
    if stated is None or summary is None or not stated.compared or disturbed(facts):
        return None
    comparison = hold_against(stated, summary, facts.baseline)
    if not comparison.better:
        return None
    message = say("claim-suspiciously-good", **tell_comparison(stated, summary, comparison))
    return Finding(severity=Severity.REVIEW, message=message, p_value=comparison.p_value)


def claim_of(facts: Facts) -> Claim | None:
    """Return what the student states, in the metric that the assignment measures."""
    stated = facts.stated
    if stated is None:
        return None
    summary = _measured(facts)
    metric = summary.metric if summary is not None else CLAIMABLE[0]
    value = stated.error_rate if metric == "error_rate" else 1 - stated.error_rate
    return Claim(metric=metric, value=round(value, 9), where=stated.where, printed=stated.printed)


def tell_comparison(
    stated: Statement, summary: MetricSummary, comparison: Comparison
) -> dict[str, Message | str]:
    """Return what a sentence about a stated figure tells: both figures, and where the one is stated."""
    share = stated.error_rate if summary.metric == "error_rate" else 1 - stated.error_rate
    return {
        "metric": metric_name(summary.metric),
        "claimed": tell_value(share, counts_rows=True),
        "where": stated.where,
        "measured": tell_value(summary.mean, counts_rows=True),
        "noise": tell_value(comparison.noise, counts_rows=True),
    }


def _measured(facts: Facts) -> MetricSummary | None:
    return next((facts.summaries[name] for name in CLAIMABLE if name in facts.summaries), None)
