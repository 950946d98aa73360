from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from grader.measuring.checks import claim as claim_kind
from grader.measuring.checks import runs
from grader.measuring.claims.statements import Statement
from grader.measuring.judging.facts import Facts
from grader.measuring.judging.judge import gather, judge
from grader.measuring.judging.stated_result import claim_of, hold_against, overstated
from grader.model.check import Outcome
from grader.model.evidence import Fit
from grader.model.metric import MetricSummary
from grader.model.submission import Severity
from tests.unit.measuring.made import (
    KINDS,
    METRICS,
    assignment,
    baseline,
    counted,
    error_check,
    report,
    run_facts,
)

CLAIM = claim_kind.Spec(id="claim", kind="claim", points=Decimal(1))
MNIST = baseline("error_rate", 0.0118, sd=0.0010)
CASES = 5_000


def stated(share: float, **changed: Any) -> Statement:
    known: dict[str, Any] = {
        "error": True,
        "value": share,
        "half": 0.00005,
        "on_test": True,
        "where": "mlp2.py:38",
        "by_hand": True,
        "compared": True,
        "printed": False,
    }
    return Statement(**(known | changed))


def facts(
    claim: Statement | None,
    *wrong: int,
    n: int = 10_000,
    metric: str = "error_rate",
    fits: tuple[Fit, ...] = (),
) -> Facts:
    runs = [run_facts(counted(metric, count, n), said=report(fits=fits)) for count in wrong]
    bar = replace(error_check(0.0161), metric=metric)
    return gather(assignment(bar, CLAIM), runs, metrics=METRICS, kinds=KINDS, baseline=MNIST, stated=claim)


def answered(claim: Statement | None, *wrong: int, **changed: Any) -> tuple[Outcome, int, str | None]:
    found = facts(claim, *wrong, **changed)
    result = KINDS["claim"].answer(found, CLAIM)
    return result.outcome, int(result.points), result.message.code


def test_a_figure_that_agrees_passes() -> None:
    assert answered(stated(0.0152), 163) == (Outcome.PASSED, 1, "GR270")
    assert overstated(facts(stated(0.0152), 163)) is None


def test_a_figure_better_than_noise_explains_fails_and_is_found() -> None:
    assert answered(stated(0.005), 352) == (Outcome.FAILED, 0, "GR271")
    finding = overstated(facts(stated(0.005), 352))
    assert finding is not None
    assert (finding.code, finding.severity) == ("GR410", Severity.REVIEW)
    assert finding.p_value is not None
    assert finding.p_value < 0.00135
    assert "stated 0.50 % (mlp2.py:38), measured 3.52 %" in finding.message.en
    assert "declarado 0,50 % (mlp2.py:38), medido 3,52 %" in finding.message.pt


def test_a_figure_worse_than_noise_explains_keeps_its_points_for_a_person_to_look_at() -> None:
    assert answered(stated(0.15), 163) == (Outcome.INCONCLUSIVE, 1, "GR272")
    assert overstated(facts(stated(0.15), 163)) is None


def test_nothing_stated_fails_and_says_how_to_state_it() -> None:
    found = facts(None, 163)
    result = KINDS["claim"].answer(found, CLAIM)
    assert result.outcome is Outcome.FAILED
    assert result.points == 0
    assert result.message.code == "GR273"
    assert "# erro de teste: 1,52 %" in result.message.pt
    assert claim_of(found) is None


def test_a_figure_that_only_the_graded_run_prints_is_not_compared() -> None:
    printed = stated(0.005, printed=True, compared=False, where="stdout:4")
    assert answered(printed, 352) == (Outcome.FAILED, 0, "GR274")
    assert overstated(facts(printed, 352)) is None
    claim = claim_of(facts(printed, 352))
    assert claim is not None
    assert claim.printed


def test_a_word_with_two_meanings_is_not_compared() -> None:
    loose = stated(0.005, compared=False)
    assert answered(loose, 352) == (Outcome.FAILED, 0, "GR275")
    assert overstated(facts(loose, 352)) is None


