from typing import Any

import numpy as np
import pytest

from grader.measuring.judging.other_way_round import told_the_other_way_round

TRUTH = (np.arange(400) % 4 == 0).astype(np.int64)


def wrong(count: int) -> Any:
    answers = TRUTH.copy()
    answers[:count] = 1 - answers[:count]
    return answers


def test_classes_the_other_way_round_are_told_with_the_error_that_there_would_be() -> None:
    told = told_the_other_way_round(wrong(390), TRUTH)
    assert told is not None
    assert "2.50 %" in told.en
    assert "2,50 %" in told.pt
    assert told_the_other_way_round(1 - TRUTH, TRUTH) is not None


@pytest.mark.parametrize("count", [0, 40, 200, 300])
def test_programs_that_are_right_or_know_nothing_are_not_told_so(count: int) -> None:
    assert told_the_other_way_round(wrong(count), TRUTH) is None


def test_one_answer_to_all_rows_is_not_the_other_way_round() -> None:
    assert told_the_other_way_round(np.zeros(400, dtype=np.int64), TRUTH) is None
    assert told_the_other_way_round(np.ones(400, dtype=np.int64), TRUTH) is None


def test_only_two_classes_have_another_way_round() -> None:
    digits = np.arange(400) % 10
    assert told_the_other_way_round(1 - digits, digits) is None
    assert told_the_other_way_round(None, TRUTH) is None
    assert told_the_other_way_round(TRUTH.astype(float), TRUTH.astype(float)) is None
