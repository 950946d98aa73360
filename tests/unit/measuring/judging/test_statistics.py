import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import beta, binom, sem, t

from grader.measuring.judging.standing import z_for
from grader.measuring.judging.statistics import (
    binomial_interval,
    errors_allowed,
    mcnemar,
    mean_interval,
    summarise,
)
from grader.model.metric import Measurement, Rule
from tests.unit.measuring.made import METRICS, above, below, counted

counts = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_a_binomial_interval_contains_its_estimate(case: tuple[int, int]) -> None:
    count, n = case
    found = binomial_interval(count, n)
    assert 0 <= found.low <= count / n <= found.high <= 1


@given(counts)
def test_one_more_error_moves_both_ends_up(case: tuple[int, int]) -> None:
    count, n = case
    assume(count < n)
    fewer, more = binomial_interval(count, n), binomial_interval(count + 1, n)
    assert fewer.low <= more.low
    assert fewer.high <= more.high


@given(counts)
def test_a_higher_level_is_wider(case: tuple[int, int]) -> None:
    narrow, wide = binomial_interval(*case, level=0.9), binomial_interval(*case, level=0.99)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@pytest.mark.parametrize("n", [1, 3, 100, 686, 10_000])
@pytest.mark.parametrize("share", [0.0, 0.0161, 0.3, 0.5, 1.0])
def test_it_is_the_clopper_pearson_interval(n: int, share: float) -> None:
    k = round(share * n)
    found = binomial_interval(k, n)
    low = 0.0 if k == 0 else beta.ppf(0.025, k, n - k + 1)
    high = 1.0 if k == n else beta.ppf(0.975, k + 1, n - k)
    assert found.low == pytest.approx(low, abs=1e-9)
    assert found.high == pytest.approx(high, abs=1e-9)


def test_the_summary_of_five_runs_of_the_notes_program_is_the_published_one() -> None:
    measured = [counted("error_rate", wrong, 10_000) for wrong in (156, 176, 179, 163, 141)]
    summary = summarise(METRICS["error_rate"], measured)
    assert summary.value == pytest.approx(0.0163)
    assert summary.values == (0.0156, 0.0176, 0.0179, 0.0163, 0.0141)
    assert summary.sampling_low == pytest.approx(0.0139, abs=1e-4)
    assert summary.sampling_high == pytest.approx(0.0190, abs=1e-4)
    assert summary.seed_sd == pytest.approx(0.00154, abs=1e-5)
    assert summary.seed_low == pytest.approx(0.0144, abs=1e-4)
    assert summary.seed_high == pytest.approx(0.0182, abs=1e-4)


def test_one_run_has_no_seed_spread() -> None:
    summary = summarise(METRICS["error_rate"], [counted("error_rate", 2, 686)])
    assert summary.seed_sd is summary.seed_low is summary.seed_high is None
    assert summary.sampling_low is not None


def test_a_metric_that_counts_no_rows_has_no_sampling_interval() -> None:
    runs = [Measurement(metric="rmse", value=v, n=100) for v in (0.5, 0.7)]
    summary = summarise(METRICS["rmse"], runs)
    assert summary.sampling_low is summary.sampling_high is None
    assert summary.value == pytest.approx(0.6)
    assert summary.seed_sd == pytest.approx(0.1414, abs=1e-4)


@given(
    st.integers(1, 500).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.integers(0, n), min_size=1, max_size=6))
    ),
    st.sampled_from(Rule),
)
def test_a_summary_lies_inside_both_of_its_intervals(case: tuple[int, list[int]], rule: Rule) -> None:
    n, wrong = case
    summary = summarise(METRICS["error_rate"], [counted("error_rate", w, n) for w in wrong], rule)
    assert min(summary.values) <= summary.value <= max(summary.values)
    assert summary.sampling_low is not None
    assert summary.sampling_high is not None
    assert summary.sampling_low <= summary.value <= summary.sampling_high
    if summary.seed_low is not None and summary.seed_high is not None:
        assert summary.seed_low - 1e-12 <= summary.mean <= summary.seed_high + 1e-12


def test_a_summary_over_different_rows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="same rows"):
        summarise(METRICS["error_rate"], [counted("error_rate", 1, 10), counted("error_rate", 1, 20)])
    with pytest.raises(ValueError, match="same rows"):
        summarise(METRICS["error_rate"], [])


def test_the_mean_interval_is_students() -> None:
    found = mean_interval([1.0, 2.0, 3.0])
    assert found.low == pytest.approx(2 - 4.302653 / math.sqrt(3), abs=1e-6)
    assert found.high == pytest.approx(2 + 4.302653 / math.sqrt(3), abs=1e-6)


