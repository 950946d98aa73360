"""From the course's raw rows to what a fit is given, and from outputs back to answers."""

from typing import Any

import numpy as np
import pytest
from grader_harness.retraining.answers import decoded  # type: ignore[import-not-found]
from grader_harness.retraining.estimators import built, parameters_of  # type: ignore[import-not-found]
from grader_harness.retraining.rows import chosen_rows, deranged, mapped, moved, targets_of  # type: ignore[import-not-found]
from hypothesis import given
from hypothesis import strategies as st

from grader.files.plain_data import plain_of
from grader.model.recipe import Affine, Answers, Columns, Fitted, Picture, RowMap, Rows, Step, Targets

LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
TABLE = np.arange(30, dtype="float64").reshape(10, 3)


def rows(**said: Any) -> Any:
    return plain_of(Rows(**said))


def row_map(*steps: Any, shape: tuple[int, ...] = ()) -> Any:
    return plain_of(RowMap(steps=steps, shape=shape))


def targets(**said: Any) -> Any:
    return plain_of(Targets(**said))


def answers(decode: Any, threshold: float = 0.5) -> Any:
    return plain_of(Answers(map=RowMap(), decode=decode, threshold=threshold))


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ({}, list(range(10))),
        ({"start": 2, "stop": 8, "step": 2}, [2, 4, 6]),
        ({"stop": -3}, [0, 1, 2, 3, 4, 5, 6]),
        ({"with_labels": (0, 2)}, [0, 2, 3, 5, 6, 8, 9]),
        ({"start": 5, "with_labels": (1,)}, [7]),
    ],
)
def test_rows_are_named_by_slice_and_by_label(said: dict[str, Any], places: list[int]) -> None:
    assert chosen_rows(rows(**said), LABELS, 0).tolist() == places


@given(st.integers(0, 2**32), st.integers(1, 9))
def test_drawn_rows_and_those_beside_them_share_none(seed: int, count: int) -> None:
    trained = chosen_rows(rows(drawn=count), LABELS, seed)
    beside = chosen_rows(rows(drawn=10 - count), LABELS, seed, beside=True)
    assert sorted([*trained, *beside]) == list(range(10))
    assert chosen_rows(rows(drawn=count), LABELS, seed).tolist() == trained.tolist()


def test_steps_follow_each_other_and_the_shape_comes_last() -> None:
    done = mapped(
        row_map(Columns(columns=(2, 0)), Affine(scale=(2.0,), offset=(1.0,)), shape=(2, 1)), TABLE, TABLE
    )
    assert done.shape == (10, 2, 1)
    assert done[1, :, 0].tolist() == [11.0, 7.0]


def test_a_map_may_have_a_number_for_each_column() -> None:
    done = mapped(row_map(Affine(scale=(1.0, 2.0, 3.0), offset=(0.0, 0.0, 1.0))), TABLE, TABLE)
    assert done[1].tolist() == [3.0, 8.0, 16.0]


def test_scales_are_those_of_the_rows_trained_on_and_a_constant_column_is_only_moved() -> None:
    table = np.column_stack([TABLE[:, 0], np.full(10, 7.0)])
    trained_on = table[:4]
    done = mapped(row_map(Fitted(by="standard", per_column=True)), table, trained_on)
    assert done[:4].mean(axis=0) == pytest.approx([0, 0])
    assert done[:4, 0].std() == pytest.approx(1)
    assert done[:, 1] == pytest.approx(0)
    ranged = mapped(row_map(Fitted(by="range", per_column=True)), table, trained_on)
    assert ranged[:4, 0].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert ranged[9, 0] == pytest.approx(3)


def test_a_scale_after_another_step_is_fitted_to_what_that_step_made() -> None:
    steps = (Affine(scale=(10.0,), offset=(5.0,)), Fitted(by="range", per_column=False))
    assert mapped(row_map(*steps), TABLE, TABLE).max() == pytest.approx(1)
    assert mapped(row_map(*steps), TABLE, TABLE).min() == pytest.approx(0)


def test_pictures_are_cut_made_smaller_and_padded() -> None:
    pictures = np.arange(2 * 16, dtype="uint8").reshape(2, 4, 4)
    for how, size, first in (
        ("cropped", (2, 2), [[5, 6], [9, 10]]),
        ("mean", (2, 2), [[2.5, 4.5], [10.5, 12.5]]),
        ("mean_rounded", (2, 2), [[2, 4], [10, 12]]),
        ("every", (2, 2), [[0, 2], [8, 10]]),
    ):
        done = mapped(row_map(Picture(how=how, size=size), shape=(2, 2)), pictures, pictures)  # type: ignore[arg-type]
        assert done[0].tolist() == first, how
        flat = mapped(row_map(Picture(how=how, size=size)), pictures.reshape(2, 16), pictures)  # type: ignore[arg-type]
        assert flat[0].tolist() == np.ravel(first).tolist(), how
    padded = mapped(row_map(Picture(how="padded", size=(6, 6)), shape=(6, 6, 1)), pictures, pictures)
    assert padded.shape == (2, 6, 6, 1)
    assert padded[1, 1:5, 1:5, 0].tolist() == pictures[1].tolist()
    assert padded.sum() == pictures.sum()


