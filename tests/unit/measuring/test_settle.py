import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.settle import Standing, seed_spread, standing
from grader.measuring.statistics import summarise
from grader.model.metric import Baseline, Measurement, Threshold
from tests.unit.measuring.made import METRICS, above, baseline, below, counted


def stands(
    threshold: Threshold,
    wrong: list[int],
    n: int,
    *,
    metric: str = "error_rate",
    record: Baseline | None = None,
    runs_max: int = 5,
) -> Standing:
    summary = summarise(METRICS[metric], [counted(metric, w, n) for w in wrong])
    return standing(threshold, summary, counts_rows=True, baseline=record, runs_max=runs_max)


MNIST = baseline("error_rate", 0.0118, sd=0.0010)


def test_a_value_far_from_its_bar_is_settled_in_one_run() -> None:
    assert stands(below(0.0161), [110], 10_000, record=MNIST) == Standing(
        met=True, settled=True, may_lose=False
    )
    assert stands(below(0.0161), [200], 10_000, record=MNIST) == Standing(
        met=False, settled=True, may_lose=False
    )


def test_the_notes_own_program_is_not_settled_in_five_runs() -> None:
    found = stands(below(0.0161), [156, 176, 179, 163, 141], 10_000, record=MNIST)
    assert not found.settled
    assert not found.may_lose  # there is no run left


def test_banknote_is_settled_by_two_runs_without_an_error_and_open_at_one() -> None:
    record = baseline("error_rate", 0.0008, sd=0.0004, n=686)
    assert not stands(below(0.002), [0], 686, record=record).settled
    assert stands(below(0.002), [0, 0], 686, record=record).settled
    assert not stands(below(0.002), [1], 686, record=record).settled
    assert not stands(below(0.002), [2], 686, record=record).settled
    assert stands(below(0.002), [4], 686, record=record).settled


def test_a_reference_that_scatters_little_does_not_settle_a_program_that_scatters_more() -> None:
    careful = baseline("error_rate", 0.0095, sd=0.00035)
    assert not stands(below(0.0161), [176], 10_000, record=careful).settled
    assert not stands(below(0.0161), [176, 140, 190], 10_000, record=careful).settled


def test_a_bar_that_allows_no_error_is_decided_by_unanimity() -> None:
    assert stands(above(0.9), [0], 3, metric="accuracy").settled
    assert not stands(above(0.9), [1], 3, metric="accuracy").settled
    assert stands(above(0.9), [1], 3, metric="accuracy", runs_max=1).settled
    assert stands(above(0.9), [1, 1, 2], 3, metric="accuracy").settled
    mixed = stands(above(0.9), [0, 1, 0, 0, 0], 3, metric="accuracy")
    assert not mixed.settled
    assert not mixed.may_lose


def test_without_a_record_the_rows_standard_error_stands_in_until_three_runs() -> None:
    one = summarise(METRICS["error_rate"], [counted("error_rate", 900, 10_000)])
    assert seed_spread(one, None, bar=0.0161) == pytest.approx(0.00126, abs=1e-5)
    three = summarise(METRICS["error_rate"], [counted("error_rate", w, 10_000) for w in (150, 160, 170)])
    assert seed_spread(three, None, bar=0.0161) == pytest.approx(0.0010)


def test_the_spread_is_never_below_half_an_error() -> None:
    same = summarise(METRICS["error_rate"], [counted("error_rate", 2, 686)] * 3)
    assert seed_spread(same, None, bar=1e-6) == pytest.approx(0.5 / 686)


def test_a_number_with_no_known_spread_is_decided_as_it_stands() -> None:
    summary = summarise(METRICS["rmse"], [Measurement(metric="rmse", value=0.6, n=100)])
    found = standing(below(0.61), summary, counts_rows=False, baseline=None, runs_max=5)
    assert found == Standing(met=True, settled=True, may_lose=False)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=4), st.integers(0, 400))
def test_more_errors_never_help(wrong: list[int], extra: int) -> None:
    fewer = stands(below(0.0161), wrong, 10_000, record=MNIST)
    more = stands(below(0.0161), [w + extra for w in wrong], 10_000, record=MNIST)
    assert fewer.met or not more.met
    if more.met and more.settled:
        assert fewer.settled


def test_good_programs_stop_early_and_errors_of_decision_are_rare() -> None:
    """Simulated: runs are normal around the program's own mean, as the rule assumes."""
    chance = np.random.default_rng(20)
    wrong_decisions, runs_of_good = 0, []
    for mean in (0.0150, 0.0176):
        for _ in range(150):
            values: list[int] = []
            while True:
                values.append(round(chance.normal(mean, 0.0010) * 10_000))
                found = stands(below(0.0161), values, 10_000, record=MNIST)
                if found.settled or not found.may_lose:
                    break
            if found.settled:
                wrong_decisions += found.met != (mean < 0.0161)
            if mean < 0.0161:
                runs_of_good.append(len(values))
    assert wrong_decisions <= 5
    assert np.mean(runs_of_good) < 2.2
