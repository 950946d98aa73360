from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.matching.affine_map import TOLERANCE, AffineMap, MapKind, infer_affine_map
from grader.matching.decode_by_targets import decode_by_targets
from grader.matching.match_rows import Matched, match_rows

PELE = np.array([[4, 6], [15, 8], [65, 70], [5, 90], [18, 70], [70, 10]], dtype="float64")
LABELS = np.array([1, 2, 0, 1, 2, 0])  # A = 0, B = 1, C = 2
CHANCE = np.random.default_rng(5)


def rows(n: int = 400, d: int = 6) -> Any:
    return np.random.default_rng(n + d).integers(0, 256, size=(n, d))


def exact(raw: Any, fitted: Any) -> AffineMap:
    found = infer_affine_map(raw, fitted.astype("float32"))
    assert found is not None
    scale = np.abs(fitted.astype("float64")).max()
    assert np.allclose(found.apply(raw), fitted.reshape(len(fitted), -1), atol=1e-5 * scale)
    assert found.residual <= TOLERANCE
    return found


def test_rows_as_they_stand_are_the_identity() -> None:
    found = exact(rows(), rows().astype("float32"))
    assert found.kind is MapKind.IDENTITY
    assert found.in_words() is None


def test_the_notes_inversion_is_one_scale_and_offset() -> None:
    found = exact(rows(), (255 - rows()) / 255)
    assert found.kind is MapKind.SCALAR
    assert float(found.scale) == pytest.approx(-1 / 255)
    assert float(found.offset) == pytest.approx(1)
    words = found.in_words()
    assert words is not None
    assert "x · (-0.003922) + (1)" in words.en
    assert "x · (-0,003922) + (1)" in words.pt


def test_columns_brought_to_their_own_scale_are_found() -> None:
    raw = rows()
    found = exact(raw, (raw - raw.mean(axis=0)) / raw.std(axis=0))
    assert found.kind is MapKind.COLUMNS
    words = found.in_words()
    assert words is not None
    assert "each input column on a scale of its own" in words.en


@pytest.mark.parametrize("order", [[5, 4, 3, 2, 1, 0], [0, 2, 4]])
def test_columns_taken_out_or_moved_are_a_matrix(order: list[int]) -> None:
    assert exact(rows(), rows()[:, order] / 255).kind is MapKind.FULL


def test_an_image_made_smaller_by_averaging_is_a_matrix() -> None:
    images = rows(600, 64).reshape(600, 8, 8)
    small = images.reshape(600, 4, 2, 4, 2).mean(axis=(2, 4))
    assert exact(images, small).kind is MapKind.FULL


def test_a_column_that_is_always_dark_does_no_harm() -> None:
    raw = rows()
    raw[:, 2] = 7
    assert exact(raw, raw[:, ::-1] * 0.5 + 1).kind is MapKind.FULL


def test_large_offsets_are_not_taken_for_inexactness() -> None:
    years = 2000 + rows() / 100
    found = infer_affine_map(years, (years + 1).astype("float32"))
    assert found is not None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda x: np.tanh(x / 255),
        lambda x: np.maximum(x - 100, 0),
        lambda x: x + np.random.default_rng(1).normal(size=x.shape),
        lambda x: np.roll(x, 1, axis=0),
        lambda x: np.random.default_rng(2).normal(size=(len(x), 3)),
        lambda x: (x > 127).astype("float32"),
    ],
)
def test_what_is_no_affine_map_is_none(spoil: Any) -> None:
    assert infer_affine_map(rows(), spoil(rows().astype("float64"))) is None


def test_rows_that_do_not_pair_up_are_none() -> None:
    assert infer_affine_map(rows(400), rows(400)[:399]) is None
    assert infer_affine_map(rows(1), rows(1)) is None


def test_too_few_rows_for_their_columns_are_none() -> None:
    raw = rows(20, 30)
    assert infer_affine_map(raw, raw[:, ::-1] * 1.0) is None


@given(
    st.floats(-5, 5).filter(lambda a: abs(a) > 1e-3),
    st.floats(-5, 5),
    st.permutations(range(6)),
)
def test_six_typed_rows_are_matched_in_any_order(a: float, b: float, order: list[int]) -> None:
    fitted = (PELE[order] * a + b).astype("float32")
    found = match_rows(PELE, fitted)
    assert isinstance(found, Matched)
    assert np.allclose(found.map.apply(PELE)[order], fitted, atol=1e-3)
    assert found.rows.tolist() == list(order)


