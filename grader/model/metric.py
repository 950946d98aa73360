"""Metrics: a rule from predictions and labels to a number, with a direction."""

from dataclasses import dataclass
from enum import Enum

from grader.model.message import Message


class Direction(Enum):
    """Whether a smaller or a larger value is the better one."""

    LOWER_IS_BETTER = "lower"
    HIGHER_IS_BETTER = "higher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The bar of a metric: strictly ``below`` it, or strictly above it."""

    value: float
    direction: Direction

    def met_by(self, measured: float) -> bool:
        """Return whether ``measured`` lies strictly on the good side."""
        if self.direction is Direction.LOWER_IS_BETTER:
            return measured < self.value
        return measured > self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One metric's value for one run over ``n`` rows; ``wrong`` rows where the metric counts them."""

    metric: str
    value: float
    n: int
    wrong: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """Why there is no number."""

    metric: str
    reason: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSummary:
    """One metric over all graded runs of one submission.

    ``sampling_low``/``sampling_high`` is the exact binomial interval (95 %) of the rows for metrics that
    count rows; ``seed_*`` the run-to-run spread, present from two runs on. The two are never mixed.
    """

    metric: str
    value: float
    n: int
    values: tuple[float, ...]
    sampling_low: float | None = None
    sampling_high: float | None = None
    seed_sd: float | None = None
    seed_low: float | None = None
    seed_high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The reference solution's summaries at one version of the assignment."""

    summaries: tuple[MetricSummary, ...]

    def of(self, metric: str) -> MetricSummary | None:
        """Return the summary of ``metric``, if the reference has one."""
        return next((s for s in self.summaries if s.metric == metric), None)
