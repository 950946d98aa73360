import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.matching.affine_map import TOLERANCE, AffineMap, infer_affine_map
from grader.matching.decode_by_targets import decode_by_targets
from grader.matching.match_rows import Matched, match_rows

PELE = np.array([[4, 6], [15, 8], [65, 70], [5, 90], [18, 70], [70, 10]], dtype="float64")
LABELS = np.array([1, 2, 0, 1, 2, 0])
KINDS = ["bool", "uint8", "int8", "int64", "uint64", "float16", "float32", "float64", ">f4"]
EXTREMES = [0.0, -0.0, 1.0, -1.0, 255.0, 6e4, 3e37, -3e38, 1e307, -1e307, 1e-45, 5e-324, 1e-160, 1e99]
EXTREMES += [float("nan"), float("inf"), float("-inf")]


@st.composite
def hostile(draw: st.DrawFn, rows: int | None = None) -> Any:
    """An array of any numeric type and small shape, with values at the ends of what the type holds."""
    kind = np.dtype(draw(st.sampled_from(KINDS)))
    shapes = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=7)
    shape = draw(shapes) if rows is None else (rows, draw(st.integers(1, 3)))
    values: st.SearchStrategy[Any] = arrays.from_dtype(kind)
    if kind.kind == "f":
        with np.errstate(all="ignore"):
            ends = [kind.type(value).item() for value in EXTREMES]
        values = st.sampled_from(ends) | values
    return draw(arrays.arrays(kind, shape, elements=values))


@given(hostile(), hostile())
def test_no_arrays_make_the_search_for_a_map_raise(raw: Any, fitted: Any) -> None:
    for found in (infer_affine_map(raw, fitted), infer_affine_map(raw, raw)):
        assert found is None or isinstance(found, AffineMap)
    for matched in (match_rows(raw, fitted), match_rows(PELE, fitted)):
        assert matched is None or isinstance(matched, Matched)


@given(hostile(rows=6), hostile(rows=6))
def test_rows_as_many_as_expected_make_nothing_raise_either(raw: Any, fitted: Any) -> None:
    for rows, given_rows in ((raw, fitted), (raw, raw), (PELE, fitted)):
        found = infer_affine_map(rows, given_rows)
        if found is not None:
            assert found.residual <= TOLERANCE
            assert len(found.apply(rows)) == 6
            assert len(found.apply(np.full(rows.shape, 1e300))) == 6
    for matched in (match_rows(raw, fitted), match_rows(PELE, fitted)):
        assert matched is None or isinstance(matched, Matched)


@given(hostile(), hostile(), hostile(rows=6))
@example(np.array([0, 1], np.uint8), np.array([3e37, 0], np.float32), np.zeros((6, 1)))
def test_no_arrays_make_the_reading_of_outputs_raise(outputs: Any, targets: Any, paired: Any) -> None:
    found = [
        decode_by_targets(outputs, targets, LABELS),
        decode_by_targets(outputs, paired, LABELS),
        decode_by_targets(outputs, outputs, np.asarray(targets)),
        decode_by_targets(paired, paired, LABELS),
    ]
    for classes in found:
        assert classes is None or set(classes.tolist()) <= set(np.asarray(targets).ravel()) | {0, 1, 2}


@pytest.mark.parametrize("largest", [3e37, 1e307, float("nan"), float("inf")])
def test_values_whose_squares_overflow_are_no_map(largest: float) -> None:
    rows = np.full((600, 4), largest)
    rows[::2] *= 0.5
    assert infer_affine_map(rows, rows[::-1]) is None
    assert match_rows(PELE, np.where(PELE > 60, largest, PELE)) is None


@pytest.mark.parametrize(
    "odd", [np.array(["a", "b"]), np.array([None, 1]), np.ones((2, 2), dtype="complex128")]
)
def test_what_is_not_made_of_numbers_is_none(odd: Any) -> None:
    assert infer_affine_map(odd, odd) is None
    assert match_rows(odd, odd) is None
    assert decode_by_targets(odd, odd, np.array([0, 1])) is None


def peak(work: Any) -> int:
    """Return the most bytes that ``work`` held at a time."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_wide_arrays_are_turned_down_before_a_value_is_read() -> None:
    wide = np.zeros((6, 1_000_000), dtype="uint8")
    for work in (
        lambda: match_rows(PELE, wide),
        lambda: match_rows(wide, wide),
        lambda: infer_affine_map(PELE, wide),
        lambda: infer_affine_map(wide, wide),
        lambda: decode_by_targets(wide, np.eye(3)[LABELS], LABELS),
        lambda: decode_by_targets(np.zeros((2, 3)), wide, LABELS),
    ):
        assert work() is None
        assert peak(work) < 100_000
    assert decode_by_targets(np.zeros((2, 1025)), LABELS, LABELS) is None
    assert match_rows(np.zeros((6, 4097)), np.zeros((6, 4097))) is None


def test_eight_rows_in_any_order_are_tried_in_little_memory() -> None:
    chance = np.random.default_rng(2)
    few = chance.normal(size=(8, 2))
    mixed = few @ chance.normal(size=(2, 256))
    assert peak(lambda: match_rows(few, chance.normal(size=(8, 256)))) < 64 << 20
    found = match_rows(few, mixed[::-1])
    assert found is not None
    assert found.rows.tolist() == [7, 6, 5, 4, 3, 2, 1, 0]
    wider = few @ chance.normal(size=(2, 257))
    assert match_rows(few, wider[::-1]) is None


def test_many_outputs_are_decoded_in_little_memory() -> None:
    targets = np.eye(1024)[[0, 500, 1023]]
    outputs = np.repeat(targets, 200, axis=0).astype("float32")
    classes = np.array([0, 1, 2])
    found = decode_by_targets(outputs, targets, classes)
    assert found is not None
    assert found.tolist() == np.repeat(classes, 200).tolist()
    assert peak(lambda: decode_by_targets(outputs, targets, classes)) < 5 * outputs.size * 8