def test_a_step_makes_black_and_white() -> None:
    assert mapped(row_map(Step(above=14.0)), TABLE, TABLE).sum() == 15


@pytest.mark.parametrize(
    ("said", "given_labels", "shown"),
    [
        ({}, [2, 0], [2, 0]),
        ({"column": True}, [2, 0], [[2], [0]]),
        ({"form": "float", "scale": 2.0, "offset": -1.0}, [1, 0], [1.0, -1.0]),
        ({"form": "one_hot", "classes": 3}, [2, 0], [[0, 0, 1], [1, 0, 0]]),
        ({"form": "one_hot", "classes": 2, "scale": 2.0, "offset": -1.0}, [1], [[-1, 1]]),
        ({"form": "log"}, [np.e - 1, 0.0], [1.0, 0.0]),
        ({"form": "standard"}, [1.0, 3.0], [-1.0, 1.0]),
    ],
)
def test_labels_are_shown_in_every_form(said: dict[str, Any], given_labels: Any, shown: Any) -> None:
    assert targets_of(targets(**said), np.array(given_labels)).tolist() == pytest.approx(np.array(shown))


@given(st.integers(0, 2**32))
def test_a_deranged_label_is_another_class_and_numbers_only_change_places(seed: int) -> None:
    shown = deranged(LABELS, classes=True, seed=seed)
    assert (shown != LABELS).all()
    assert set(shown) <= set(LABELS)
    values = np.linspace(0, 1, 7)
    assert sorted(deranged(values, classes=False, seed=seed)) == values.tolist()


def test_moved_rows_are_near_no_row_exactly_and_stay_within_what_training_rows_have() -> None:
    source = np.random.default_rng(0)
    train, test = source.normal(size=(200, 3)) * [1, 10, 0], source.normal(size=(50, 3)) * [1, 10, 0]
    there = moved(test, train, 5)
    assert (there[:, :2] != test[:, :2]).any(axis=1).all()
    assert there[:, 2].tolist() == test[:, 2].tolist()  # a column that does not vary is not moved
    assert np.abs(there - test).std(axis=0)[1] < 0.05 * 10
    outside = np.maximum(test.max(axis=0), train.max(axis=0))
    assert (there <= outside).all()
    assert moved(test, train, 5).tolist() == there.tolist()
    pictures = source.integers(0, 256, (20, 4, 4)).astype("uint8")
    assert moved(pictures, pictures, 1).min() >= 0


@pytest.mark.parametrize(
    ("how", "said", "outputs", "expected"),
    [
        ("argmax", {}, [[0.1, 0.7, 0.2], [0.9, 0.0, 0.1]], [1, 0]),
        ("argmax", {"form": "one_hot", "classes": 3}, [[0.1, 0.7, 0.2]], [1]),
        ("argmax", {"offset": -1.0}, [[0.9, 0.1]], [1]),
        ("identity", {}, [2.0, 1.0], [2, 1]),
        ("targets", {"form": "float", "scale": 0.5}, [0.9, 0.1], [2, 0]),
    ],
)
def test_outputs_become_classes(how: Any, said: dict[str, Any], outputs: Any, expected: list[int]) -> None:
    out = np.array(outputs)
    assert decoded(out, answers(how), targets(**said), LABELS, classes=True).tolist() == expected


def test_above_a_threshold_stands_the_class_whose_target_is_greater() -> None:
    out, two = np.array([[0.3], [-0.2]]), np.array([3, 7, 3])
    for said, expected in (
        ({"form": "float", "scale": 0.5, "offset": -2.5}, [7, 3]),
        ({"form": "float", "scale": -0.5, "offset": 2.5}, [3, 7]),
    ):
        done = decoded(out, answers("threshold", 0.0), targets(**said), two, classes=True)
        assert done.tolist() == expected


@given(st.sampled_from(["float", "log", "standard"]), st.floats(0.1, 10), st.floats(-5, 5))
def test_scaled_values_find_back(form: str, scale: float, offset: float) -> None:
    labels = np.array([0.5, 2.0, 7.0])
    said = targets(form=form, scale=scale, offset=offset, column=True)
    back = decoded(targets_of(said, labels), answers("targets"), said, labels, classes=False)
    assert back.tolist() == pytest.approx(labels.tolist(), rel=1e-4)


def test_no_function_but_numpy_s_and_scikit_learn_s_is_handed_over() -> None:
    said = {"func": {"function": "os.system"}}
    with pytest.raises(ValueError, match="no function"):
        parameters_of(said)
    assert parameters_of({"func": {"function": "numpy.log1p"}})["func"] is np.log1p


def test_ranges_are_pairs_and_labels_are_numbers() -> None:
    said = {"feature_range": [0, 1], "class_weight": {"0": 1.0}, "hidden_layer_sizes": [5, 5]}
    made = {"feature_range": (0, 1), "class_weight": {0: 1.0}, "hidden_layer_sizes": [5, 5]}
    assert parameters_of(said) == made


def test_an_estimator_is_only_built_of_scikit_learn_s_own() -> None:
    with pytest.raises(ValueError, match="no estimator"):
        built({"name": "os.system", "parameters": {}, "parts": []})
