from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from grader.measuring.audits.canary import CanaryAgreement, _so_many_or_more, canary_agreement, copied_labels
from grader.measuring.audits.significance import most_suspicious
from grader.measuring.audits.training import (
    implausible_training,
    is_untrained,
    trained_on_test_rows,
    untrained,
)
from grader.model.evidence import Fit
from grader.model.submission import Severity
from tests.unit.measuring.made import report, run


def served(n: int, flips: int, seed: int, classes: int = 10) -> Any:
    """True labels, served labels with ``flips`` canaries, and which rows these are."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, classes, n)
    canaries = np.zeros(n, dtype=bool)
    canaries[chance.choice(n, flips, replace=False)] = True
    labels = truth.copy()
    labels[canaries] = (truth[canaries] + chance.integers(1, classes, flips)) % classes
    return truth, labels, canaries


def mistaken(truth: Any, error: float, seed: int, classes: int = 10) -> Any:
    """Predictions of an honest program that is wrong on a share of the rows."""
    chance = np.random.default_rng(seed)
    wrong = chance.random(len(truth)) < error
    return np.where(wrong, (truth + chance.integers(1, classes, len(truth))) % classes, truth)


def test_a_program_that_copies_the_served_labels_agrees_with_all_of_them() -> None:
    truth, labels, canaries = served(10_000, 200, 1)
    found = canary_agreement(labels, labels, truth, canaries)
    assert (found.agreed, found.canaries) == (200, 200)
    assert found.p_value < 1e-100
    finding = copied_labels(found)
    assert finding is not None
    assert (finding.code, finding.severity) == ("GR402", Severity.REVIEW)
    assert finding.p_value == found.p_value
    assert "200 of 200" in finding.message.en
    assert "melhor que o medido" in finding.message.pt


def test_banknote_copied_is_seen_with_ten_canaries() -> None:
    truth, labels, canaries = served(686, 10, 2, classes=2)
    assert copied_labels(canary_agreement(labels, labels, truth, canaries)) is not None


@pytest.mark.parametrize("error", [0.0, 0.0163, 0.05, 0.3, 0.9])
def test_honest_programs_are_left_alone_however_wrong(error: float) -> None:
    truth, labels, canaries = served(10_000, 200, 3)
    found = canary_agreement(mistaken(truth, error, 4), labels, truth, canaries)
    assert copied_labels(found) is None
    assert found.p_value > 1e-3


def test_false_alarms_are_as_rare_as_the_p_value_says() -> None:
    """Simulated: honest programs of 2 to 40 % error on 2,000 rows with 40 canaries."""
    below = 0
    for seed in range(1000):
        truth, labels, canaries = served(2000, 40, seed)
        honest = mistaken(truth, 0.02 + 0.38 * (seed % 20) / 19, seed + 10_000)
        below += canary_agreement(honest, labels, truth, canaries).p_value < 0.01
    assert below <= binom.ppf(0.9999, 1000, 0.01)


def test_a_program_that_always_confuses_two_classes_is_no_copier() -> None:
    truth, labels, canaries = served(2000, 40, 5, classes=2)
    upside_down = 1 - truth  # wrong on every row, so it agrees with every flip
    found = canary_agreement(upside_down, labels, truth, canaries)
    assert found.agreed == 40
    assert copied_labels(found) is None


@given(st.integers(0, 40))
def test_more_agreement_is_never_less_suspicious(agreed: int) -> None:
    truth, labels, canaries = served(2000, 40, 6)
    rows = np.flatnonzero(canaries)
    some, more = truth.copy(), truth.copy()
    some[rows[:agreed]] = labels[rows[:agreed]]
    more[rows[: agreed + 1]] = labels[rows[: agreed + 1]]
    fewer = canary_agreement(some, labels, truth, canaries)
    assert canary_agreement(more, labels, truth, canaries).p_value <= fewer.p_value
    assert 0 <= fewer.p_value <= 1


def test_classes_that_no_label_has_do_no_harm() -> None:
    truth, labels, canaries = served(500, 20, 7)
    found = canary_agreement(np.full(500, -1), labels, truth, canaries)
    assert found.agreed == 0
    assert found.p_value == pytest.approx(1)


def test_canaries_that_are_not_flipped_are_a_mistake_of_ours() -> None:
    truth, labels, canaries = served(100, 5, 8)
    with pytest.raises(ValueError, match="not the true one"):
        canary_agreement(truth, truth, truth, canaries)
    with pytest.raises(ValueError, match="not the true one"):
        canary_agreement(truth, labels, truth, np.zeros(100, dtype=bool))


def test_chance_is_no_finding() -> None:
    assert copied_labels(CanaryAgreement(agreed=3, canaries=200, expected=1.0, p_value=0.08)) is None


def test_test_rows_in_fit_are_a_finding_that_names_the_calls() -> None:
    clean = Fit(epochs=1, seconds=1, history={}, on_test_rows=False)
    watching = Fit(epochs=9, seconds=1, history={}, on_test_rows=True)
    assert trained_on_test_rows(report(fits=(clean,))) is None
    finding = trained_on_test_rows(report(fits=(clean, watching)))
    assert finding is not None
    assert finding.severity is Severity.REVIEW
    assert "no. 2)" in finding.message.en


def test_test_rows_that_nothing_looks_at_are_an_information() -> None:
    shown = Fit(epochs=9, seconds=1, history={}, on_test_rows=True, only_shown=True)
    watching = Fit(epochs=9, seconds=1, history={}, on_test_rows=True)
    finding = trained_on_test_rows(report(fits=(shown,)))
    assert finding is not None
    assert (finding.severity, finding.code) == (Severity.INFO, "GR418")
    both = trained_on_test_rows(report(fits=(shown, watching)))
    assert both is not None
    assert (both.severity, both.code) == (Severity.REVIEW, "GR401")
    assert "no. 2)" in both.message.en


TRAINED = Fit(epochs=2, seconds=1, history={}, on_test_rows=False)
IDLE = Fit(epochs=0, seconds=1, history={}, on_test_rows=False)


@pytest.mark.parametrize("fits", [(), (IDLE,)])
def test_predictions_without_any_training_are_for_a_person(fits: tuple[Fit, ...]) -> None:
    finding = untrained(report(fits=fits), delivered=True)
    assert finding is not None
    assert (finding.code, finding.severity) == ("GR403", Severity.REVIEW)
    assert "any Keras fit" in finding.message.en
    assert "nenhum fit do Keras" in finding.message.pt
    assert is_untrained(finding)
    assert untrained(report(fits=fits), delivered=False) is None
    assert untrained(report(fits=(*fits, TRAINED)), delivered=True) is None


def test_training_in_less_time_than_an_import_takes_is_for_a_person() -> None:
    said = report(fits=(TRAINED,))
    finding = implausible_training(run(cpu_seconds=0.4), said)
    assert finding is not None
    assert (finding.code, finding.severity) == ("GR404", Severity.REVIEW)
    assert "0.4 s" in finding.message.en
    assert "0,4 s" in finding.message.pt
    assert implausible_training(run(cpu_seconds=1.0), said) is None
    assert implausible_training(run(cpu_seconds=0.4), report()) is None
    assert implausible_training(run(cpu_seconds=0.4), report(fits=(IDLE,))) is None


def agreement(p_value: float, agreed: int = 3) -> CanaryAgreement:
    return CanaryAgreement(agreed=agreed, canaries=200, expected=1.0, p_value=p_value)


def test_of_several_runs_the_most_suspicious_counts_at_the_price_of_all_looks() -> None:
    assert most_suspicious([]) is None
    found = most_suspicious([agreement(0.3), agreement(3e-5, 150), agreement(0.9)])
    assert found is not None
    assert found.agreed == 150
    assert found.p_value == pytest.approx(9e-5)
    assert copied_labels(found) is not None
    more = most_suspicious([agreement(3e-5), *[agreement(0.5)] * 4])
    assert more is not None
    assert copied_labels(more) is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_a_corrected_p_value_is_still_one(chances: list[float]) -> None:
    found = most_suspicious([agreement(chance) for chance in chances])
    assert found is not None
    assert min(chances) <= found.p_value <= 1


@given(st.integers(0, 40), st.floats(0, 1))
def test_equal_chances_are_a_binomial(agreed: int, chance: float) -> None:
    tail = _so_many_or_more(agreed, np.full(40, chance))
    assert tail == pytest.approx(binom.sf(agreed - 1, 40, chance), abs=1e-12)


def test_a_tail_too_small_for_one_minus_the_rest_is_no_zero() -> None:
    assert 0 < _so_many_or_more(30, np.full(500, 1e-4)) < 1e-60
