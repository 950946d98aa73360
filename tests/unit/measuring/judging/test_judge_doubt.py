"""Copied labels, an audit in doubt, and what is withheld where nobody can tell."""

from dataclasses import replace
from decimal import Decimal

import pytest

from grader.measuring.judging.facts import Replay
from grader.measuring.judging.judge import gather
from grader.measuring.judging.more_runs import more_runs_wanted
from grader.model.assignment import Labels, OnClose, VerdictSpec
from grader.model.check import Outcome
from grader.model.evidence import Fit
from grader.model.message import Text
from grader.model.result import Verdict
from grader.model.run import RunStatus
from tests.unit.measuring.judging.judged import (
    CLOSE,
    DENSE,
    MNIST,
    judged,
    measured,
    only,
)
from tests.unit.measuring.made import (
    KINDS,
    METRICS,
    assignment,
    counted,
    error_check,
    report,
    run,
    run_facts,
)

WATCHED = Fit(epochs=3, seconds=1.0, history={}, on_test_rows=True)


def test_a_course_may_withhold_the_points_of_what_is_too_close() -> None:
    asked = assignment(error_check(0.0161), on_close=OnClose.REVIEW)
    found = judged(asked, *[measured(wrong) for wrong in CLOSE], baseline=MNIST)
    assert (found.verdict, found.points) == (Verdict.INCONCLUSIVE, Decimal(0))
    assert only(found).message.code == "GR251"
    assert "withheld until a person decides." in only(found).message.en
    assert "retidos até uma pessoa decidir." in only(found).message.pt


def test_an_easier_step_that_is_clearly_met_is_not_withheld() -> None:
    asked = assignment(error_check(0.0161, partial=((0.025, 3),)), on_close=OnClose.REVIEW)
    found = judged(asked, *[measured(wrong) for wrong in CLOSE], baseline=MNIST)
    assert (found.verdict, found.points) == (Verdict.INCONCLUSIVE, Decimal(3))
    assert "but for 3 of 6 for an easier step that is clearly met" in only(found).message.en


def test_an_easier_step_too_close_to_call_is_withheld_too() -> None:
    asked = assignment(error_check(0.0161, partial=((0.025, 3), (0.05, 1))), on_close=OnClose.REVIEW)
    found = judged(asked, measured(246), baseline=MNIST)
    assert (found.verdict, found.points) == (Verdict.FAILED, Decimal(1))
    assert only(found).message.code == "GR252"
    assert judged(asked, measured(190), baseline=MNIST).points == 3


@pytest.mark.parametrize(
    ("wrong", "wanted"), [([150], True), ([110], False), ([165] * 4, True), ([165] * 5, False)]
)
def test_where_closeness_costs_the_points_runs_go_on_until_it_is_settled(
    wrong: list[int],
    wanted: bool,  # noqa: FBT001 - a case
) -> None:
    check = error_check(0.0161)
    asked = assignment(check, on_close=OnClose.REVIEW)
    facts = gather(asked, [measured(w) for w in wrong], metrics=METRICS, kinds=KINDS, baseline=MNIST)
    assert more_runs_wanted(facts) is wanted


def test_copied_labels_fail_and_the_page_says_why() -> None:
    why = Text("repete rótulos trocados", "repeats changed labels")
    watching = report(fits=(WATCHED,))
    found = judged(assignment(error_check(0.0161)), measured(204, said=watching), copied=why, baseline=MNIST)
    assert (found.verdict, found.points) == (Verdict.FAILED, Decimal(0))
    assert "repeats changed labels" in only(found).message.en


def test_a_failure_of_a_program_that_validated_on_test_rows_is_for_a_person() -> None:
    watching = report(fits=(WATCHED,))
    found = judged(assignment(error_check(0.0161)), measured(300, said=watching), baseline=MNIST)
    assert (found.verdict, found.points) == (Verdict.INCONCLUSIVE, Decimal(0))
    assert "validation_data" in only(found).message.en
    unmarked = assignment(error_check(0.0161), labels=Labels.NONE)
    assert judged(unmarked, measured(300, said=watching), baseline=MNIST).verdict is Verdict.FAILED


