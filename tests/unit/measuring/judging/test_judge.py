from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.measuring.checks import figure, fit, metric, reference, runs
from grader.measuring.evidence.predictions import NothingDelivered
from grader.measuring.judging.facts import Facts, Replay, RunFacts
from grader.measuring.judging.judge import gather, judge
from grader.measuring.judging.more_runs import more_runs_wanted
from grader.model.assignment import OnClose
from grader.model.check import CheckResult, Outcome
from grader.model.evidence import Fit
from grader.model.message import Text
from grader.model.metric import Measurement, Rule, Unmeasured
from grader.model.result import Reason, Status, Verdict
from grader.model.run import RunStatus
from grader.plugins.interfaces import CheckKind
from grader.words import say
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
    error,
    error_check,
    report,
    run,
    run_facts,
)

RUNS = runs.Spec(id="runs", kind="runs", points=Decimal(1), required=False)


FIGURE = figure.Spec(id="figure", kind="figure", points=Decimal(1), required=False, at_least=2)


FIT = fit.Spec(id="fit", kind="fit", points=Decimal(1), required=True)


REFERENCE = reference.Spec(
    id="reference", kind="reference", points=Decimal(1), required=False, metric="error_rate", margin=0.005
)


NOTHING = NothingDelivered(reasons=())


TRAINED = Fit(epochs=3, seconds=1.0, history={}, on_test_rows=False)


def test_a_program_below_the_bar_passes_and_gets_the_points() -> None:
    found = judged(assignment(error_check(0.0161)), measured(110), baseline=MNIST)
    assert (found.status, found.verdict, found.points) == (Status.GRADED, Verdict.PASSED, Decimal(6))
    assert found.reason is None
    assert found.reason_message is None
    assert only(found).metric == "error_rate"
    assert "1.10 %; of 10,000 test rows that is 110 errors" in only(found).message.en
    assert "at most 160 errors in 10,000" in only(found).message.en


def test_the_bar_is_told_in_whole_rows() -> None:
    found = judged(assignment(error_check(0.002), runs_max=5), measured(6, 686))
    assert found.verdict is Verdict.FAILED
    message = only(found).message
    assert "0.87 %; of 686 test rows that is 6 errors" in message.en
    assert "below 0.20 %, that is at most 1 error in 686" in message.en
    assert "0,87 %; em 686 linhas de teste são 6 erros" in message.pt
    assert "no máximo 1 erro em 686" in message.pt


def test_too_close_keeps_the_points_and_says_so() -> None:
    runs = [measured(wrong) for wrong in (156, 176, 179, 163, 141)]
    found = judged(assignment(error_check(0.0161)), *runs, baseline=MNIST)
    assert (found.verdict, found.points) == (Verdict.INCONCLUSIVE, Decimal(6))
    assert only(found).message.code == "GR201"
    assert "mean of 5 runs" in only(found).message.en


@pytest.mark.parametrize("on_close", OnClose)
def test_where_few_test_rows_make_it_too_close_the_width_of_the_band_is_told(on_close: OnClose) -> None:
    few = [measured(wrong, 60) for wrong in (14, 16, 13, 15, 14)]
    told = only(judged(assignment(error_check(0.25), on_close=on_close), *few)).message
    assert told.key is not None
    assert "too-close" in told.key
    assert "The test rows are few (60): in up to 5 runs nothing nearer to the bar than 4.27 % can" in told.en
    assert "São poucas linhas de teste (60): em até 5 execuções" in told.pt
    many = [measured(wrong) for wrong in (156, 176, 179, 163, 141)]
    told = only(judged(assignment(error_check(0.0161), on_close=on_close), *many, baseline=MNIST)).message
    assert "rows are few" not in told.en


def test_a_tier_gives_part_of_the_points_and_the_check_still_fails() -> None:
    asked = assignment(error_check(0.0161, partial=((0.025, 3), (0.05, 1))))
    found = judged(asked, measured(200), baseline=MNIST)
    assert (found.verdict, found.points) == (Verdict.FAILED, Decimal(3))
    assert "earns 3 of 6 points" in only(found).message.en
    assert judged(asked, measured(400), baseline=MNIST).points == 1
    assert judged(asked, measured(900), baseline=MNIST).points == 0


