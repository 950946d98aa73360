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


@pytest.mark.parametrize("answers", [["oak", None], object(), "oak", {"oak": 1}])
def test_what_names_no_class_is_passed_over(answers: Any) -> None:
    array, problem = per_row(answers, 2, "y_pred", CLASSES)
    assert array is None
    assert problem is not None
    assert problem["why"] == "not_numeric"


@pytest.mark.parametrize("answers", [[None, None], [1, None], (None, 0.5)])
def test_an_answer_that_is_none_is_told_as_none_and_not_as_a_training_that_diverged(answers: Any) -> None:
    array, problem = per_row(answers, 2, "y_pred")
    assert array is None
    assert problem == {"state": "passed_over", "why": "not_numeric", "detail": "y_pred: None"}


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (["oak", "elm"], 'y_pred: "elm" ≠ "oak", "pine"'),
        (np.array(["Oak", "pine "]), 'y_pred: "Oak", "pine " ≠ "oak", "pine"'),
        ([str(number) for number in range(9)], 'y_pred: "0", "1", "2", "3", … ≠ "oak", "pine"'),
        (["x" * 100], f'y_pred: "{"x" * 40}" ≠ "oak", "pine"'),
    ],
)
def test_words_that_name_no_class_are_told_with_the_classes(answers: Any, told: str) -> None:
    array, problem = per_row(answers, len(answers), "y_pred", CLASSES)
    assert array is None
    assert problem == {"state": "passed_over", "why": "unknown_classes", "detail": told}


def test_of_many_classes_the_first_are_told() -> None:
    classes = tuple(f"c{number}" for number in range(40))
    _, problem = per_row(["c40"], 1, "y_pred", classes)
    assert problem is not None
    assert problem["detail"].endswith('"c11", …')


def test_words_are_no_answers_where_labels_are_numbers() -> None:
    array, problem = per_row(["oak", "pine"], 2, "y_pred")
    assert array is None
    assert problem is not None


def test_numbers_stay_numbers() -> None:
    array, problem = per_row([1, 0], 2, "y_pred", CLASSES)
    assert problem is None
    assert array.tolist() == [1, 0]
