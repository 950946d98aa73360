"""Metrics: a rule from predictions and labels to a number, with a direction."""

from dataclasses import dataclass
from enum import Enum
from math import fsum

from grader.model.message import Message


class Rule(Enum):
    """How the values of several runs become the one that is held against a threshold.

    EACH: every run must meet it.
    """

    MEAN = "mean"
    MEDIAN = "median"
    BEST = "best"
    EACH = "each"


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

    ``value`` is what ``rule`` makes of the runs' values: the one that is judged.
    ``sampling_low``/``sampling_high`` is the exact binomial interval (95 %) of the rows for metrics that
    count rows; ``seed_sd`` the run-to-run spread and ``seed_low``/``seed_high`` the interval of the runs'
    mean, present from two runs on. The two are never mixed. ``wrong`` is ``value`` as a count of wrong rows
    (not a whole one where it is of several runs), for metrics that count rows.
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
    rule: Rule = Rule.MEAN
    wrong: float | None = None

    @property
    def mean(self) -> float:
        """The mean of the runs, whatever the rule."""
        return min(max(fsum(self.values) / len(self.values), min(self.values)), max(self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """One run against one of the reference's on the same ``n`` rows: who alone got how many wrong.

    ``p_value`` is McNemar's, exact and two-sided. It is shown and decides nothing.
    """

    n: int
    own_only: int
    reference_only: int
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The reference solution's summaries at one version of the assignment."""

    summaries: tuple[MetricSummary, ...]

    def of(self, metric: str) -> MetricSummary | None:
        """Return the summary of ``metric``, if the reference has one."""
        return next((s for s in self.summaries if s.metric == metric), None)
