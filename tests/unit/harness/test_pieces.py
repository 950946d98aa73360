"""What a model said of the test rows piece by piece is joined, and nothing else is."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest

ROWS = np.random.default_rng(0).random((90, 6)).astype(np.float32)


class Model:
    """Anything that can be pointed at weakly."""


def batches() -> Any:
    recogniser = import_module("grader_harness.recognition").Recogniser(ROWS, np.arange(90) % 3)
    return import_module("grader_harness.batches").Batches(recogniser)


@pytest.mark.parametrize("size", [1, 32, 45, 89])
def test_pieces_of_any_size_make_the_whole(size: int) -> None:
    joined, model, whole = batches(), Model(), None
    for start in range(0, 90, size):
        assert whole is None
        rows = 1 - ROWS[start : start + size] / 2
        whole = joined.add(model, rows, np.arange(start, start + len(rows))[:, None])
    assert whole is not None
    assert whole[1].reshape(-1).tolist() == list(range(90))


def test_rows_of_something_else_or_another_model_begin_again() -> None:
    joined, model, other = batches(), Model(), Model()
    half, rest, said = ROWS[:45], ROWS[45:], np.zeros((45, 1))
    assert joined.add(model, half, said) is None
    assert joined.add(other, rest, said) is None, "another model's piece"
    assert joined.add(model, half, said) is None
    assert joined.add(model, rest[::-1], said) is None, "rows in another order"
    assert joined.add(model, half, said) is None
    assert joined.add(model, rest, said) is not None


def test_rows_that_are_all_the_same_are_no_piece() -> None:
    joined = batches()
    assert joined.add(Model(), np.zeros((45, 6), np.float32), np.zeros((45, 1))) is None
