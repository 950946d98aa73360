import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.judging.carried import carried
from grader.model.metric import Direction, Measurement

ROWS = 900
LOWER = Direction.LOWER_IS_BETTER


def wrong(rows: int) -> Measurement:
    return Measurement(metric="error_rate", value=rows / ROWS, n=ROWS, wrong=rows)


def number(value: float, metric: str = "rmse", n: int = ROWS) -> Measurement:
    return Measurement(metric=metric, value=value, n=n)


GUESS = wrong(810)


def test_a_recipe_that_learns_falls_to_chance_on_deranged_labels() -> None:
    found = carried(wrong(20), wrong(895), GUESS, LOWER)
    assert found is not None
    assert found.p_keeps > 0.99
    assert found.graded == 1 - 20 / ROWS
    assert found.guessing == pytest.approx(0.1)


def test_a_recipe_that_is_as_right_as_before_carries_its_answers() -> None:
    found = carried(wrong(20), wrong(25), GUESS, LOWER)
    assert found is not None
    assert found.p_keeps < 1e-9


def test_a_recipe_that_is_right_for_known_rows_alone_loses_them_when_they_are_moved() -> None:
    kept, lost = (carried(wrong(20), wrong(rows), GUESS, LOWER) for rows in (24, 420))
    assert kept is not None
    assert lost is not None
    assert kept.p_loses > 0.99
    assert lost.p_loses < 1e-9


@pytest.mark.parametrize(
    ("graded", "other", "keeps"),
    [
        (number(0.54), number(1.22), False),  # deranged targets: worse than the mean of all
        (number(0.54), number(0.56), True),
        (number(0.78, "r2"), number(-0.4, "r2"), False),
        (number(0.78, "r2"), number(0.75, "r2"), True),
    ],
)
def test_numbers_are_held_against_the_mean_of_all(
    graded: Measurement, other: Measurement, *, keeps: bool
) -> None:
    r2 = graded.metric == "r2"
    guess = number(0.0, "r2") if r2 else number(1.15)
    found = carried(graded, other, guess, Direction.HIGHER_IS_BETTER if r2 else LOWER)
    assert found is not None
    assert not found.rows
    assert (found.p_keeps < 1e-4) is keeps


def test_a_share_explained_and_the_error_that_it_leaves_are_one_skill() -> None:
    explained = carried(number(0.75, "r2"), number(0.5, "r2"), number(0.0, "r2"), Direction.HIGHER_IS_BETTER)
    left = carried(number(0.5), number(math.sqrt(0.5)), number(1.0), LOWER)
    assert explained is not None
    assert left is not None
    assert explained.graded == pytest.approx(left.graded)
    assert explained.other == pytest.approx(left.other)


def test_nothing_is_told_of_a_recipe_that_guesses_nor_of_a_handful_of_numbers() -> None:
    assert carried(wrong(800), wrong(20), GUESS, LOWER) is None
    assert carried(number(1.15), number(0.5), number(1.15), LOWER) is None
    assert carried(number(0.1, n=4), number(0.1, n=4), number(1.0, n=4), LOWER) is None


@given(st.integers(min_value=0, max_value=600), st.integers(min_value=0, max_value=ROWS))
def test_an_accuracy_and_an_error_rate_tell_the_same(graded: int, placebo: int) -> None:
    accuracy, other_way, guess = (
        Measurement(metric="accuracy", value=1 - rows / ROWS, n=ROWS, wrong=rows)
        for rows in (graded, placebo, 810)
    )
    one = carried(wrong(graded), wrong(placebo), GUESS, LOWER)
    other = carried(accuracy, other_way, guess, Direction.HIGHER_IS_BETTER)
    assert one == other
