"""The pair and the placebo: what they say of made-up programs, by the thousand."""

import numpy as np

from grader.measuring.audits.pair import Answers, Dependence, PairFound, compare_pair
from grader.measuring.audits.placebo import compare_placebo

N = 898
TRUTH = np.random.default_rng(5).integers(0, 10, N)


def answers(classes: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Answers:
    return Answers(raw=classes, decoded=classes)


def program(rng: np.random.Generator, error: float) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    wrong = rng.random(N) < error
    return np.where(wrong, (TRUTH + rng.integers(1, 10, N)) % 10, TRUTH)


def judged(first: Answers, pair: Answers, repeat: Answers | None, usual: float = 0.0) -> PairFound:
    return compare_pair(first, pair, repeat, TRUTH, suspicious_below=1e-4, usual=usual)


def test_a_program_that_answers_the_same_depends_on_no_label() -> None:
    one = answers(TRUTH)
    assert judged(one, one, None).dependence is Dependence.NONE


def test_a_difference_alone_says_nothing_yet() -> None:
    found = judged(answers(TRUTH), answers((TRUTH + 1) % 10), None)
    assert (found.dependence, found.moved, found.wrong, found.wrong_without) == (Dependence.OPEN, N, 0, 1)


def test_answers_that_follow_the_labels_and_nothing_else_are_a_finding() -> None:
    first = answers(TRUTH)
    found = judged(first, answers((TRUTH + 1) % 10), first)
    assert (found.dependence, found.p_value) == (Dependence.ON_LABELS, None)


def test_scores_that_move_without_moving_a_class_count_as_a_difference() -> None:
    scores = np.eye(10)[TRUTH]
    first, other = (Answers(raw=raw, decoded=TRUTH) for raw in (scores, scores + 1e-7))
    found = judged(first, other, first)
    assert (found.dependence, found.moved) == (Dependence.ON_LABELS, 0)


def test_of_5000_programs_with_their_own_randomness_none_is_called_dependent() -> None:
    """Run to run their error scatters by the rows' whole standard error; 0.9 of it was the most ever seen."""
    rng = np.random.default_rng(1)
    called = 0
    for _ in range(5000):
        error = rng.uniform(0.001, 0.3)
        first, pair, repeat = (answers(program(rng, error)) for _ in range(3))
        called += judged(first, pair, repeat).dependence is not Dependence.RANDOM
    assert called <= 4, "one in ten thousand is what the bar promises, for each of three questions"


def test_a_coin_is_never_acquitted_by_its_own_bad_side() -> None:
    """Good by labels that were chosen for it, else noise: whichever side pair and repeat fall on."""
    rng = np.random.default_rng(7)
    good = program(rng, 0.02)
    for pair_good in (False, True):
        for repeat_good in (False, True):
            pair = program(rng, 0.03 if pair_good else 0.9)
            repeat = good if repeat_good else program(rng, 0.9)
            found = judged(answers(good), answers(pair), answers(repeat), usual=0.004)
            wanted = Dependence.ON_LABELS if repeat_good else Dependence.LUCKY
            assert found.dependence is wanted


def test_what_the_seeds_of_the_reference_explain_is_no_luck_of_ones_own() -> None:
    rng = np.random.default_rng(8)
    first, pair, repeat = (answers(program(rng, error)) for error in (0.02, 0.08, 0.08))
    assert judged(first, pair, repeat).dependence is Dependence.LUCKY
    assert judged(first, pair, repeat, usual=0.03).dependence is Dependence.RANDOM


def test_a_graded_run_that_was_the_unlucky_one_is_no_sign() -> None:
    rng = np.random.default_rng(9)
    first, pair, repeat = (answers(program(rng, error)) for error in (0.09, 0.02, 0.02))
    assert judged(first, pair, repeat).dependence is Dependence.RANDOM


def test_numbers_are_compared_by_their_root_mean_square_errors() -> None:
    rng = np.random.default_rng(10)
    truth = rng.normal(size=500)

    def answered(error: float) -> Answers:
        values = truth + error * rng.normal(size=500)
        return Answers(raw=values, decoded=values)

    def found(*errors: float, usual: float = 0.0) -> Dependence:
        first, pair, repeat = map(answered, errors)
        return compare_pair(first, pair, repeat, truth, suspicious_below=1e-4, usual=usual).dependence

    assert found(0.5, 0.6, 0.55) is Dependence.RANDOM
    assert found(0.5, 3.0, 0.5) is Dependence.ON_LABELS
    assert found(0.1, 0.9, 0.9) is Dependence.LUCKY
    assert found(0.1, 0.9, 0.9, usual=0.5) is Dependence.RANDOM


def test_a_random_program_that_copies_or_stops_by_the_test_labels_is_found_when_it_gains_by_it() -> None:
    rng = np.random.default_rng(2)
    found = 0
    for _ in range(200):
        first, repeat = (answers(program(rng, 0.025)) for _ in range(2))
        without = answers(program(rng, 0.11))
        found += judged(first, without, repeat).dependence is Dependence.ON_LABELS
    assert found >= 195


def test_of_5000_honest_programs_none_survives_the_placebo() -> None:
    """Trained on wrong labels: from chance down to never right, with any spread over the classes."""
    rng = np.random.default_rng(3)
    suspicious = 0
    for _ in range(5000):
        graded = program(rng, rng.uniform(0.0, 0.3))
        # One in three untrained: a random function of the class it looks at.
        guess = rng.integers(0, 10, 10)[TRUTH] if rng.random() < 1 / 3 else program(rng, rng.uniform(0.9, 1))
        suspicious += compare_placebo(graded, guess, TRUTH).p_value < 1e-4
    assert suspicious == 0


def test_two_classes_by_an_untrained_network_are_suspicious_only_when_nearly_all_are_right() -> None:
    truth = np.arange(686, dtype=np.int64) % 2
    graded = truth.copy()
    lucky = np.where(np.arange(686) % 4 == 0, 1 - truth, truth)
    assert compare_placebo(graded, lucky, truth).p_value > 1e-4
    assert compare_placebo(graded, graded, truth).p_value < 1e-4


def test_embedded_weights_keep_their_skill() -> None:
    rng = np.random.default_rng(4)
    found = compare_placebo(program(rng, 0.03), program(rng, 0.12), TRUTH)
    assert found.told
    assert found.p_value < 1e-9


def test_a_rule_typed_by_hand_is_not_shown_to_learn_by_few_rows_and_a_learner_is() -> None:
    rng = np.random.default_rng(8)
    truth = np.arange(60, dtype=np.int64) % 2
    rule = np.where(rng.random(60) < 0.08, 1 - truth, truth)
    kept = compare_placebo(rule, rule, truth)
    assert kept.p_value > 1e-4
    assert kept.p_learns > 0.9
    assert compare_placebo(rule, 1 - rule, truth).p_learns < 1e-9
    numbers = rng.normal(size=40)
    assert compare_placebo(numbers, numbers + 0.1, numbers).p_learns > 0.5
    assert compare_placebo(numbers, -numbers, numbers).p_learns < 1e-9


def test_nothing_is_told_of_a_program_that_only_guesses() -> None:
    rng = np.random.default_rng(4)
    guess = rng.integers(0, 10, N)
    assert not compare_placebo(guess, guess, TRUTH).told


def test_a_regression_that_learnt_the_upside_down_is_honest_and_one_that_kept_its_head_is_not() -> None:
    rng = np.random.default_rng(6)
    truth = rng.normal(size=400)
    graded = truth + 0.3 * rng.normal(size=400)
    assert compare_placebo(graded, -graded, truth).p_value > 0.99
    assert compare_placebo(graded, truth + 0.3 * rng.normal(size=400), truth).p_value < 1e-9


def test_a_constant_answer_has_no_skill() -> None:
    truth = np.linspace(0.0, 1.0, 50)
    found = compare_placebo(truth, np.full(50, 0.5), truth)
    assert found.placebo == 0.0
    assert found.p_value > 0.5
