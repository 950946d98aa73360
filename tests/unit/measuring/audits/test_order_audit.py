from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from grader.measuring.audits.order import (
    PositionAgreement,
    answered_by_position,
    position_agreement,
)
from grader.model.submission import Severity

CASES = 5_000


def served(answers_by_row: Any, truth: Any, chance: np.random.Generator) -> PositionAgreement:
    """What a program that answers each row by its content delivers, in a new secret order."""
    order = chance.permutation(len(truth))
    return position_agreement(answers_by_row[order], truth, order)


def sorted_labels(rows: int, classes: int) -> Any:
    """Labels sorted by class, as the halves of the banknote data are."""
    return np.sort(np.arange(rows) % classes)


def honest(truth: Any, error: float, classes: int, chance: np.random.Generator) -> Any:
    wrong = chance.random(len(truth)) < error
    return np.where(wrong, (truth + chance.integers(1, classes, len(truth))) % classes, truth)


def test_labels_of_another_file_in_the_same_order_are_found() -> None:
    truth, chance = sorted_labels(686, 2), np.random.default_rng(1)
    found = position_agreement(truth, truth, chance.permutation(686))
    assert found.wrong_by_position == 0
    assert found.wrong_as_served > 250
    finding = answered_by_position(found)
    assert finding is not None
    assert (finding.code, finding.severity) == ("GR411", Severity.REVIEW)
    assert "wrong on 0 %" in finding.message.en
    assert "erram 0 %" in finding.message.pt
    assert finding.p_value is not None
    assert finding.p_value < 1e-100


@pytest.mark.parametrize(("rows", "classes"), [(686, 2), (898, 10), (10_000, 10)])
@pytest.mark.parametrize("error", [0.0, 0.02, 0.3, 0.9])
def test_answers_by_content_are_left_alone_however_wrong(rows: int, classes: int, error: float) -> None:
    truth, chance = sorted_labels(rows, classes), np.random.default_rng(2)
    found = served(honest(truth, error, classes, chance), truth, chance)
    assert answered_by_position(found) is None
    assert found.p_value > 1e-3


@pytest.mark.parametrize("only", [0, 1])
def test_one_answer_to_everything_is_no_answer_by_position(only: int) -> None:
    truth, chance = sorted_labels(686, 2), np.random.default_rng(3)
    found = served(np.full(686, only), truth, chance)
    assert found.p_value == 1.0


def test_answers_by_position_that_are_half_wrong_are_still_found() -> None:
    truth, chance = sorted_labels(898, 10), np.random.default_rng(4)
    found = position_agreement(honest(truth, 0.5, 10, chance), truth, chance.permutation(898))
    assert answered_by_position(found) is not None


def test_labels_that_stand_in_no_class_of_the_truth_are_counted_too() -> None:
    truth, chance = np.zeros(300, dtype=np.int64), np.random.default_rng(5)
    found = position_agreement(chance.integers(0, 4, 300), truth, chance.permutation(300))
    assert 0 < found.p_value <= 1


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_false_alarms_are_no_more_than_the_p_value_says(classes: int) -> None:
    truth, chance = sorted_labels(300, classes), np.random.default_rng(classes)
    below = 0
    for case in range(CASES):
        answers = honest(truth, (case % 10) / 10, classes, chance)
        below += served(answers, truth, chance).p_value < 0.01
    assert below <= binom.ppf(0.9999, CASES, 0.01)


@pytest.mark.parametrize(("rows", "classes", "known"), [(686, 2, 0.25), (898, 10, 0.15), (10_000, 10, 0.05)])
def test_a_share_of_answers_known_by_position_is_found_in_all_of_five_thousand_servings(
    rows: int, classes: int, known: float
) -> None:
    truth, chance = sorted_labels(rows, classes), np.random.default_rng(rows)
    cases = CASES if rows < 1000 else 500
    missed = 0
    for _ in range(cases):
        answers = np.where(chance.random(rows) < known, truth, chance.integers(0, classes, rows))
        order = chance.permutation(rows)
        missed += answered_by_position(position_agreement(answers, truth, order)) is None
    assert missed / cases < 0.01


def test_arrays_of_different_lengths_are_our_mistake() -> None:
    with pytest.raises(ValueError, match="one length"):
        position_agreement(np.zeros(3), np.zeros(2), np.arange(3))
