import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.judging.measure import measure, metric_name
from grader.model.metric import Direction, Measurement, Unmeasured
from tests.unit.measuring.made import METRICS

labels = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)
cents = st.integers(-(10**8), 10**8).map(lambda whole: whole / 100)
numbers = st.lists(st.tuples(cents, cents), min_size=2, max_size=40)


@given(labels)
def test_error_rate_and_accuracy_add_up_to_one(pairs: list[tuple[int, int]]) -> None:
    predicted, truth = (np.array(side) for side in zip(*pairs, strict=True))
    total = METRICS["error_rate"](predicted, truth) + METRICS["accuracy"](predicted, truth)
    assert total == pytest.approx(1)


@given(labels)
def test_the_order_of_rows_does_not_matter(pairs: list[tuple[int, int]]) -> None:
    predicted, truth = (np.array(side) for side in zip(*pairs, strict=True))
    turn = np.random.default_rng(len(pairs)).permutation(len(pairs))
    for name in ("error_rate", "accuracy"):
        assert METRICS[name](predicted[turn], truth[turn]) == METRICS[name](predicted, truth)


@given(numbers)
def test_the_root_mean_square_is_never_below_the_mean_absolute_error(
    pairs: list[tuple[float, float]],
) -> None:
    predicted, truth = (np.array(side) for side in zip(*pairs, strict=True))
    assert METRICS["rmse"](predicted, truth) >= METRICS["mae"](predicted, truth) * (1 - 1e-9)


def test_known_values() -> None:
    predicted, truth = np.array([1.0, 2.0, 5.0]), np.array([1.0, 2.0, 3.0])
    assert METRICS["rmse"](predicted, truth) == pytest.approx((4 / 3) ** 0.5)
    assert METRICS["mae"](predicted, truth) == pytest.approx(2 / 3)
    assert METRICS["r2"](predicted, truth) == pytest.approx(1 - 4 / 2)
    assert METRICS["r2"](truth, truth) == 1
    assert METRICS["r2"](np.full(3, 2.0), truth) == 0
    assert METRICS["error_rate"](np.array([1, 2, 3]), np.array([1, 2, 4])) == pytest.approx(1 / 3)
    assert METRICS["noise_error"](np.array([1, 2]), np.array([1, 0])) == 0.5


def test_targets_of_several_numbers_are_measured_over_all_of_them() -> None:
    truth = np.array([[0.1, 0.9], [0.9, 0.1]])
    predicted = truth + np.array([[0.0, 0.2], [0.0, -0.2]])
    assert METRICS["rmse"](predicted, truth) == pytest.approx(0.02**0.5)
    assert METRICS["mae"](predicted, truth) == pytest.approx(0.1)
    assert METRICS["r2"](predicted, truth) == pytest.approx(1 - 0.08 / 0.64)


def test_each_metric_says_which_way_is_better_and_which_rows_it_looks_at() -> None:
    better = {name: metric.direction for name, metric in METRICS.items()}
    assert [n for n, d in better.items() if d is Direction.HIGHER_IS_BETTER] == ["accuracy", "r2"]
    assert {name for name, metric in METRICS.items() if metric.group == "noise"} == {"noise_error"}


def test_measuring_counts_the_wrong_rows() -> None:
    arrays = {"test": np.array([0, 1, 2, 2])}
    found = measure(
        [METRICS["error_rate"], METRICS["accuracy"]],
        predicted=arrays,
        truth={"test": np.array([0, 1, 1, 1])},
    )
    assert found["error_rate"] == Measurement(metric="error_rate", value=0.5, n=4, wrong=2)
    assert found["accuracy"] == Measurement(metric="accuracy", value=0.5, n=4, wrong=2)


def test_a_metric_that_raises_is_unmeasured_and_ours() -> None:
    found = measure([METRICS["r2"]], predicted={"test": np.ones(3)}, truth={"test": np.full(3, 2.0)})["r2"]
    assert isinstance(found, Unmeasured)
    assert found.reason.code == "GR280"
    assert "r2 needs targets that differ" in found.reason.en


def test_rows_that_are_not_there_are_unmeasured() -> None:
    found = measure([METRICS["noise_error"]], predicted={"test": np.ones(3)}, truth={})
    assert isinstance(found["noise_error"], Unmeasured)
    assert "noise" in found["noise_error"].reason.en


def test_lengths_that_differ_are_unmeasured() -> None:
    found = measure([METRICS["mae"]], predicted={"test": np.ones(3)}, truth={"test": np.ones(4)})
    assert isinstance(found["mae"], Unmeasured)


def test_a_metric_of_a_plugin_is_called_by_its_own_name() -> None:
    assert metric_name("error_rate").pt == "Taxa de erro"
    assert metric_name("wer").en == "wer"
