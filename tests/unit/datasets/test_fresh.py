"""Fresh rows: all are moved, little enough for who learnt, and tables of answers do not find theirs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.datasets.arrangement import Arrangement
from grader.datasets.catalogue import dataset
from grader.datasets.fresh import fresh
from grader.datasets.layouts import served_lines, told_rows
from grader.datasets.prepare import Prepared
from grader.measuring.audits.fresh_rows import compare_fresh, honest_loss
from tests.integration.played_class import small_digits

Rows = NDArray[Any]


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return small_digits()[2]


def test_every_row_is_moved_a_little_and_keeps_its_kind(prepared: Prepared) -> None:
    moved = fresh(prepared, np.random.default_rng(3))
    before, after = np.asarray(prepared.x_graded), np.asarray(moved.x_graded)
    assert (after.shape, after.dtype) == (before.shape, before.dtype)
    assert (before != after).any(axis=1).mean() > 0.95
    assert np.abs(after - before).mean() < 0.03 * before.max()
    assert np.array_equal(after, np.rint(after)), "digits are whole numbers"
    assert np.array_equal(np.asarray(moved.y_graded), np.asarray(prepared.y_graded))
    assert prepared.moved is None


def test_two_draws_are_two_sets_of_rows(prepared: Prepared) -> None:
    one, other = (np.asarray(fresh(prepared).x_graded) for _ in range(2))
    assert (one != other).any(axis=1).mean() > 0.99


def nearest(prepared: Prepared, rows: Rows) -> Rows:
    """What an honest program makes of ``rows``: the label of the nearest training row."""
    known = np.asarray(prepared.x_train)
    away = (rows**2).sum(1)[:, None] - 2 * rows @ known.T + (known**2).sum(1)
    answers: Rows = np.asarray(prepared.y_train)[away.argmin(axis=1)]
    return answers


def by_content(rows: Rows) -> list[Any]:
    return [row.tobytes() for row in rows]


def by_sum(rows: Rows) -> list[Any]:
    """A weighted one: plain sums are shared by too many rows to be of use."""
    weights = np.random.default_rng(4).permutation(rows.shape[1])
    return [float(one) for one in rows @ weights]


def by_histogram(rows: Rows) -> list[Any]:
    return [np.bincount(row.astype(int), minlength=17).tobytes() for row in rows]


def by_signs(rows: Rows) -> list[Any]:
    """A signature of 32 bits, each the side of a plane: the nearest way to a neighbour in few bytes."""
    planes = np.random.default_rng(1).normal(size=(rows.shape[1], 32))
    middle = rows.mean(axis=0)
    return [side.tobytes() for side in (rows - middle) @ planes > 0]


@pytest.mark.parametrize("key", [by_content, by_sum, by_histogram, by_signs])
def test_a_table_of_answers_over_an_honest_program_is_found_by_what_it_loses(
    prepared: Prepared, key: Callable[[Rows], list[Any]]
) -> None:
    published, truth = np.asarray(prepared.x_graded), np.asarray(prepared.y_graded).astype(np.int64)
    moved = np.asarray(fresh(prepared, np.random.default_rng(5)).x_graded)
    table = dict(zip(key(published), truth, strict=True))

    def answers(rows: Rows) -> Rows:
        fallen_back = nearest(prepared, rows)
        return np.array([table.get(one, other) for one, other in zip(key(rows), fallen_back, strict=True)])

    loss = honest_loss("digits")
    assert loss is not None
    honest = compare_fresh(nearest(prepared, published), nearest(prepared, moved), truth, loss)
    cheat = compare_fresh(answers(published), answers(moved), truth, loss)
    assert honest.p_value > 0.01
    assert cheat.p_value < 1e-4, cheat


def test_lines_of_a_published_file_are_told_with_the_moved_rows() -> None:
    lines = [b"1,0.5,0", b"2,1.5,1", b"3,2.5,0", b"4,3.5,1"]
    order = np.array([1, 0])
    arrangement = Arrangement(order=order, y_test=np.array([1, 1]), x_rows=None, y_rows=None)
    moved = np.array([[7.0, 0.25], [8.0, -0.125]])
    assert served_lines(lines, arrangement, moved) == [b"1,0.5,0", b"8,-0.125,1", b"3,2.5,0", b"7,0.25,1"]
    assert told_rows(moved, b" ") == [b"7 0.25", b"8 -0.125"]


def test_a_table_with_noise_columns_has_them_drawn_anew(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    for name, shape in (("x_train", (80, 7)), ("x_graded", (60, 7))):
        np.save(tmp_path / f"{name}.npy", np.round(rng.normal(size=shape), 4))
    np.save(tmp_path / "y_graded.npy", np.zeros(60, np.int64))
    made = Prepared(dataset=dataset("noisynote"), folder=tmp_path, digest="", groups={})
    before, after = np.asarray(made.x_graded), np.asarray(fresh(made, rng).x_graded)
    assert np.abs(after - before)[:, :4].max() < 0.1
    assert np.abs(np.corrcoef(before[:, 4], after[:, 4])[0, 1]) < 0.4
