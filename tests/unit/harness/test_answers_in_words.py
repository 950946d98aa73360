"""Answers that name classes are read as their numbers, where the data has its labels in words."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest

per_row = import_module("grader_harness.per_row").per_row
CLASSES = ("oak", "pine")


@pytest.mark.parametrize(
    "answers",
    [
        ["oak", "pine", "pine"],
        np.array(["oak", "pine", "pine"]),
        np.array(["oak", "pine", "pine"], dtype=object),
        np.array([["oak"], ["pine"], ["pine"]]),
        ("oak", "pine", "pine"),
    ],
)
def test_names_of_classes_become_their_numbers(answers: Any) -> None:
    array, problem = per_row(answers, 3, "y_pred", CLASSES)
    assert problem is None
    assert array.tolist() == [0, 1, 1]


@pytest.mark.parametrize("answers", [["oak", "elm"], object(), "oak", {"oak": 1}])
def test_what_names_no_class_is_passed_over(answers: Any) -> None:
    array, problem = per_row(answers, 2, "y_pred", CLASSES)
    assert array is None
    assert problem is not None


def test_words_are_no_answers_where_labels_are_numbers() -> None:
    array, problem = per_row(["oak", "pine"], 2, "y_pred")
    assert array is None
    assert problem is not None


def test_numbers_stay_numbers() -> None:
    array, problem = per_row([1, 0], 2, "y_pred", CLASSES)
    assert problem is None
    assert array.tolist() == [1, 0]
