"""The order of rows in a training by a recipe: one for all epochs, as Keras has it where a seed is set."""

from importlib import import_module
from itertools import islice
from typing import Any

import pytest

shuffled = import_module("grader_harness.retraining.whole_epochs").shuffled


def epochs(count: int, seed: tuple[int, ...], *, shuffle: bool = True) -> list[list[int]]:
    drawn: Any = islice(shuffled(count, seed, shuffle=shuffle), 4)
    return [order.tolist() for order in drawn]


def test_every_epoch_of_a_fit_has_the_same_order_of_all_rows() -> None:
    found = epochs(50, (3, 4, 0))
    assert sorted(found[0]) == list(range(50))
    assert found[0] != list(range(50))
    assert all(order == found[0] for order in found)


@pytest.mark.parametrize("other", [(4, 4, 0), (3, 4, 1)])
def test_another_seed_and_another_fit_have_other_orders(other: tuple[int, ...]) -> None:
    assert epochs(50, (3, 4, 0))[0] != epochs(50, other)[0]


def test_rows_that_are_not_shuffled_stay_where_they_are() -> None:
    assert epochs(7, (3, 4, 0), shuffle=False) == [list(range(7))] * 4
