from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.measuring.checks.scale import Scale
from grader.measuring.judging.facts import RunFacts
from grader.measuring.judging.judge import Judgement, gather, judge
from grader.measuring.judging.more_runs import more_runs_wanted
from grader.model.assignment import OnClose
from grader.model.check import CheckResult, Outcome
from grader.model.message import Text
from grader.model.metric import Measurement, Rule
from grader.model.result import Status, Verdict
from tests.unit.measuring.made import (
    KINDS,
    METRICS,
    assignment,
    baseline,
    counted,
    run_facts,
    scale_check,
)

REFERENCE = baseline("error_rate", 0.10, sd=0.0013)
FASHION = scale_check(0.16, margin=0.005)


def measured(*wrong: int) -> list[RunFacts]:
    return [run_facts(counted("error_rate", count, 10_000)) for count in wrong]


def judged(*wrong: int, check: Any = FASHION, **given: Any) -> Judgement:
    known: dict[str, Any] = {"metrics": METRICS, "kinds": KINDS, "baseline": REFERENCE, **given}
    rule, on_close = known.pop("rule", Rule.MEAN), known.pop("on_close", OnClose.BENEFIT)
    return judge(gather(assignment(check, rule=rule, on_close=on_close), measured(*wrong), **known))


def only(found: Judgement) -> CheckResult:
    (result,) = found.checks
    return result


@pytest.mark.parametrize(
    ("wrong", "points", "outcome"),
    [
        (1800, "0", Outcome.FAILED),
        (1600, "0", Outcome.INCONCLUSIVE),
        (1325, "2.5", Outcome.PASSED),
        (1180, "3.8", Outcome.PASSED),
        (1050, "5", Outcome.PASSED),
        (900, "5", Outcome.PASSED),
    ],
)
def test_points_lie_in_a_straight_line_between_the_simple_baseline_and_the_reference(
    wrong: int, points: str, outcome: Outcome
) -> None:
    found = only(judged(wrong))
    assert (found.points, found.outcome) == (Decimal(points), outcome)


def test_the_page_tells_both_ends_and_what_the_noise_may_move() -> None:
    message = only(judged(1180, 1190)).message
    assert "0 points from 16 % on, 5 points up to 10.50 % (" in message.en
    assert "the reference solution's mean with the margin of 0.50 %" in message.en
    assert "It earns 3.8 of 5 points (the noise of training may move this by ± 0.2)." in message.en
    assert "Vale 3,8 de 5 pontos (o ruído do treino pode mudar isso em ± 0,2)." in message.pt


def test_a_scale_may_end_at_a_number_of_its_own() -> None:
    found = only(judged(1100, check=scale_check(0.16, 0.10, points="2.25"), baseline=None))
    assert found.points == Decimal("1.9")
    assert "2.25 points up to 10 %" in found.message.en
    assert only(judged(900, check=scale_check(0.16, 0.10, points="2.25"))).points == Decimal("2.25")


def test_a_course_without_a_record_of_its_reference_grades_nobody_down() -> None:
    found = judged(1200, baseline=None)
    assert (found.status, found.points) == (Status.NOT_GRADED, None)
    assert "grader calibrate" in only(found).message.en


def test_a_reference_no_better_than_the_simple_baseline_is_the_courses_mistake() -> None:
    found = judged(1200, check=scale_check(0.10))
    assert found.status is Status.NOT_GRADED
    assert only(found).message.code == "GR254"


def test_a_metric_of_which_more_is_better_has_a_scale_too() -> None:
    check = replace(scale_check(0.5, 0.8), metric="r2")
    runs = [run_facts(Measurement(metric="r2", value=0.65, n=100))]
    found = judge(gather(assignment(check), runs, metrics=METRICS, kinds=KINDS))
    assert found.points == Decimal("2.5")


@pytest.mark.parametrize(
    ("wrong", "wanted"),
    [
        ([1200], True),
        ([1200, 1210], False),
        ([1000], False),
        ([1900], False),
        ([1100, 1400], True),
        ([1200] * 5, False),
    ],
)
def test_another_run_is_made_while_noise_may_move_a_twentieth_of_the_points(
    wrong: list[int],
    wanted: bool,  # noqa: FBT001 - a case
) -> None:
    facts = gather(assignment(FASHION), measured(*wrong), metrics=METRICS, kinds=KINDS, baseline=REFERENCE)
    assert more_runs_wanted(facts) is wanted


@pytest.mark.parametrize("rule", list(Rule))
@pytest.mark.parametrize("on_close", list(OnClose))
@given(st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 3000)), min_size=1, max_size=5))
@settings(max_examples=30)  # of each of many cases
def test_more_errors_in_any_run_never_earn_more(
    rule: Rule, on_close: OnClose, runs: list[tuple[int, int]]
) -> None:
    fewer = judged(*[few for few, _ in runs], rule=rule, on_close=on_close)
    more = judged(*[few + extra for few, extra in runs], rule=rule, on_close=on_close)
    assert fewer.points is not None
    assert more.points is not None
    assert 0 <= more.points <= fewer.points <= 5
    order = [Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.PASSED]
    assert fewer.verdict is not None
    assert more.verdict is not None
    assert order.index(more.verdict) <= order.index(fewer.verdict)


def test_what_an_audit_leaves_in_doubt_is_for_a_person() -> None:
    doubt = Text("dúvida", "doubt")
    kept = judged(1180, doubted=doubt)
    assert (kept.verdict, kept.points) == (Verdict.INCONCLUSIVE, Decimal("3.8"))
    withheld = judged(1180, doubted=doubt, on_close=OnClose.REVIEW)
    assert (withheld.verdict, withheld.points) == (Verdict.INCONCLUSIVE, Decimal(0))
    assert judged(1800, doubted=doubt).verdict is Verdict.FAILED


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.1))
def test_what_noise_may_move_is_never_more_than_all(start: float, value: float, half: float) -> None:
    scale = Scale(start=start + 0.01, full=start, points=Decimal(5))
    assert 0 <= scale.moved(value, half) <= 0.5
    assert 0 <= scale.earned(value) <= 5