@pytest.mark.parametrize("rule", list(Rule))
@pytest.mark.parametrize("on_close", list(OnClose))
@pytest.mark.parametrize("trust", ["none", "copied", "doubted", "repeats_itself"])
@given(st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 6000)), min_size=1, max_size=5))
@settings(max_examples=30)  # of each of many cases
def test_more_errors_in_any_run_never_earn_more(
    rule: Rule, on_close: OnClose, trust: str, runs: list[tuple[int, int]]
) -> None:
    checks = (error_check(0.0161, partial=((0.025, 3), (0.05, 1))), REFERENCE)
    asked = assignment(*checks, rule=rule, on_close=on_close)
    why: dict[str, Any] = {} if trust == "none" else {trust: Text("porque", "because")}
    if trust == "repeats_itself":
        why, runs = {trust: True}, runs[:1]
    fewer = judged(asked, *[measured(few) for few, _ in runs], baseline=MNIST, **why)
    more = judged(asked, *[measured(few + extra) for few, extra in runs], baseline=MNIST, **why)
    assert fewer.points is not None
    assert more.points is not None
    assert 0 <= more.points <= fewer.points <= 7
    order = [Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.PASSED]
    assert fewer.verdict is not None
    assert more.verdict is not None
    assert order.index(more.verdict) <= order.index(fewer.verdict)


STEPS = error_check(0.002, partial=((0.0095, 3),))
"""Of 686 rows at most 1 error, and at most 6 for the step."""


def test_a_step_given_as_benefit_of_the_doubt_is_called_so() -> None:
    found = judged(assignment(STEPS), measured(8, 686))
    assert (found.verdict, found.points, only(found).message.code) == (Verdict.FAILED, Decimal(3), "GR255")
    assert "benefit of the doubt" in only(found).message.en
    assert "benefício da dúvida" in only(found).message.pt
    reached = judged(assignment(STEPS), measured(1, 686), measured(2, 686), measured(2, 686))
    assert only(reached).message.code != "GR255"


@pytest.mark.parametrize("wrong", [7, 8, 10])
def test_a_program_that_repeats_itself_with_every_seed_is_settled(wrong: int) -> None:
    found = judged(assignment(STEPS), measured(wrong, 686), repeats_itself=True)
    assert (found.verdict, found.points, only(found).message.code) == (Verdict.FAILED, Decimal(0), "GR203")
    met = judged(assignment(STEPS), measured(6, 686), repeats_itself=True)
    assert (met.points, only(met).message.code) == (Decimal(3), "GR204")
    full = judged(assignment(STEPS), measured(1, 686), repeats_itself=True)
    assert (full.verdict, full.points) == (Verdict.PASSED, Decimal(6))


def test_a_model_file_that_does_not_load_earns_nothing_until_a_person_looked() -> None:
    replay = Replay(layers=LAYERS, why=say("saved-model-does-not-load"))
    found = only(judged(assignment(DENSE), measured(0, replay=replay)))
    assert (found.outcome, found.points, found.message.code) == (Outcome.INCONCLUSIVE, Decimal(0), "GR229")
    assert "does not load" in found.message.en
    too_large = Replay(layers=LAYERS, why=say("saved-model-out-of-memory", limit=512))
    assert only(judged(assignment(DENSE), measured(0, replay=too_large))).points == 2


def test_a_program_that_fixes_its_own_seed_keeps_its_noise() -> None:
    fixed = measured(8, 686, said=report(own_seed=True))
    found = judged(assignment(STEPS), fixed, repeats_itself=True)
    assert (found.points, only(found).message.code) == (Decimal(3), "GR255")


def rmse(value: float) -> RunFacts:
    return run_facts(Measurement(metric="rmse", value=value, n=4128))


RMSE = metric.Spec(
    id="rmse", kind="metric", points=Decimal(6), required=True, metric="rmse", below=0.65, above=None
)


