"""Checks: yes-or-no questions about a run, and what came of them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

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
class Tier:
    """Partial credit: ``points`` when the metric meets this easier threshold."""

    threshold: Threshold
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """What every kind of check has in common; ``kind`` names the plugin that answers it."""

    id: str
    kind: str
    points: Decimal
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCheck(CheckSpec):
    """A check that is answered from one metric."""

    metric: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCheck(MeasuredCheck):
    """Does the metric meet its threshold, or one of the easier tiers?"""

    threshold: Threshold
    partial: tuple[Tier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchitectureCheck(CheckSpec):
    """Does the model that made the graded predictions consist of allowed layers only?"""

    allow: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceCheck(MeasuredCheck):
    """Is the metric not worse than the reference solution's by more than ``margin`` and noise?"""

    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleCheck(MeasuredCheck):
    """How far has the metric come from that of a simple baseline towards the reference solution's?

    No points at ``start`` or worse, all at ``full`` and up to ``margin`` worse than it, in a straight line
    between. ``full`` is the reference's mean where it is None.
    """

    start: float
    full: float | None = None
    margin: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsCheck(CheckSpec):
    """Does the program run from top to bottom without an error?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureCheck(CheckSpec):
    """Does the program draw at least ``at_least`` figures?"""

    at_least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FitCheck(CheckSpec):
    """Was a model trained in this very run (for assignments where a rule typed by hand would pass)?"""


CLAIMABLE = ("error_rate", "accuracy")
"""The metrics that a stated figure can be held against; each is one minus the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck(CheckSpec):
    """Does the figure that the student states agree with the measured ``metric``, one of ``CLAIMABLE``?"""

    metric: str


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
