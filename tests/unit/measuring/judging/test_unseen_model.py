"""Where all that is missing is a model that we do not open, nobody gets a zero, and nobody gains by it."""

from decimal import Decimal

import pytest

from grader.measuring.evidence.predictions import NothingDelivered
from grader.measuring.judging.facts import Replay, RunFacts
from grader.measuring.judging.judge import Judgement, gather, judge
from grader.model.check import Outcome
from grader.model.evidence import Fit, Source, SourceReport, SourceState
from grader.model.result import Reason, Status, Verdict
from grader.words import say
from tests.unit.measuring.made import KINDS, METRICS, assignment, error_check, report, run_facts

MODEL = (Source.MODEL,)
TRAINED = Fit(epochs=600, seconds=1.0, history={}, on_test_rows=False)
LAMBDA = Replay(why=say("model-has-lambda-layer", name="Lambda 'scale'"))
OWN_CLASS = Replay(layers=(), custom=("Net", "Net"), why=say("saved-model-does-not-load"))
OTHER_FILE = Replay(layers=(), custom=("Net",), why=say("verdict.replay.custom", names="Net"))
NOT_KERAS = Replay(layers=("Dense",), why=say("saved-model-does-not-load"))
WITH_MODULE = Replay(why=say("model-config-names-foreign-module", name="os.system"))


def one(
    replay: Replay | None = None, *, fits: tuple[Fit, ...] = (TRAINED,), unsaveable: str = ""
) -> RunFacts:
    state = SourceReport(
        source=Source.MODEL, state=SourceState.PASSED_OVER, why="unsaveable", detail=unsaveable
    )
    said = report(fits=fits, sources=(state,) if unsaveable else ())
    return run_facts(said=said, nothing=NothingDelivered(reasons=()), replay=replay)


def judged(*runs: RunFacts, sources: tuple[Source, ...] = MODEL) -> Judgement:
    asked = assignment(error_check(), sources=sources)
    return judge(gather(asked, runs, metrics=METRICS, kinds=KINDS))


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (one(LAMBDA), "Lambda 'scale'"),
        (one(OWN_CLASS), "a class of the program's own: Net."),
        (one(OTHER_FILE), "Net"),
        (one(unsaveable="NotImplementedError: get_config"), "get_config"),
    ],
)
def test_a_trained_model_that_we_do_not_open_waits_for_a_person(run: RunFacts, told: str) -> None:
    found = judged(run)
    assert (found.status, found.verdict, found.points) == (Status.NOT_GRADED, None, None)
    assert found.reason is Reason.UNREADABLE
    assert found.reason_message is not None
    assert found.reason_message.code == "GR285"
    assert told in found.reason_message.en
    assert "Rescaling or Normalization" in found.reason_message.en
    assert "use Rescaling ou Normalization" in found.reason_message.pt
    assert [(check.outcome, check.points) for check in found.checks] == [(Outcome.INCONCLUSIVE, Decimal(0))]


def test_where_calls_are_taken_the_cure_is_a_call() -> None:
    found = judged(one(OWN_CLASS), sources=(Source.CAPTURED, Source.MODEL))
    assert found.reason_message is not None
    assert "call model.predict(...) on the whole test set" in found.reason_message.en


@pytest.mark.parametrize(
    "run",
    [
        one(LAMBDA, fits=()),
        one(OWN_CLASS, fits=()),
        one(NOT_KERAS),
        one(WITH_MODULE),
        one(Replay(why=say("replay-typed-rows-not-recognised"))),
        one(),
    ],
)
def test_a_file_of_no_training_or_without_a_class_of_its_own_is_failed(run: RunFacts) -> None:
    found = judged(run)
    assert (found.status, found.verdict, found.points) == (Status.GRADED, Verdict.FAILED, Decimal(0))


def test_an_assignment_that_never_looks_at_the_model_does_not_wait_for_it() -> None:
    found = judged(one(LAMBDA), sources=(Source.PREDICTIONS, Source.CAPTURED))
    assert (found.verdict, found.reason) == (Verdict.FAILED, Reason.NOTHING_DELIVERED)
