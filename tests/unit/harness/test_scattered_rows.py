"""Test rows among training rows: exact ones count, in any order; rows of a table that look alike do not."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from tests.unit.harness.test_recognition import published

Array = Any


def contains(test: Array, train: Array, given: Array) -> bool:
    recogniser = import_module("grader_harness.recognition").Recogniser
    labels = np.arange(len(test)) % 2
    found: bool = recogniser(test, labels, None, lambda: train).contains_test_rows([given])
    return found


def shuffled(rows: Array, seed: int = 9) -> Array:
    return rows[np.random.default_rng(seed).permutation(len(rows))]


def dominated(rows: int, seed: int) -> Array:
    """A table as california-housing is: a column in the thousands beside columns about one."""
    rng = np.random.default_rng(seed)
    large = rng.lognormal(7, 0.7, size=(rows, 1)).round()
    place = rng.choice([[37.8, -122.4], [34.1, -118.2]], size=rows) + rng.normal(0, 0.1, (rows, 2)).round(2)
    return np.hstack([rng.gamma(2.0, 2.0, (rows, 2)).round(4), rng.gamma(3.0, 0.5, (rows, 3)), large, place])


def coarse(rows: int, seed: int) -> Array:
    """A table of four columns in steps of a tenth, as iris is: rows repeat."""
    return np.random.default_rng(seed).integers(1, 60, size=(rows, 4)) / 10


TABLES: dict[str, Callable[[int, int], Array]] = {
    "a dominating column": dominated,
    "steps of a tenth": coarse,
    "two columns": lambda rows, seed: np.random.default_rng(seed).normal(size=(rows, 2)),
    "one column": lambda rows, seed: np.random.default_rng(seed).normal(size=(rows, 1)),
    "two columns of few values": lambda rows, seed: np.random.default_rng(seed).integers(0, 5, (rows, 2)),
    "zeros and ones": lambda rows, seed: np.random.default_rng(seed).integers(0, 2, (rows, 8)),
    "wide": lambda rows, seed: np.random.default_rng(seed).integers(0, 16, (rows, 64)),
}
MAPS: dict[str, Callable[[Array], Array]] = {
    "as they are": lambda x: x,
    "in 32 bits": lambda x: x.astype("float32"),
    "turned round": lambda x: 255 - x,
    "divided": lambda x: (x / 16).astype("float32"),
    "standardised": lambda x: (x - x.mean(axis=0)) / x.std(axis=0),
}


@pytest.mark.parametrize("way", MAPS)
@pytest.mark.parametrize("table", TABLES)
def test_training_rows_of_a_table_are_no_test_rows(table: str, way: str) -> None:
    train, test = TABLES[table](800, 1), TABLES[table](250, 2)
    assert not contains(test, train, MAPS[way](train))
    assert not contains(test, train, MAPS[way](shuffled(train)))


@pytest.mark.parametrize("way", [name for name in MAPS if name != "standardised"])
@pytest.mark.parametrize("table", ["a dominating column", "steps of a tenth", "wide"])
def test_test_rows_are_found_wherever_they_stand(table: str, way: str) -> None:
    train, test = TABLES[table](800, 1), TABLES[table](250, 2)
    assert contains(test, train, MAPS[way](shuffled(np.concatenate([train, test]))))
    assert contains(test, train, MAPS[way](shuffled(np.concatenate([train, test[::4]]))))
    assert contains(test, train, MAPS[way](test[::-1]))


def test_of_few_columns_rows_are_found_as_they_are() -> None:
    train, test = TABLES["two columns"](800, 1), TABLES["two columns"](250, 2)
    assert contains(test, train, shuffled(np.concatenate([train, test])))


def test_rows_that_stand_in_both_halves_are_training_rows() -> None:
    train, test = dominated(800, 1), dominated(250, 2)
    test[:100] = train[:100]
    assert not contains(test, train, shuffled(train))
    assert contains(test, train, shuffled(np.concatenate([train, test[100:150]])))


def test_rows_each_of_unit_length_are_found() -> None:
    train, test = TABLES["wide"](800, 1), TABLES["wide"](250, 2)
    rows = shuffled(np.concatenate([train, test]))
    assert contains(test, train, (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype("float32"))


def test_constant_rows_and_rows_of_no_number_say_nothing() -> None:
    train, test = dominated(300, 1), dominated(60, 2)
    test[:30] = 0
    given = np.concatenate([train, np.zeros((40, 8)), np.full((40, 8), np.nan)])
    assert not contains(test, train, given)


@pytest.mark.data
def test_of_real_tables_training_rows_are_no_test_rows_and_test_rows_are_found() -> None:
    notes = np.loadtxt(published("banknote/data_banknote_authentication.txt"), delimiter=",")[:, :4]
    homes = np.loadtxt(published("california-housing/cal_housing.data"), delimiter=",")[::8, :8]
    for train, test in ((notes[::2], shuffled(notes[1::2], 3)), (homes[:2000], shuffled(homes[2000:], 3))):
        for given in (train, train.astype("float32"), train / train.max(), shuffled(train)):
            assert not contains(test, train, given)
        assert contains(test, train, shuffled(np.concatenate([train, test])).astype("float32"))
        assert contains(test, train, shuffled(np.concatenate([train, test])) / 3)