@pytest.mark.parametrize(
    ("values", "code"),
    [((389.0,), "GR203"), ((0.9,), "GR203"), ((0.4,), "GR202"), ((0.7,), "GR201"), ((0.6, 9.0), "GR201")],
)
def test_without_a_record_one_run_far_from_a_bar_is_settled(values: tuple[float, ...], code: str) -> None:
    found = judged(assignment(RMSE), *[rmse(value) for value in values])
    assert only(found).message.code == code


def test_without_a_record_a_program_that_repeats_itself_is_settled_though_it_fixes_its_seed() -> None:
    one = replace(rmse(0.7), report=report(own_seed=True))
    assert only(judged(assignment(RMSE), one, repeats_itself=True)).message.code == "GR203"
    assert only(judged(assignment(RMSE), one)).message.code == "GR201"


@pytest.mark.parametrize(
    ("rule", "points", "told"),
    [
        (Rule.MEAN, 6, "mean of 5 runs"),
        (Rule.MEDIAN, 6, "median of 5 runs"),
        (Rule.BEST, 6, "1.41 % (the best of 5 runs"),
        (Rule.EACH, 0, "1.79 % (the worst of 5 runs, 10,000 test rows; every one must meet it)"),
    ],
)
def test_the_rule_makes_one_value_of_the_runs(rule: Rule, points: int, told: str) -> None:
    asked = assignment(error_check(0.0161), rule=rule)
    found = judged(asked, *[measured(wrong) for wrong in CLOSE], baseline=MNIST)
    assert found.points == points
    assert told in only(found).message.en
    assert found.metrics[0].rule is rule
    assert found.metrics[0].mean == pytest.approx(0.0163)


def test_the_reference_is_compared_by_means_whatever_the_rule() -> None:
    runs = [measured(wrong) for wrong in (100, 400, 400)]
    found = only(judged(assignment(REFERENCE, rule=Rule.BEST), *runs, baseline=MNIST))
    assert found.outcome is Outcome.FAILED
    assert "3 % (mean of 3 runs" in found.message.en


def test_a_program_does_not_come_nearer_to_the_reference_by_scattering() -> None:
    steady = only(judged(assignment(REFERENCE), measured(190), measured(195), baseline=MNIST))
    wild = only(judged(assignment(REFERENCE), measured(190), measured(3000), baseline=MNIST))
    assert steady.outcome is wild.outcome is Outcome.FAILED


def test_the_steps_may_stand_in_any_order() -> None:
    check = error_check(0.0161, partial=((0.05, 1), (0.025, 3)))
    facts = gather(assignment(check), [measured(245)], metrics=METRICS, kinds=KINDS, baseline=MNIST)
    assert more_runs_wanted(facts)


def test_nothing_delivered_is_failed_without_points_and_with_a_reason() -> None:
    drew = report(figures=5)
    asked = assignment(error_check(), DENSE, REFERENCE, RUNS, FIGURE)
    found = judged(asked, run_facts(said=drew, nothing=NOTHING))
    assert (found.status, found.verdict, found.points) == (Status.GRADED, Verdict.FAILED, Decimal(0))
    assert found.reason is Reason.NOTHING_DELIVERED
    assert found.reason_message is not None
    assert "QP, y_pred" in found.reason_message.en
    outcomes = [r.outcome for r in found.checks]
    assert outcomes == [Outcome.FAILED] * 3 + [Outcome.SKIPPED] * 2


def test_what_is_not_taken_is_refused_with_its_reason() -> None:
    why = Text("não é um arquivo comum", "not a plain file")
    nothing = NothingDelivered(reasons=(why,), refused=True)
    found = judged(assignment(error_check()), run_facts(nothing=nothing))
    assert (found.reason, found.points) == (Reason.REFUSED, Decimal(0))
    assert found.reason_message is not None
    assert "not a plain file" in found.reason_message.en


def test_an_assignment_that_asks_for_no_predictions_needs_none() -> None:
    found = judged(assignment(RUNS, FIGURE), run_facts(said=report(figures=2), nothing=NOTHING))
    assert (found.verdict, found.points, found.reason) == (Verdict.PASSED, Decimal(2), None)


