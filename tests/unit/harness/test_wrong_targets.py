"""The placebo of typed data: every row is trained with the target of a row of another class."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest

CLASSES = np.array([1, 2, 0, 1, 2, 0])
ONE_HOT = np.eye(3)[CLASSES]


def wrong_targets(targets: Any) -> Any:
    return import_module("grader_harness.wrong_targets").wrong_targets(targets)


def with_wrong_targets(args: Any, kwargs: Any) -> Any:
    return import_module("grader_harness.wrong_targets").with_wrong_targets(args, kwargs)


@pytest.mark.parametrize("targets", [CLASSES, ONE_HOT, ONE_HOT.tolist()])
def test_no_row_keeps_its_target(targets: Any) -> None:
    wrong = wrong_targets(targets)
    assert wrong.shape == np.asarray(targets).shape
    same = np.asarray(wrong == np.asarray(targets)).reshape(6, -1).all(axis=1)
    assert not same.any()


def test_what_a_row_is_told_is_the_target_of_some_other_row() -> None:
    told = {tuple(row) for row in wrong_targets(ONE_HOT)}
    assert told <= {tuple(row) for row in ONE_HOT}


def test_no_renaming_of_the_classes_explains_the_targets() -> None:
    wrong = wrong_targets(CLASSES)
    for number in range(3):
        assert len(set(wrong[number == CLASSES])) == 2


def test_the_same_targets_are_exchanged_alike_in_every_call() -> None:
    assert np.array_equal(wrong_targets(ONE_HOT), wrong_targets(ONE_HOT.copy()))


@pytest.mark.parametrize("targets", [None, [], 3.0, np.ones(5), object(), "abc"])
def test_where_there_is_no_other_class_nothing_is_exchanged(targets: Any) -> None:
    assert wrong_targets(targets) is None


def test_targets_are_found_by_place_and_by_name() -> None:
    x = np.zeros((6, 2))
    by_place = with_wrong_targets((x, CLASSES, 3), {"epochs": 2})
    by_name = with_wrong_targets((x,), {"y": CLASSES, "epochs": 2})
    assert by_place is not None
    assert by_name is not None
    assert np.array_equal(by_place[0][1], by_name[1]["y"])
    assert (by_place[0][2], by_place[1], by_name[1]["epochs"]) == (3, {"epochs": 2}, 2)


def test_a_call_without_targets_is_told_to_be_beyond_us() -> None:
    assert with_wrong_targets((object(),), {"epochs": 2}) is None
