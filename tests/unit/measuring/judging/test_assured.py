from decimal import Decimal

from grader.measuring.judging.assured import assured, weakest
from grader.model.assurance import Assurance
from grader.model.check import CheckResult, Outcome
from grader.model.message import NOTHING
from tests.unit.measuring.made import KINDS


def check(
    identity: str, kind: str, points: int, metric: str | None = None, *, by_recipe: bool = False
) -> CheckResult:
    return CheckResult(
        id=identity,
        kind=kind,
        outcome=Outcome.PASSED if points else Outcome.FAILED,
        points=Decimal(points),
        max_points=Decimal(4),
        required=True,
        message=NOTHING,
        metric=metric,
        by_recipe=by_recipe,
    )


ERROR = check("error", "metric", 4, "error_rate")
NOISE = check("noise", "metric", 4, "noise_error")
RUNS = check("runs", "runs", 2)


def test_points_by_predictions_have_what_stands_behind_them_and_a_programs_own_word_has_nothing() -> None:
    found = assured([ERROR, RUNS], KINDS, answers=Assurance.MADE_AGAIN)
    assert [one.assurance for one in found] == [Assurance.MADE_AGAIN, None]
    assert weakest(found) is Assurance.MADE_AGAIN


def test_what_looked_at_the_programs_own_run_was_not_made_again() -> None:
    shown, built = (check("dense", "architecture", 2, by_recipe=by_recipe) for by_recipe in (False, True))
    found = assured([ERROR, shown, built], KINDS, answers=Assurance.MADE_AGAIN)
    assert [one.assurance for one in found] == [
        Assurance.MADE_AGAIN,
        Assurance.NOT_CONTRADICTED,
        Assurance.MADE_AGAIN,
    ]
    assert weakest(found) is Assurance.NOT_CONTRADICTED
    assert assured([shown], KINDS, answers=Assurance.DOUBTED)[0].assurance is Assurance.DOUBTED


def test_what_earned_nothing_needs_no_assurance() -> None:
    found = assured([check("error", "metric", 0, "error_rate")], KINDS, answers=Assurance.MADE_AGAIN)
    assert found[0].assurance is None
    assert weakest(found) is None


def test_the_weakest_of_what_earned_points_is_the_submissions() -> None:
    found = assured([ERROR, NOISE], KINDS, answers=Assurance.MADE_AGAIN, doubted={"noise_error"})
    assert [one.assurance for one in found] == [Assurance.MADE_AGAIN, Assurance.DOUBTED]
    assert weakest(found) is Assurance.DOUBTED


def test_nobody_asked_is_no_assurance() -> None:
    found = assured([ERROR], KINDS, answers=None)
    assert weakest(found) is None
