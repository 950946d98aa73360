import numpy as np

from grader.measuring.agreement import agreement


def test_equal_classes_agree_row_by_row() -> None:
    assert agreement(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 4])) == 1
    assert agreement(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 5])) == 0.75


def test_numbers_agree_to_rounding() -> None:
    graded = np.array([1.0, 2.0, 3.0])
    assert agreement(graded, graded + 1e-6) == 1
    assert agreement(graded, graded + 0.01) == 0
    assert agreement(np.ones(3), np.ones(3)) == 1


def test_other_lengths_never_agree() -> None:
    assert agreement(np.array([1, 2]), np.array([1, 2, 3])) == 0
    assert agreement(np.array([]), np.array([])) == 0
