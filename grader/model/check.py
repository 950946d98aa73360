"""Checks: yes-or-no questions about a run, and what came of them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from grader.model.assurance import Assurance
from grader.model.message import Message
from grader.model.metric import Threshold


class Outcome(Enum):
    """What came of one check; *errored* means us, never the student."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"
    ERRORED = "errored"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """What every check has; ``kind`` names the plugin that knows the rest and answers it."""

    id: str
    kind: str
    points: Decimal
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check's outcome with the points earned and the reason in words."""

    id: str
    kind: str
    outcome: Outcome
    points: Decimal
    max_points: Decimal
    required: bool
    message: Message
    metric: str | None = None
    """The metric that was asked about, so that a page can draw it against ``threshold``."""
    threshold: Threshold | None = None
    measured_only: bool = False
    """Its sentence holds nothing but what was measured outside and the course's own bars."""
    by_recipe: bool = False
    """It was answered from the recipe that we trained again, and not from the program's own run."""
    assurance: Assurance | None = None
    """How its points are known to be earned; None where it earned none, or nobody asked."""
