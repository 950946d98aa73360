"""Where two values differ is told by its place; what is equal within the tolerance does not differ."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.measuring.judging.same_value import Tolerance, difference, dtype_of, shape_of, written

NEAR = Tolerance(absolute=1e-6, relative=1e-6)
NUMBERS = st.floats(-1e6, 1e6)
MATRICES = arrays.arrays("float64", st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=NUMBERS)


def told(got: object, expected: object, *, hidden: bool = False) -> str | None:
    found = difference(got, expected, NEAR, hidden=hidden)
    if found is not None:
        assert found.pt != found.en
    return None if found is None else found.en


@given(MATRICES)
def test_an_array_is_as_its_own_numbers_are_whatever_holds_them(array: Any) -> None:
    for held in (
        array,
        array.tolist(),
        tuple(map(tuple, array.tolist())),
        [np.float64(0) + r for r in array],
    ):
        assert told(held, array.tolist()) is None


@given(MATRICES, st.data())
def test_the_place_that_is_told_is_the_first_that_differs(array: Any, data: Any) -> None:
    row, column = (data.draw(st.integers(0, n - 1)) for n in array.shape)
    wrong = array.copy()
    wrong[row, column] += 1 + abs(wrong[row, column])
    assert (told(wrong, array.tolist()) or "").startswith(f"at [{row}][{column}] there is ")


@given(NUMBERS, NUMBERS)
def test_numbers_are_equal_within_the_tolerance_and_no_further(got: float, expected: float) -> None:
    assert (told(got, expected) is None) == (abs(got - expected) <= 1e-6 + 1e-6 * abs(expected))


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (14, 14.0),
        (np.int32(14), 14),
        (np.float32(0.1), 0.1),
        (np.array(3.0), 3),
        (float("nan"), float("nan")),
        (float("-inf"), float("-inf")),
        (True, True),
        (np.bool_(True), True),
        ("ação", "ação"),
        ([[1], [2, 3]], [[1], [2, 3]]),
        (2**4000, 2**4000),
        ([], []),
    ],
)
def test_what_is_equal_is_equal(got: object, expected: object) -> None:
    assert told(got, expected) is None


@pytest.mark.parametrize(
    ("got", "expected", "said"),
    [
        (15, 14, "there is 15; expected is 14"),
        (1, True, "there is 1; expected is True"),
        (True, 1, "there is True; expected is 1"),
        ("14", 14, "there is '14'; expected is 14"),
        (None, 14, "there is None; expected is 14"),
        (2**4000, 1, "expected is 1"),
        (float("nan"), 1.0, "there is nan; expected is 1"),
        (float("inf"), float("-inf"), "there is inf; expected is -inf"),
        ([14], 14, "its shape is (1,); expected is one value alone"),
        (14, [14], "there is one value alone, 14; expected is the shape (1,)"),
        ([[1, 2]], [[1], [2]], "its shape is (1, 2); expected is (2, 1)"),
        ([[1], [2, 3]], [[1, 2], [2, 3]], "its shape is -; expected is (2, 2)"),
        ([[1], [2, 4]], [[1], [2, 3]], "at [1][1] there is 4; expected is 3"),
        ({"a": 1}, 1, "there is {'a': 1}; expected is 1"),
        ("a\x1b[2Jb\u202e", "a", "expected is 'a'"),
    ],
)
def test_what_differs_is_told(got: object, expected: object, said: str) -> None:
    assert said in (told(got, expected) or "")
    assert (told(got, expected) or "").isprintable()


def test_what_is_hidden_is_not_told() -> None:
    assert told([1, 2], [1, 3], hidden=True) == "at [1] there is 2, which is not what is expected"


def test_what_is_shown_of_a_value_is_short() -> None:
    for value in ("x" * 10_000, [[0.5] * 100] * 100, {"k": "v" * 999}, np.zeros((9, 9)), 2**4096 - 1):
        assert len(written(value)) <= 70


def test_types_and_shapes_have_the_names_of_numpy() -> None:
    assert [dtype_of(x) for x in (np.zeros(2, "float32"), 1, 1.5, "a", True, [1.5], [[np.uint8(1)]])] == [
        *("float32", "int", "float", "str", "bool", "float", "uint8"),
    ]
    assert [shape_of(x) for x in (np.zeros((2, 3)), [[1, 2], [3, 4]], [[1], [2, 3]], [], 1, "ab")] == [
        *((2, 3), (2, 2), None, (0,), (), ()),
    ]
