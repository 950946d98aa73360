"""Submissions judged from what is said to have been measured."""

from decimal import Decimal
from typing import Any

from grader.measuring.checks import architecture
from grader.measuring.judging.facts import RunFacts
from grader.measuring.judging.judge import Judgement, gather, judge
from grader.model.assignment import Assignment
from grader.model.check import CheckResult
from tests.unit.measuring.made import (
    KINDS,
    METRICS,
    baseline,
    counted,
    run_facts,
)

DENSE = architecture.Spec(
    id="dense-only",
    kind="architecture",
    points=Decimal(2),
    required=True,
    allow=("InputLayer", "Flatten", "Dense"),
)
MNIST = baseline("error_rate", 0.0118, sd=0.0010)
CLOSE = (156, 176, 179, 163, 141)
"""Wrong rows of five runs of a program that no one can tell from its bar."""


def judged(asked: Assignment, *runs: RunFacts, **given: Any) -> Judgement:
    """Return the judgement of ``runs``; ``given`` is what else is known."""
    known: dict[str, Any] = {"metrics": METRICS, "kinds": KINDS, **given}
    kind = known.pop("kind", None)
    return judge(gather(asked, runs, **known), kind=kind)


def measured(wrong: int, n: int = 10_000, **changed: Any) -> RunFacts:
    """Return a run with ``wrong`` of ``n`` rows wrong."""
    return run_facts(counted("error_rate", wrong, n), **changed)


def only(found: Judgement) -> CheckResult:
    """Return the answer of the only check."""
    (result,) = found.checks
    return result