def test_a_program_disturbed_by_changed_labels_is_not_accused() -> None:
    watched = (Fit(epochs=3, seconds=1.0, history={}, on_test_rows=True),)
    assert answered(stated(0.005), 352, fits=watched) == (Outcome.INCONCLUSIVE, 1, "GR276")
    assert overstated(facts(stated(0.005), 352, fits=watched)) is None


def test_an_accuracy_is_held_against_a_measured_error_and_told_as_one() -> None:
    accuracy = stated(0.985, error=False)
    assert answered(accuracy, 163)[0] is Outcome.PASSED
    claim = claim_of(facts(accuracy, 163))
    assert claim is not None
    assert (claim.metric, claim.value, claim.where) == ("error_rate", 0.015, "mlp2.py:38")


def test_an_error_is_held_against_a_measured_accuracy() -> None:
    assert answered(stated(0.005), 352, metric="accuracy")[0] is Outcome.FAILED
    assert answered(stated(0.0352), 352, metric="accuracy")[0] is Outcome.PASSED
    claim = claim_of(facts(stated(0.005), 352, metric="accuracy"))
    assert claim is not None
    assert (claim.metric, claim.value) == ("accuracy", 0.995)


def test_a_rounded_figure_is_taken_at_its_kindest() -> None:
    assert answered(stated(0.02, half=0.005), 240)[0] is Outcome.PASSED
    assert answered(stated(0.02, half=0.005), 380)[0] is Outcome.FAILED


def test_more_runs_make_the_comparison_finer() -> None:
    few = hold_against(stated(0.01), summary([160]), MNIST)
    many = hold_against(stated(0.01), summary([160] * 5), MNIST)
    assert many.noise < few.noise


def test_a_perfect_program_and_a_perfect_claim_agree() -> None:
    assert answered(stated(0.0), 0)[0] is Outcome.PASSED


def test_a_claim_does_not_rescue_a_program_that_delivered_nothing() -> None:
    asked = assignment(CLAIM, runs.Spec(id="runs", kind="runs", points=Decimal(1)))
    found = facts(stated(0.01))
    judged = judge(gather(asked, [run_facts()], metrics=METRICS, kinds=KINDS, stated=found.stated))
    assert judged.checks[0].outcome is Outcome.ERRORED  # nothing measured: ours to explain, never a pass


def summary(wrong: Sequence[int], n: int = 10_000) -> MetricSummary:
    values = tuple(count / n for count in wrong)
    return MetricSummary(metric="error_rate", value=sum(values) / len(values), n=n, values=values)


def simulated(
    rows: int, share: float, spread: float, gain: float, chance: "np.random.Generator"
) -> list[bool]:
    """Whether a claim is found: a student's own run, told ``gain`` better, against one graded run.

    Each run's count of errors scatters by ``spread`` around the program's own, on the same rows.
    """
    found = []
    for _ in range(CASES):
        own, graded = np.clip(np.round(rows * chance.normal(share, spread, 2)), 0, rows)
        claim = stated(max(round(own / rows - gain, 4), 0.0))
        found.append(hold_against(claim, summary([int(graded)], rows), None).better)
    return found


@pytest.mark.parametrize(
    ("rows", "share", "spread"),
    [(10_000, 0.0163, 0.0011), (10_000, 0.11, 0.0045), (898, 0.035, 0.006), (686, 0.0015, 0.0011)],
    ids=["mnist", "fashion", "digits", "noisynote"],
)
def test_honest_claims_are_hardly_ever_found(rows: int, share: float, spread: float) -> None:
    """One honest run against another; ``spread`` as measured, or 0.85 of the rows' standard error."""
    found = simulated(rows, share, spread, 0.0, np.random.default_rng(rows))
    assert sum(found) / CASES <= 0.002


@pytest.mark.parametrize(
    ("rows", "share", "spread", "gain"),
    [(10_000, 0.0163, 0.0011, 0.011), (10_000, 0.11, 0.0045, 0.04), (898, 0.08, 0.008, 0.08)],
    ids=["mnist 1.63 told as 0.53", "fashion 11 told as 7", "digits 8 told as 0"],
)
def test_claims_far_from_the_truth_are_nearly_always_found(
    rows: int, share: float, spread: float, gain: float
) -> None:
    found = simulated(rows, share, spread, gain, np.random.default_rng(rows + 1))
    assert sum(found) / CASES >= 0.95
