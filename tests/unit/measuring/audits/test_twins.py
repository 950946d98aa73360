from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from grader.measuring.audits.fingerprint import Fingerprint, fingerprint
from grader.measuring.audits.twins import Entry, find_twins
from grader.model.submission import Finding, Severity
from tests.unit.measuring.audits.test_coincidence import a_class, real_runs
from tests.unit.measuring.audits.test_fingerprint import NOTES, OTHER, renamed


def entry(student: str, source: str | Fingerprint, answers: Any = None, *, trained: bool = True) -> Entry:
    program = source if isinstance(source, Fingerprint) else fingerprint(source)
    return Entry(key=student, student=student, program=program, answers=answers, trained=trained)


def own(number: int) -> str:
    """A program that nobody else wrote."""
    chance = np.random.default_rng(number)
    words = ["dense", "relu", "conv", "fit", "load", "norm", "drop", "plot", "save", "mean"]
    lines = []
    for _ in range(60):
        what, how, argument = chance.choice(words, 3)
        lines.append(f"{what}.{how}({chance.integers(1000)}, {argument}={chance.integers(1000)})")
    return "\n".join(lines)


def told(found: dict[str, tuple[Finding, ...]]) -> dict[str, list[str]]:
    return {key: [finding.code for finding in findings] for key, findings in found.items()}


def strangers(answers: Sequence[Any], first: int = 2) -> list[Entry]:
    return [entry(f"s{i}", own(i), answers[i]) for i in range(first, len(answers))]


@pytest.fixture(scope="module")
def mnist() -> tuple[list[Any], Any]:
    answers, truth = a_class(20, np.random.default_rng(11), rows=2000, error=0.06)
    return answers, truth


def test_a_renamed_copy_whose_errors_coincide_is_found_on_both(mnist: tuple[list[Any], Any]) -> None:
    answers, truth = mnist
    both = [entry("ana", NOTES, answers[0]), entry("bia", renamed(NOTES) + "\nprint('oi')\n", answers[0])]
    found = find_twins([*both, *strangers(answers)], truth)
    assert told(found) == {"ana": ["GR412"], "bia": ["GR412"]}
    (finding,) = found["ana"]
    assert finding.severity is Severity.REVIEW
    assert finding.about_others
    assert finding.p_value is not None
    assert finding.p_value < 1e-4
    assert "those of bia" in finding.message.en
    assert "as de bia" not in finding.message.pt  # "os de": errors
    assert "os de bia" in finding.message.pt


def test_two_who_hand_in_the_notes_program_unchanged_are_told_and_not_accused(
    mnist: tuple[list[Any], Any],
) -> None:
    answers, truth = mnist
    both = [entry("ana", NOTES, answers[0]), entry("bia", "# Bia\n" + NOTES, answers[0])]
    found = find_twins([*both, *strangers(answers)], truth)
    assert told(found) == {"ana": ["GR413"], "bia": ["GR413"]}
    assert found["ana"][0].severity is Severity.INFO
    assert found["ana"][0].p_value is None


def test_the_same_recipe_written_twice_is_no_sign_of_copying(mnist: tuple[list[Any], Any]) -> None:
    answers, truth = mnist
    both = [entry("ana", own(0), answers[0]), entry("bia", own(1), answers[0])]
    found = find_twins([*both, *strangers(answers)], truth)
    assert told(found) == {"ana": ["GR415"], "bia": ["GR415"]}
    assert found["ana"][0].severity is Severity.INFO


def test_the_same_answers_without_training_are_not_explained_by_the_seed(
    mnist: tuple[list[Any], Any],
) -> None:
    answers, truth = mnist
    both = [entry("ana", own(0), answers[0]), entry("bia", own(1), answers[0], trained=False)]
    found = find_twins([*both, *strangers(answers)], truth)
    assert told(found) == {"ana": ["GR414"], "bia": ["GR414"]}
    assert found["bia"][0].severity is Severity.REVIEW


def test_a_renamed_program_with_hardly_an_error_is_told_and_not_accused() -> None:
    truth = np.zeros(686, dtype=np.int64)
    both = [entry("ana", NOTES, truth), entry("bia", renamed(NOTES), truth)]
    assert told(find_twins(both, truth)) == {"ana": ["GR416"], "bia": ["GR416"]}


@pytest.mark.parametrize("errors", [0, 1, 2, 3])
def test_perfect_and_nearly_perfect_programs_have_no_twins(errors: int) -> None:
    truth = np.zeros(686, dtype=np.int64)
    answer = truth.copy()
    answer[:errors] = 1
    assert find_twins([entry(f"s{i}", own(i), answer) for i in range(30)], truth) == {}