def test_a_check_of_ours_that_raises_is_never_a_zero() -> None:
    class Broken(CheckKind[runs.Spec]):
        name = "runs"
        table = runs.Spec
        needs_predictions = False

        def answer(self, facts: Facts, spec: runs.Spec) -> CheckResult:  # noqa: ARG002 - the protocol's
            raise ZeroDivisionError("ours")

    found = judged(assignment(error_check(), RUNS), measured(0), kinds=KINDS | {"runs": Broken()})
    assert (found.status, found.verdict, found.points) == (Status.NOT_GRADED, None, None)
    assert found.reason is Reason.INFRASTRUCTURE
    assert found.checks[1].outcome is Outcome.ERRORED
    assert found.reason_message is not None
    assert "ZeroDivisionError: ours" in found.reason_message.en


def test_a_metric_of_ours_that_raised_is_never_a_zero() -> None:
    lost = Unmeasured(metric="error_rate", reason=Text("nosso", "ours"))
    found = judged(assignment(error_check()), run_facts(lost))
    assert (found.status, found.points) == (Status.NOT_GRADED, None)


def test_a_run_that_delivered_nothing_makes_a_pass_inconclusive() -> None:
    found = judged(assignment(error_check()), measured(10), run_facts(nothing=NOTHING), baseline=MNIST)
    assert (found.verdict, found.points) == (Verdict.INCONCLUSIVE, Decimal(6))
    assert "In 1 of 2 runs the program delivered no predictions" in only(found).message.en


@pytest.mark.parametrize(
    ("wrong", "outcome"), [(110, Outcome.PASSED), (180, Outcome.PASSED), (200, Outcome.FAILED)]
)
def test_the_reference_is_compared_with_margin_and_noise(wrong: int, outcome: Outcome) -> None:
    found = only(judged(assignment(REFERENCE), measured(wrong), baseline=MNIST))
    assert found.outcome is outcome
    assert "1.18 %; accepted: 1.88 % or better" in found.message.en


def test_a_course_without_a_record_of_its_reference_grades_nobody_down() -> None:
    found = judged(assignment(REFERENCE), measured(110))
    assert (found.status, found.points) == (Status.NOT_GRADED, None)
    assert "grader calibrate" in only(found).message.en


def test_an_error_in_the_run_fails_the_runs_check_and_nothing_else() -> None:
    said = report(errors=(error("NameError", "name 'z' is not defined", cell=9, line=2),))
    found = judged(
        assignment(error_check(), RUNS), measured(0, said=said, ended=run(RunStatus.ERROR)), baseline=MNIST
    )
    assert [r.outcome for r in found.checks] == [Outcome.PASSED, Outcome.FAILED]
    assert (found.verdict, found.points) == (Verdict.PASSED, Decimal(6))
    assert "cell 9, line 2" in found.checks[1].message.en


def test_figures_are_counted() -> None:
    assert only(judged(assignment(FIGURE), measured(0, said=report(figures=2)))).outcome is Outcome.PASSED
    few = only(judged(assignment(FIGURE), measured(0, said=report(figures=1))))
    assert few.outcome is Outcome.FAILED
    assert "1; needed: 2" in few.message.en


def test_a_fit_of_no_epochs_is_no_training() -> None:
    idle = Fit(epochs=0, seconds=0, history={}, on_test_rows=False)
    assert only(judged(assignment(FIT), measured(0, said=report(fits=(TRAINED,))))).outcome is Outcome.PASSED
    for fits in ((), (idle,)):
        assert only(judged(assignment(FIT), measured(0, said=report(fits=fits)))).outcome is Outcome.FAILED


LAYERS = ("InputLayer", "Flatten", "Dense", "Dense")