def test_validation_on_test_rows_that_nothing_looks_at_leaves_a_failure_one_and_a_pass_one() -> None:
    shown = report(fits=(replace(WATCHED, only_shown=True),))
    failed = judged(assignment(error_check(0.0161)), measured(300, said=shown), baseline=MNIST)
    assert failed.verdict is Verdict.FAILED
    assert "validation_data" not in only(failed).message.en
    assert judged(assignment(error_check(0.0161)), measured(110, said=shown), baseline=MNIST).points == 6


@pytest.mark.parametrize(
    ("wrong", "wanted"),
    [([110], False), ([300], False), ([150], False), ([165], True), ([165] * 5, False), ([245], True)],
)
def test_another_run_is_wanted_only_while_it_can_change_the_points(wrong: list[int], wanted: bool) -> None:  # noqa: FBT001 - a case
    check = error_check(0.0161, partial=((0.025, 3),))
    facts = gather(
        assignment(check), [measured(w) for w in wrong], metrics=METRICS, kinds=KINDS, baseline=MNIST
    )
    assert more_runs_wanted(facts) is wanted


def test_a_run_that_met_a_limit_is_not_tried_again_though_it_delivered() -> None:
    close = counted("error_rate", 165, 10_000)
    for status, wanted in ((RunStatus.OK, True), (RunStatus.TIMEOUT, False), (RunStatus.MEMORY, False)):
        facts = gather(
            assignment(error_check(0.0161)),
            [run_facts(close, ended=run(status))],
            metrics=METRICS,
            kinds=KINDS,
            baseline=MNIST,
        )
        assert more_runs_wanted(facts) is wanted, status


def test_copied_labels_earn_nothing_for_a_model_that_did_not_make_them() -> None:
    copied = Text("copiou", "copied")
    replay = Replay(layers=("InputLayer", "Dense"), agreement=0.2)
    found = only(judged(assignment(DENSE), measured(0, replay=replay), copied=copied))
    assert (found.outcome, found.points) == (Outcome.INCONCLUSIVE, Decimal(0))
    assert "withheld" in found.message.en


def test_copied_labels_keep_no_points_for_being_close() -> None:
    copied = Text("copiou", "copied")
    runs = [measured(wrong) for wrong in (156, 176, 179, 163, 141)]
    found = judged(assignment(error_check(0.0161)), *runs, copied=copied, baseline=MNIST)
    assert (found.verdict, found.points) == (Verdict.INCONCLUSIVE, Decimal(0))
    assert only(found).message.code == "GR227"
    assert "withheld until a person decides." in only(found).message.en
    assert "copied" in only(found).message.en


def test_copied_labels_earn_a_step_only_when_it_is_clearly_met() -> None:
    copied = Text("copiou", "copied")
    asked = assignment(error_check(0.0161, partial=((0.0245, 3), (0.05, 1))))
    assert judged(asked, measured(246), baseline=MNIST).points == 3
    assert judged(asked, measured(246), copied=copied, baseline=MNIST).points == 1
    assert judged(asked, measured(110), copied=copied, baseline=MNIST).points == 6


@pytest.mark.parametrize(("on_close", "points"), [(OnClose.BENEFIT, 6), (OnClose.REVIEW, 0)])
@pytest.mark.parametrize("errors", [50, 161])
def test_an_audit_in_doubt_leaves_a_met_bar_to_a_person(on_close: OnClose, points: int, errors: int) -> None:
    doubt = Text("dúvida", "doubt")
    asked = replace(assignment(error_check(0.0161)), verdict=VerdictSpec(on_close=on_close))
    found = judged(asked, measured(errors), doubted=doubt, baseline=MNIST)
    assert (found.verdict, found.points) == (Verdict.INCONCLUSIVE, Decimal(points))
    assert "doubt" in only(found).message.en


def test_an_audit_in_doubt_saves_nobody_who_fails() -> None:
    doubt = Text("dúvida", "doubt")
    found = judged(assignment(error_check(0.0161)), measured(600), doubted=doubt, baseline=MNIST)
    assert (found.verdict, found.points) == (Verdict.FAILED, Decimal(0))
