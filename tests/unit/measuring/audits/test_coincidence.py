import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from grader.measuring.audits.coincidence import coincidences
from grader.measuring.audits.significance import SUSPICIOUS_BELOW

ROWS = 10_000
LEAST = 10


def real_runs() -> tuple[dict[str, Any], Any]:
    """Answers of real Keras programs by "recipe|seed", and the truth."""
    text = (Path(__file__).parent / "digits_runs.txt").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    runs = {name: np.array([int(c) for c in digits]) for name, digits in lines}
    return runs, runs.pop("truth")


def a_class(students: int, chance: np.random.Generator, *, rows: int = ROWS, error: float = 0.0165) -> Any:
    """Honest programs that share somewhat more than half of their errors: some rows are hard for everybody.

    Each has its own skill, and where it errs it mostly gives the answer that the row invites.
    """
    truth = chance.integers(0, 10, rows)
    hardness = chance.normal(0, 1, rows)
    hardness -= np.quantile(hardness, 1 - error)
    invited = (truth + chance.integers(1, 10, rows)) % 10
    answers = []
    for _ in range(students):
        wrong = chance.random(rows) < expit(12 * hardness + chance.normal(0, 1))
        other = (truth + chance.integers(1, 10, rows)) % 10
        given = np.where(chance.random(rows) < 0.95, invited, other)
        answers.append(np.where(wrong, given, truth))
    return answers, truth


def alarms(answers: Any, truth: Any) -> int:
    found = coincidences(answers, truth, least_errors=LEAST)
    return int((found.p_value < SUSPICIOUS_BELOW).sum())


def test_honest_programs_of_the_simulation_share_as_many_errors_as_real_ones() -> None:
    answers, truth = a_class(30, np.random.default_rng(1))
    wrong = np.stack(answers) != truth
    both = (wrong[:, None] & wrong[None] & (np.stack(answers)[:, None] == np.stack(answers)[None])).sum(
        axis=2
    )
    union = (wrong[:, None] | wrong[None]).sum(axis=2)
    share = (both / union)[np.triu_indices(30, 1)].mean()
    assert 0.3 < share < 0.65


def test_no_honest_pair_is_found_among_a_hundred_thousand() -> None:
    chance = np.random.default_rng(2)
    pairs = found = 0
    for case in range(60):
        students = 60 if case % 2 else 5
        answers, truth = a_class(students, chance, rows=2000, error=0.005 * 2 ** (case % 6))
        pairs += students * (students - 1) // 2
        found += alarms(answers, truth)
    assert pairs > 50_000
    assert found == 0


@pytest.mark.parametrize(("errors", "students", "power"), [(160, 20, 1.0), (160, 200, 1.0), (60, 20, 0.9)])
def test_the_same_model_handed_in_twice_is_found(errors: int, students: int, power: float) -> None:
    chance = np.random.default_rng(errors)
    hits = 0
    for _ in range(10):
        answers, truth = a_class(students, chance, rows=2000, error=errors / 2000)
        answers[1] = answers[0]
        hits += alarms(answers, truth)
    assert hits / 10 >= power


def test_a_copy_with_a_few_rows_changed_is_found() -> None:
    answers, truth = a_class(20, np.random.default_rng(3))
    answers[1] = answers[0].copy()
    answers[1][:200] = answers[5][:200]
    assert alarms(answers, truth) == 1


@pytest.mark.parametrize("errors", [0, 1, 2, 3])
def test_a_handful_of_errors_in_common_says_nothing(errors: int) -> None:
    truth = np.random.default_rng(4).integers(0, 2, 686)
    answer = truth.copy()
    answer[:errors] = 1 - answer[:errors]
    assert alarms([answer] * 40, truth) == 0
    assert not len(coincidences([answer] * 40, truth, least_errors=LEAST).first)


def test_real_runs_with_other_seeds_are_not_found() -> None:
    runs, truth = real_runs()
    by_seed: dict[str, list[Any]] = {}
    for name, answers in runs.items():
        by_seed.setdefault(name.split("|")[0], []).append(answers)
    for recipe in by_seed.values():
        assert alarms(recipe, truth) == 0


def test_a_whole_class_of_real_programs_with_one_seed_is_not_found() -> None:
    runs, truth = real_runs()
    for seed in "012":
        assert alarms([a for name, a in runs.items() if name.endswith(f"|{seed}")], truth) == 0


def test_where_everybody_answers_alike_nobody_stands_out() -> None:
    answers, truth = a_class(3, np.random.default_rng(5))
    assert alarms([answers[0]] * 30, truth) == 0


def test_who_answers_exactly_alike_is_counted() -> None:
    answers, truth = a_class(5, np.random.default_rng(7))
    answers[1] = answers[2] = answers[0]
    found = coincidences(answers, truth, least_errors=LEAST)
    assert found.identical.sum() == 3
    assert set(found.crowd[found.identical]) == {3}


def test_a_class_of_two_hundred_costs_less_than_a_second() -> None:
    answers, truth = a_class(200, np.random.default_rng(8))
    answers[100:150] = [answers[0]] * 50
    began = time.process_time()
    coincidences(answers, truth, least_errors=LEAST)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("students", [0, 1])
def test_nobody_alone_has_a_twin(students: int) -> None:
    answers, truth = a_class(2, np.random.default_rng(9), rows=100)
    assert not len(coincidences(answers[:students], truth, least_errors=LEAST).first)