def test_a_class_that_started_from_one_starter_is_left_alone(mnist: tuple[list[Any], Any]) -> None:
    answers, truth = mnist
    starter = fingerprint(NOTES)
    everybody = [entry(f"s{i}", f"{NOTES}\nx{i} = {i}\n", answers[0]) for i in range(20)]
    found = find_twins(everybody, truth, given=[starter])
    assert {code for codes in told(found).values() for code in codes} <= {"GR415"}


def test_a_class_that_all_took_the_notes_program_is_left_alone(mnist: tuple[list[Any], Any]) -> None:
    answers, truth = mnist
    everybody = [entry(f"s{i}", f"{NOTES}\nx{i} = {i}\n", answers[i % 3]) for i in range(20)]
    codes = {code for codes in told(find_twins(everybody, truth)).values() for code in codes}
    assert codes <= {"GR415", "GR416"}


def test_a_starter_handed_back_unchanged_is_nobodys() -> None:
    both = [entry("ana", NOTES), entry("bia", NOTES)]
    assert find_twins(both, None, given=[fingerprint(NOTES)]) == {}


def test_one_students_two_files_are_no_twins() -> None:
    found = find_twins([entry("ana", NOTES), entry("ana", NOTES)], None)
    assert found == {}


def test_regressions_are_compared_by_their_programs_alone() -> None:
    found = find_twins([entry("ana", NOTES), entry("bia", NOTES), entry("caio", OTHER)], None)
    assert told(found) == {"ana": ["GR413"], "bia": ["GR413"]}


def test_many_names_are_told_as_a_few_and_a_number() -> None:
    found = find_twins([entry(f"student {i}", NOTES) for i in range(9)], None)
    assert "and 3 more" in found["student 0"][0].message.en
    assert "e mais 3" in found["student 0"][0].message.pt


def test_a_name_made_to_fill_the_page_is_cut() -> None:
    found = find_twins([entry("ana", NOTES), entry("b" * 10_000, NOTES)], None)
    assert len(found["ana"][0].message.en) < 400


def test_real_programs_with_one_seed_accuse_nobody() -> None:
    """Fifteen recipes, each with one seed: with 30 epochs or 31 the answers are the same to the last row."""
    runs, truth = real_runs()
    for seed in "012":
        chosen = {name: answers for name, answers in runs.items() if name.endswith(f"|{seed}")}
        entries = [entry(name, own(i), answers) for i, (name, answers) in enumerate(chosen.items())]
        codes = {code for codes in told(find_twins(entries, truth)).values() for code in codes}
        assert codes <= {"GR415"}


def test_five_thousand_honest_classes_pairs_accuse_nobody() -> None:
    chance = np.random.default_rng(12)
    pairs, prints = 0, [fingerprint(own(i)) for i in range(40)]
    while pairs < 5_000:
        answers, truth = a_class(40, chance, rows=2000, error=0.01 + 0.04 * chance.random())
        entries = [entry(f"s{i}", prints[i], answer) for i, answer in enumerate(answers)]
        assert find_twins(entries, truth) == {}
        pairs += 780


@pytest.mark.parametrize("few", [0, 5])
def test_two_who_answer_everything_alike_with_one_class_are_not_twins(
    mnist: tuple[list[Any], Any], few: int
) -> None:
    answers, truth = mnist
    constant = np.full_like(truth, 3)
    other = constant.copy()
    other[:few] = 1
    both = [
        entry("ana", own(0), constant, trained=False),
        entry("bia", own(1), other, trained=False),
    ]
    assert told(find_twins([*both, *strangers(answers)], truth)) == {}


def test_one_program_of_a_whole_class_is_one_finding(mnist: tuple[list[Any], Any]) -> None:
    answers, truth = mnist
    everybody = [
        entry(f"s{i}", f"# {i}\n{NOTES}" if i % 2 else renamed(NOTES), answers[0]) for i in range(120)
    ]
    found = find_twins(everybody, truth)
    assert told(found) == {"s0": ["GR419"]}
    (finding,) = found["s0"]
    assert finding.severity is Severity.INFO
    assert finding.about_others
    assert "handed in by 120: by s1, s2" in finding.message.en
    assert "and 114 more" in finding.message.en


def test_of_a_group_with_the_reference_solution_it_is_named_first() -> None:
    class_of_ten = [entry(f"s{i}", NOTES) for i in range(10)]
    solution = Entry(key="", student="solution.py", program=fingerprint(NOTES), answers=None, trained=True)
    found = find_twins([*class_of_ten, solution], None)
    assert "by solution.py, s1" in found["s0"][0].message.en
