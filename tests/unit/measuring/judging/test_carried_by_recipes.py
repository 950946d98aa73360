import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader.measuring.judging.carried import carried
from grader.model.metric import Direction, Measurement

ROWS = 900
TRUTH = np.arange(ROWS, dtype=np.int64) % 10
LOWER = Direction.LOWER_IS_BETTER


def wrong(rows: int) -> Measurement:
    return Measurement(metric="error_rate", value=rows / ROWS, n=ROWS, wrong=rows)


def test_a_recipe_that_learns_falls_to_chance_on_deranged_labels() -> None:
    found = carried(wrong(20), wrong(895), TRUTH, LOWER)
    assert found is not None
    assert found.p_value > 0.99
    assert (found.graded, found.guessing) == (1 - 20 / ROWS, 0.1)


def test_a_recipe_that_is_as_right_as_before_carries_its_answers() -> None:
    found = carried(wrong(20), wrong(25), TRUTH, LOWER)
    assert found is not None
    assert found.p_value < 1e-9


def test_nothing_is_told_of_a_recipe_that_guesses_nor_of_numbers() -> None:
    assert carried(wrong(800), wrong(20), TRUTH, LOWER) is None
    number = Measurement(metric="rmse", value=0.5, n=ROWS)
    assert carried(number, number, TRUTH.astype(float), LOWER) is None


@given(st.integers(min_value=0, max_value=600), st.integers(min_value=0, max_value=ROWS))
def test_an_accuracy_and_an_error_rate_tell_the_same(graded: int, placebo: int) -> None:
    shares = [1 - rows / ROWS for rows in (graded, placebo)]
    right = [
        Measurement(metric="accuracy", value=share, n=ROWS, wrong=rows)
        for share, rows in zip(shares, (graded, placebo), strict=True)
    ]
    one = carried(wrong(graded), wrong(placebo), TRUTH, LOWER)
    other = carried(right[0], right[1], TRUTH, Direction.HIGHER_IS_BETTER)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert abs(one.p_value - other.p_value) < 1e-9
