import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.readers.layer_table import Variable
from grader.readers.model_report import read_outputs, read_step, read_weights
from grader.readers.refused import Refused
from tests.fakes import npy


def weights(*arrays: Any, **fields: Any) -> Any:
    return read_weights(json.dumps({"arrays": list(arrays), **fields}).encode())


def outputs(content: bytes, rows: int = 3) -> str:
    found = read_outputs(content, rows)
    assert isinstance(found, Refused)
    return found.reason.en


def test_paths_and_shapes_are_read() -> None:
    assert weights({"path": "layers/dense/vars/0", "shape": [4, 3]}, {"path": "vars/0", "shape": []}) == (
        Variable(path="layers/dense/vars/0", shape=(4, 3)),
        Variable(path="vars/0", shape=()),
    )


@pytest.mark.parametrize(
    "array",
    [
        None,
        {},
        {"path": 3, "shape": [1]},
        {"path": "a", "shape": "1"},
        {"path": "a", "shape": [-1]},
        {"path": "a", "shape": [True]},
        {"path": "a", "shape": [1.5]},
        {"path": "a", "shape": [2**41]},
        {"path": "a", "shape": [1] * 17},
        {"path": "a" * 301, "shape": [1]},
    ],
)
def test_one_array_that_is_none_leaves_nothing_known(array: Any) -> None:
    assert weights({"path": "a", "shape": [1]}, array) is None


def test_more_arrays_than_a_model_has_leave_nothing_known() -> None:
    assert weights(*[{"path": "a", "shape": [1]}] * 20_001) is None


def test_what_was_found_in_the_weights_is_told_in_words() -> None:
    found = weights(refused={"why": "link", "where": "layers/dense/vars/0"})
    assert isinstance(found, Refused)
    assert "a link (layers/dense/vars/0)" in found.reason.en


@pytest.mark.parametrize("said", [{}, {"why": "<b>", "where": 3}, {"why": ["link"], "where": None}])
def test_a_refusal_in_other_words_is_still_one(said: Any) -> None:
    found = weights(refused=said)
    assert isinstance(found, Refused)
    assert "cannot be read as HDF5 (model.weights.h5)" in found.reason.en


def test_a_place_made_to_be_shown_is_cleaned_and_cut() -> None:
    found = weights(refused={"why": "link", "where": "a\x1b[31m\u202e\n" + "b" * 999})
    assert isinstance(found, Refused)
    assert "(a bbb" in found.reason.en
    assert len(found.reason.en) < 250


@pytest.mark.parametrize("content", [None, b"", b"[]", b"{", b"\xff", b"[" * 100_000, b" " * (9 << 20)])
def test_what_is_no_report_says_nothing(content: bytes | None) -> None:
    assert read_weights(content) is None
    assert read_step(content) is None


@pytest.mark.parametrize(
    ("said", "step"), [("load", "load"), ("<script>", None), (None, None), (["load"], None)]
)
def test_the_step_is_one_of_a_few_words(said: Any, step: str | None) -> None:
    assert read_step(json.dumps({"why": said}).encode()) == step


def test_finite_rows_are_taken() -> None:
    taken = read_outputs(npy(np.ones((3, 2), "f4")), 3)
    assert isinstance(taken, np.ndarray)
    assert taken.shape == (3, 2)


@pytest.mark.attack("model_outputs")
def test_outputs_of_another_length_or_of_no_rows_are_refused_with_both_shapes() -> None:
    assert "(2, 2)" in outputs(npy(np.ones((2, 2))))
    assert "(3, …)" in outputs(npy(np.ones((4, 2))))
    assert "()" in outputs(npy(np.array(1.0)))


@pytest.mark.attack("model_outputs")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_outputs_that_are_not_finite_are_refused_and_counted(value: float) -> None:
    assert "1 value is NaN or infinite" in outputs(npy(np.array([0.0, value, 1.0])))


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    read_weights(content)
    read_step(content)
    read_outputs(content, 3)
