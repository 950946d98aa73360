"""A search over settings: enough trials, enough different settings, a best one beyond noise."""

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.coursefiles.contradictions import contradictions
from grader.measuring.checks.trials import Spec, TrialsKind
from grader.measuring.evidence.trials import read_trials
from grader.model.ask import Ask
from grader.model.check import CheckResult, Outcome
from grader.readers.refused import Refused
from tests.unit.coursefiles.written import KNOWN
from tests.unit.measuring.judging.judged import judged, only
from tests.unit.measuring.made import assignment, run_facts


def answer(rows: Any, *, default_scores: object = None, **asked: Any) -> CheckResult:
    check = Spec(id="search", kind="trials", points=Decimal(2), **asked)
    table = rows if isinstance(rows, Refused) else tuple(rows)
    facts = run_facts(trials={"trials": table}, values={"default_scores": default_scores})
    return only(judged(assignment(check, sources=()), facts))


def searched(*scores: Any) -> list[dict[str, Any]]:
    return [{"units": 2**number, "score": score} for number, score in enumerate(scores)]


def test_trials_without_a_score_and_settings_that_repeat_do_not_count() -> None:
    assert answer(searched(0.1, 0.2, 0.3), at_least=3).outcome is Outcome.PASSED
    for odd in (None, float("nan"), "0.3", True, [1, 2], 10**400):
        assert answer(searched(0.1, 0.2, odd), at_least=3).outcome is Outcome.FAILED
    said = answer([{"units": 8, "score": s} for s in (1, 2, 3)], at_least=3, distinct=2).message
    assert "3 with a score (score), of 1 different setting; needed are 3, of 2." in said.en
    assert "em 1 configuração diferente; são pedidas 3, em 2." in said.pt


def test_the_columns_of_a_setting_and_of_a_score_may_be_named() -> None:
    rows = [{"units": 8, "seconds": n, "val_accuracy": 0.5} for n in range(4)]
    asked: dict[str, Any] = {"at_least": 2, "score": ("score", "val_accuracy")}
    assert answer(rows, **asked).outcome is Outcome.PASSED
    assert answer(rows, settings=("units",), **asked).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("scores", "default", "better", "outcome"),
    [
        ((0.80, 0.90), [0.80, 0.82, 0.81], "higher", Outcome.PASSED),
        ((0.80, 0.82), [0.80, 0.82, 0.81], "higher", Outcome.FAILED),
        ((0.20, 0.10), np.array([0.19, 0.21]), "lower", Outcome.PASSED),
        ((0.20, 0.19), [0.19, 0.21], "lower", Outcome.FAILED),
        ((0.80, 0.90), 0.85, "higher", Outcome.PASSED),
        ((0.80, 0.90), "0.85", "higher", Outcome.FAILED),
        ((0.80, 0.90), [], "higher", Outcome.FAILED),
    ],
)
def test_the_best_must_beat_the_default_by_more_than_its_noise(
    scores: tuple[float, ...], default: object, better: Any, outcome: Outcome
) -> None:
    found = answer(searched(*scores), default="default_scores", default_scores=default, better=better)
    assert found.outcome is outcome, found.message.en


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6), st.integers(1, 8))
def test_a_trial_more_never_takes_a_pass_away(scores: list[float], needed: int) -> None:
    before, after = (answer(searched(*s), at_least=needed).points for s in (scores, [*scores, 0.5]))
    assert after >= before


def test_no_table_is_told_with_what_would_be_one() -> None:
    said = {"trials": {"value": [1, 2]}, "study": {"why": "absent"}}
    read = read_trials(json.dumps({"values": said}).encode(), ["trials", "study"])
    assert isinstance(read["trials"], Refused)
    found = answer(read["trials"])
    assert "trials is no table of trials: a list with a dict for each trial" in found.message.en
    assert "não é uma tabela de tentativas" in found.message.pt
    assert isinstance(read["study"], Refused)


def test_the_table_and_the_scores_of_the_default_are_asked_for() -> None:
    check = Spec(id="s", kind="trials", names=("study",), default="base")
    asks = Ask(kind="trials", names=("study",)), Ask(kind="values", names=("base",))
    assert TrialsKind().needs(check) == asks


def test_more_settings_than_trials_are_a_mistake() -> None:
    raw = {"check": [{"id": "s", "kind": "trials", "at_least": 3, "distinct": 4}]}
    found = [m.en for m in contradictions(raw, "a.toml", KNOWN)]
    assert any("check.s.distinct: distinct asks for 4 settings of 3 trials" in m for m in found), found