@pytest.mark.parametrize(
    ("bar", "n", "allowed"),
    [(0.002, 686, 1), (0.0161, 10_000, 160), (0.04, 898, 35), (0.01, 909, 9), (0.5, 4, 1), (1.1, 5, 5)],
)
def test_a_bar_on_errors_is_a_whole_count(bar: float, n: int, allowed: int) -> None:
    assert errors_allowed(below(bar), n) == allowed


@pytest.mark.parametrize(
    ("bar", "n", "allowed"), [(0.9, 3, 0), (0.98, 100, 1), (0.98, 1000, 19), (-0.1, 7, 7)]
)
def test_a_bar_on_accuracy_is_a_whole_count_of_errors_too(bar: float, n: int, allowed: int) -> None:
    assert errors_allowed(above(bar), n) == allowed


def test_a_bar_that_nobody_meets_allows_nothing() -> None:
    assert errors_allowed(below(0.0), 10) is None
    assert errors_allowed(above(1.0), 10) is None


@given(st.floats(-0.5, 1.5), st.integers(1, 2000), st.booleans())
def test_the_allowed_count_is_the_largest_that_meets_the_bar(bar: float, n: int, lower: bool) -> None:  # noqa: FBT001 - drawn
    threshold = below(bar) if lower else above(bar)
    meeting = [w for w in range(n + 1) if threshold.met_by((w if lower else n - w) / n)]
    assert errors_allowed(threshold, n) == (max(meeting) if meeting else None)


def test_mcnemar_is_exact_and_symmetric() -> None:
    first = np.array([True] * 65 + [False] * 84 + [True] * 121 + [False] * 730)
    second = np.array([False] * 65 + [True] * 84 + [True] * 121 + [False] * 730)
    found = mcnemar(first, second)
    assert (found.n, found.own_only, found.reference_only) == (1000, 65, 84)
    assert found.p_value == pytest.approx(0.14, abs=0.005)
    assert mcnemar(second, first).p_value == pytest.approx(found.p_value)
    assert mcnemar(first, first).p_value == 1.0


@pytest.mark.parametrize(("own", "reference"), [(a, b) for a in range(9) for b in range(9)])
def test_mcnemar_is_what_counting_every_way_to_fall_gives(own: int, reference: int) -> None:
    """Each row that only one got wrong could as well have been the other's: all 2^(a+b) ways, counted."""
    first = np.array([True] * own + [False] * reference + [True, False])
    second = np.array([False] * own + [True] * reference + [True, False])
    apart = own + reference
    as_far = sum(
        math.comb(apart, ways) for ways in range(apart + 1) if abs(2 * ways - apart) >= abs(own - reference)
    )
    assert mcnemar(first, second).p_value == pytest.approx(as_far / 2**apart)


@pytest.mark.parametrize("k", [2, 3, 5, 20, 100])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_mean_interval_is_scipys_own(k: int, level: float) -> None:
    values = np.random.default_rng(k).normal(0.0161, 0.001, k)
    found = mean_interval(values.tolist(), level=level)
    low, high = t.interval(level, k - 1, loc=values.mean(), scale=sem(values))
    assert [found.low, found.high] == pytest.approx([low, high])


@pytest.mark.parametrize(("k", "n"), [(0, 3), (1, 3), (1, 686), (3, 686), (161, 10_000), (9_990, 10_000)])
def test_the_ends_of_a_binomial_interval_leave_a_fortieth_on_either_side(k: int, n: int) -> None:
    """From its definition: at the low end, so many or more errors have the chance 2.5 %."""
    found = binomial_interval(k, n)
    if k:
        assert binom.sf(k - 1, n, found.low) == pytest.approx(0.025)
    assert binom.cdf(k, n, found.high) == pytest.approx(0.025)


@pytest.mark.parametrize("runs_max", [1, 2, 5, 20, 100])
def test_the_looks_share_one_per_cent(runs_max: int) -> None:
    assert 1 - NormalDist().cdf(z_for(runs_max)) == pytest.approx(0.01 / runs_max)


@pytest.mark.parametrize(
    ("rule", "value"), [(Rule.MEAN, 0.03), (Rule.MEDIAN, 0.02), (Rule.BEST, 0.01), (Rule.EACH, 0.06)]
)
def test_the_rule_makes_the_value_and_the_mean_stays(rule: Rule, value: float) -> None:
    errors = summarise(METRICS["error_rate"], [counted("error_rate", w, 100) for w in (1, 2, 6)], rule)
    assert [errors.value, errors.mean] == pytest.approx([value, 0.03])
    right = summarise(METRICS["accuracy"], [counted("accuracy", w, 100) for w in (1, 2, 6)], rule)
    assert right.value == pytest.approx(1 - value)