@given(st.permutations(range(6)))
def test_columns_of_typed_rows_may_have_scales_of_their_own(order: list[int]) -> None:
    scaled = (PELE - PELE.mean(axis=0)) / PELE.std(axis=0)
    found = match_rows(PELE, scaled[order].astype("float32"))
    assert found is not None
    assert found.map.kind is MapKind.COLUMNS
    assert found.rows.tolist() == list(order)
    assert np.allclose(
        found.map.apply(np.array([[20.0, 6.0]])), (np.array([20, 6]) - PELE.mean(0)) / PELE.std(0), atol=1e-5
    )


def test_columns_changing_places_is_a_matrix() -> None:
    found = match_rows(PELE, PELE[[3, 1, 0, 2, 5, 4]][:, ::-1] / 100)
    assert found is not None
    assert found.map.kind is MapKind.FULL
    assert found.rows.tolist() == [3, 1, 0, 2, 5, 4]


def test_repeated_rows_are_matched_to_the_row_they_repeat() -> None:
    order = [0, 1, 2, 3, 4, 5, 5, 0, 0]
    found = match_rows(PELE, PELE[order] / 100)
    assert found is not None
    assert found.rows.tolist() == order


def test_raw_rows_among_invented_ones_are_found_by_identity() -> None:
    invented = np.array([[30.0, 44.0], [31.0, 2.0]])
    found = match_rows(PELE, np.vstack([invented[:1], PELE, invented[1:]]))
    assert found is not None
    assert found.map.kind is MapKind.IDENTITY
    assert found.rows.tolist() == [-1, 0, 1, 2, 3, 4, 5, -1]


@pytest.mark.parametrize(
    "fitted",
    [
        PELE[:5] / 100,
        np.vstack([PELE, [[1, 1]]]) / 100,
        np.random.default_rng(3).normal(size=(6, 2)),
        np.tanh(PELE / 50),
        PELE[:, :1] ** 2,
    ],
)
def test_rows_that_cannot_be_matched_are_none(fitted: Any) -> None:
    assert match_rows(PELE, fitted) is None


def test_two_maps_that_both_fit_are_no_answer_unless_the_rows_stand_in_order() -> None:
    # Symmetrical rows: upside down is the same set, so only the order tells.
    line = np.array([[0.0], [1.0], [2.0], [3.0]])
    in_order = match_rows(line, line / 10)
    assert in_order is not None
    assert in_order.rows.tolist() == [0, 1, 2, 3]
    assert match_rows(line, line[[1, 0, 3, 2]] / 10) is None


def test_one_weight_per_person_is_matched() -> None:
    weights = np.array([[4.0], [15.0], [65.0], [5.0], [18.0], [70.0]])
    found = match_rows(weights, weights / 100)
    assert found is not None
    assert found.map.kind is MapKind.SCALAR
    assert found.rows.tolist() == [0, 1, 2, 3, 4, 5]


def answer(outputs: Any, targets: Any, labels: Any = LABELS) -> Any:
    found = decode_by_targets(np.array(outputs), np.array(targets), labels)
    return None if found is None else found.tolist()


def test_one_hot_targets_are_read_in_any_column_order() -> None:
    swapped = np.eye(3)[[2, 0, 1]]  # class A sits in column 2, B in 0, C in 1
    outputs = [[0.1, 0.2, 0.9], [0.8, 0.3, 0.2], [0.2, 0.6, 0.1]]
    assert answer(outputs, swapped[LABELS]) == [0, 1, 2]


def test_integer_targets_number_the_columns() -> None:
    outputs = [[0.1, 0.7, 0.2, 0.0], [0.6, 0.2, 0.1, 0.1], [0, 0, 0.1, 0.9]]
    coded = np.array([1, 0, 2])[LABELS]  # A -> 1, B -> 0, C -> 2; column 3 is nobody's
    assert answer(outputs, coded) == [0, 1, 2]


def test_scalar_targets_are_read_by_the_nearest() -> None:
    coded = np.array([1.0, -1.0, 0.0])[LABELS]
    assert answer([[0.9], [-0.6], [0.2]], coded.reshape(-1, 1)) == [0, 1, 2]


def test_augmented_rows_have_no_say() -> None:
    targets = np.vstack([np.eye(3)[LABELS], [[0.5, 0.5, 0]]])
    assert answer([[0.9, 0, 0]], targets, np.append(LABELS, -1)) == [0]


def test_targets_that_contradict_each_other_are_none() -> None:
    mixed = np.eye(3)[LABELS]
    mixed[0] = mixed[2]
    assert answer([[1, 0, 0]], mixed) is None
    assert answer([[1.0]], np.array([[1.0], [1.0], [0.0]])[LABELS]) is None
    assert answer([[1, 0]], np.eye(3)[LABELS]) is None
    assert answer([[1, 0]], np.array([[0.5], [1.0], [0.0]])[LABELS]) is None
    assert answer([[1, 0, 0]], np.eye(3)[LABELS][:4]) is None