@pytest.mark.parametrize(
    ("replay", "outcome", "words"),
    [
        (Replay(layers=LAYERS, agreement=1.0), Outcome.PASSED, "InputLayer, Flatten, Dense"),
        (Replay(layers=(*LAYERS, "Conv2D"), agreement=1.0), Outcome.FAILED, "does not allow: Conv2D"),
        (Replay(layers=(*LAYERS, "Conv2D")), Outcome.FAILED, "Conv2D"),
        (Replay(layers=LAYERS, agreement=0.97), Outcome.INCONCLUSIVE, "repeats only 97 %"),
        (Replay(layers=LAYERS), Outcome.INCONCLUSIVE, "raw inputs"),
        (Replay(layers=LAYERS, custom=("Net",), agreement=1.0), Outcome.INCONCLUSIVE, "Net"),
        (Replay(why=Text("x", "the file was refused.")), Outcome.INCONCLUSIVE, "file was refused"),
        (None, Outcome.INCONCLUSIVE, "no Keras model"),
    ],
)
def test_an_architecture_holds_only_for_the_model_behind_the_predictions(
    replay: Replay | None, outcome: Outcome, words: str
) -> None:
    found = only(judged(assignment(DENSE), measured(0, replay=replay)))
    assert found.outcome is outcome
    assert words in found.message.en
    looked_at = replay is not None and replay.layers is not None
    assert found.points == (2 if outcome is not Outcome.FAILED and looked_at else 0)
    assert ("withheld" in found.message.en) is not looked_at


def by_recipe(layers: tuple[str, ...] | None, replay: Replay | None) -> CheckResult:
    facts = gather(assignment(DENSE), [measured(0, replay=replay)], metrics=METRICS, kinds=KINDS)
    return only(judge(replace(facts, retrained=True, layers=layers)))


def test_where_trainings_decide_an_architecture_is_that_of_the_model_that_was_trained() -> None:
    shown = Replay(layers=LAYERS, agreement=1.0)
    built = by_recipe((*LAYERS, "Conv2D"), shown)
    assert (built.outcome, int(built.points), built.by_recipe) == (Outcome.FAILED, 0, True)
    assert "Conv2D" in built.message.en
    without_a_file = by_recipe(LAYERS, None)
    assert (without_a_file.outcome, int(without_a_file.points)) == (Outcome.PASSED, 2)
    assert (without_a_file.message.code, without_a_file.by_recipe) == ("GR207", True)


def test_a_recipe_without_layers_leaves_the_architecture_to_the_model_file() -> None:
    found = by_recipe(None, Replay(layers=LAYERS, agreement=1.0))
    assert (found.message.code, found.by_recipe) == ("GR211", False)


def test_the_verdict_is_the_worst_of_the_required_checks_only() -> None:
    found = judged(assignment(error_check(), FIGURE), measured(0), baseline=MNIST)
    assert [r.outcome for r in found.checks] == [Outcome.PASSED, Outcome.FAILED]
    assert found.verdict is Verdict.PASSED


def test_metrics_that_no_check_asks_for_are_summarised_too() -> None:
    one = run_facts(counted("error_rate", 1, 686), Measurement(metric="accuracy", value=685 / 686, n=686))
    found = judged(assignment(RUNS), one)
    assert [summary.metric for summary in found.metrics] == ["error_rate", "accuracy"]


def test_a_program_that_leaves_before_its_end_did_not_run_to_the_bottom() -> None:
    found = only(judged(assignment(RUNS), measured(0), measured(0, said=report(finished=False))))
    assert (found.outcome, found.points) == (Outcome.FAILED, Decimal(0))
    assert found.message.code == "GR225"


def test_lists_of_made_up_names_are_cut_short() -> None:
    names = tuple(f"Made{number}" for number in range(1, 1001))
    forbidden = only(judged(assignment(DENSE), measured(0, replay=Replay(layers=names))))
    assert "Made9, Made10 and 990 more. Allowed: InputLayer" in forbidden.message.en
    assert "Made9, Made10 e mais 990." in forbidden.message.pt
    unknown = Replay(layers=LAYERS, custom=names[:11])
    custom = only(judged(assignment(DENSE), measured(0, replay=unknown)))
    assert "Made10 and 1 more" in custom.message.en
    deep = Replay(layers=LAYERS * 5, agreement=1.0)
    assert "and 10 more" in only(judged(assignment(DENSE), measured(0, replay=deep))).message.en
    ten = only(judged(assignment(DENSE), measured(0, replay=Replay(layers=names[:10]))))
    assert "Made10. Allowed" in ten.message.en
