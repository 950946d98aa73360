import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.judging.compare_means import compare_means
from grader.model.certificate import MetricPair
from grader.model.metric import Baseline, Direction, MetricSummary

N = 898


def summary(*values: float, n: int = N) -> MetricSummary:
    return MetricSummary(metric="error_rate", value=math.fsum(values) / len(values), n=n, values=values)


def compared(
    certified: MetricSummary,
    now: MetricSummary,
    *,
    counts_rows: bool = True,
    direction: Direction = Direction.LOWER_IS_BETTER,
    baseline: Baseline | None = None,
    metrics: int = 1,
) -> MetricPair:
    return compare_means(
        certified, now, counts_rows=counts_rows, direction=direction, baseline=baseline, metrics=metrics
    )


def record(sd: float) -> Baseline:
    return Baseline(
        summaries=(MetricSummary(metric="error_rate", value=0.04, n=N, values=(0.03, 0.05), seed_sd=sd),)
    )


def test_one_run_each_is_allowed_what_the_rows_standard_error_explains() -> None:
    pair = compared(summary(0.05), summary(0.05))
    rows = math.sqrt(0.05 * 0.95 / N)
    assert pair.spread == pytest.approx(rows)
    assert pair.allowed == pytest.approx(2.5758 * rows * math.sqrt(2), rel=1e-4)
    assert pair.within


def test_a_calm_record_of_the_reference_does_not_narrow_one_run() -> None:
    assert compared(summary(0.05), summary(0.05), baseline=record(0.0005)) == compared(
        summary(0.05), summary(0.05)
    )


def test_a_wild_record_of_the_reference_widens_it() -> None:
    pair = compared(summary(0.05), summary(0.05), baseline=record(0.02))
    assert pair.spread == 0.02


def test_a_shift_does_not_excuse_itself() -> None:
    pair = compared(summary(0.04, 0.041, 0.042), summary(0.20, 0.201, 0.202))
    assert not pair.within
    assert pair.spread is not None
    assert pair.spread < 0.02


def test_accuracy_is_compared_like_the_error_rate() -> None:
    error = compared(summary(0.05, 0.06), summary(0.07, 0.05))
    accuracy = compared(summary(0.95, 0.94), summary(0.93, 0.95), direction=Direction.HIGHER_IS_BETTER)
    assert accuracy.allowed == pytest.approx(error.allowed)


def test_of_a_number_without_a_record_only_the_same_is_within() -> None:
    assert compared(summary(3.2), summary(3.2), counts_rows=False).within
    other = compared(summary(3.2), summary(3.2000001), counts_rows=False)
    assert (other.allowed, other.within) == (None, False)
    assert compared(summary(3.2), summary(3.25), counts_rows=False, baseline=record(0.1)).within


def test_more_metrics_share_the_risk() -> None:
    one, two = (compared(summary(0.05), summary(0.06), metrics=m).allowed for m in (1, 2))
    assert one is not None
    assert two is not None
    assert two > one


@given(st.lists(st.integers(0, N), min_size=1, max_size=5))
def test_a_result_is_within_noise_of_itself(wrong: list[int]) -> None:
    values = summary(*(count / N for count in wrong))
    assert compared(values, values).within


@pytest.mark.parametrize("runs", [1, 2, 3, 5])
@pytest.mark.parametrize("ratio", [0.36, 0.87])
def test_an_honest_program_is_rarely_called_different(runs: int, ratio: float) -> None:
    """``ratio``: seed spread over the rows' standard error; 0.36 and 0.87 are the least and most measured."""
    rng, tries, share = np.random.default_rng(7), 5000, 0.05
    rows = math.sqrt(share * (1 - share) / N)
    drawn = np.clip(np.round(rng.normal(share, ratio * rows, size=(tries, 2, runs)) * N), 0, N) / N
    called = sum(
        not compared(summary(*map(float, then)), summary(*map(float, now))).within for then, now in drawn
    )
    assert called / tries <= 0.0125, "a hundredth is promised"
