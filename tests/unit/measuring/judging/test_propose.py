import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from grader.measuring.judging.propose import propose, runs_to_separate
from grader.measuring.judging.standing import standing
from grader.measuring.judging.statistics import errors_allowed, summarise
from grader.model.metric import Baseline, Direction, Measurement, MetricSummary
from tests.unit.measuring.made import METRICS, above, below, counted

LOWER, HIGHER = Direction.LOWER_IS_BETTER, Direction.HIGHER_IS_BETTER


def errors(*wrong: int, n: int = 10_000, metric: str = "error_rate") -> MetricSummary:
    return summarise(METRICS[metric], [counted(metric, w, n) for w in wrong])


def rmse(*values: float) -> MetricSummary:
    return summarise(METRICS["rmse"], [Measurement(metric="rmse", value=v, n=100) for v in values])


def test_a_bar_is_proposed_in_whole_rows_by_students_prediction_bound() -> None:
    found = propose(errors(120, 125, 118, 122, 121), LOWER, counts_rows=True)
    assert found is not None
    spread = 2.588436  # of the five counts
    bound = 121.2 + t.ppf(0.99, 4) * spread * (1 + 1 / 5) ** 0.5
    assert found.errors == 132
    assert bound < 132 < bound + 1
    assert found.threshold.value == 0.0133
    assert found.margin == pytest.approx((132.5 - 121.2) / 10_000)


def test_a_reference_without_an_error_still_gets_a_row_of_room() -> None:
    found = propose(errors(*[0] * 20, n=686), LOWER, counts_rows=True)
    assert found is not None
    assert (found.errors, found.threshold.value) == (2, 0.004)


def test_a_bar_on_accuracy_lies_on_the_other_side() -> None:
    found = propose(errors(120, 125, 118, 122, 121, metric="accuracy"), HIGHER, counts_rows=True)
    assert found is not None
    assert (found.errors, found.threshold) == (132, above(0.9867))


def test_a_number_is_rounded_so_that_the_bar_is_easier() -> None:
    found = propose(rmse(0.5, 0.52, 0.51), LOWER, counts_rows=False)
    assert found is not None
    assert found.errors is None
    assert found.threshold == below(0.591)
    assert found.margin == pytest.approx(0.081)
    higher = propose(rmse(0.5, 0.52, 0.51), HIGHER, counts_rows=False)
    assert higher is not None
    assert higher.threshold == above(0.429)


def test_three_rows_are_too_few_for_a_bar_that_says_anything() -> None:
    assert propose(errors(*[0] * 20, n=3), LOWER, counts_rows=True) is None


def test_one_run_proposes_nothing() -> None:
    assert propose(errors(120), LOWER, counts_rows=True) is None


@given(
    st.integers(10, 3000).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.integers(0, n), min_size=2, max_size=8))
    ),
    st.sampled_from(["error_rate", "accuracy"]),
)
def test_what_is_proposed_says_the_count_it_allows(case: tuple[int, list[int]], metric: str) -> None:
    n, wrong = case
    direction = METRICS[metric].direction
    found = propose(errors(*wrong, n=n, metric=metric), direction, counts_rows=True)
    assert found is not None
    assert found.errors is not None
    assert errors_allowed(found.threshold, n) == found.errors
    assert found.errors >= min(sum(wrong) / len(wrong), n - 1)


@pytest.mark.parametrize(
    ("bar", "wrong", "runs"),
    [(0.0161, (95, 96, 94, 97, 93), 1), (0.0161, (156, 176, 179, 163, 141), 318), (0.0161, (150, 151), 5)],
)
def test_the_runs_that_separate_are_those_that_settle(bar: float, wrong: tuple[int, ...], runs: int) -> None:
    summary = errors(*wrong)
    assert runs_to_separate(below(bar), summary, counts_rows=True, runs_max=5) == runs


@given(st.integers(100, 220), st.integers(1, 40))
def test_one_run_fewer_would_not_settle(mean: int, apart: int) -> None:
    record = errors(mean - apart, mean + apart)
    runs = runs_to_separate(below(0.0161), record, counts_rows=True, runs_max=5)
    assert runs is not None

    def settled(count: int) -> bool:
        made = errors(*[mean] * count)
        known = Baseline(summaries=(record,))
        return standing(below(0.0161), made, counts_rows=True, baseline=known, runs_max=5).settled

    if runs < 60:
        assert settled(runs)
        assert runs == 1 or not settled(runs - 1)


def test_on_the_bar_itself_no_number_of_runs_separates() -> None:
    assert runs_to_separate(below(0.61), rmse(0.6, 0.62), counts_rows=False, runs_max=5) is None
    assert runs_to_separate(below(0.61), rmse(0.6), counts_rows=False, runs_max=5) is None


@pytest.mark.parametrize(("wrong", "runs"), [((0, 0, 0), 1), ((1, 1, 2), 3), ((0, 1, 0), None)])
def test_a_bar_without_an_error_separates_as_soon_as_unanimity_settles_it(
    wrong: tuple[int, ...], runs: int | None
) -> None:
    summary = errors(*wrong, n=3, metric="accuracy")
    assert runs_to_separate(above(0.9), summary, counts_rows=True, runs_max=5) == runs
    if runs is not None:
        made = errors(*[round(sum(wrong) / len(wrong))] * runs, n=3, metric="accuracy")
        known = Baseline(summaries=(summary,))
        assert standing(above(0.9), made, counts_rows=True, baseline=known, runs_max=5).settled


def test_a_number_that_never_varies_separates_in_three_runs_alike() -> None:
    assert runs_to_separate(below(0.61), rmse(0.6, 0.6), counts_rows=False, runs_max=5) == 3
    assert runs_to_separate(below(0.61), rmse(0.7, 0.7), counts_rows=False, runs_max=2) == 2
