"""What a kind of check answers with, made from the check that was asked about."""

from decimal import Decimal

from grader.model.check import CheckResult, CheckSpec, Outcome
from grader.model.message import Message
from grader.model.metric import Threshold


def answered(
    spec: CheckSpec,
    outcome: Outcome,
    points: Decimal,
    message: Message,
    *,
    metric: str | None = None,
    threshold: Threshold | None = None,
) -> CheckResult:
    """Return the result of ``spec``; ``metric`` and ``threshold`` are what a page draws it against."""
    return CheckResult(
        id=spec.id,
        kind=spec.kind,
        outcome=outcome,
        points=points,
        max_points=spec.points,
        required=spec.required,
        message=message,
        metric=metric,
        threshold=threshold,
    )


def passed(spec: CheckSpec, message: Message) -> CheckResult:
    """Return that ``spec`` passed, with all its points."""
    return answered(spec, Outcome.PASSED, spec.points, message)


def failed(spec: CheckSpec, message: Message) -> CheckResult:
    """Return that ``spec`` failed, without points."""
    return answered(spec, Outcome.FAILED, Decimal(0), message)


def unearned(spec: CheckSpec, outcome: Outcome, message: Message) -> CheckResult:
    """Return ``outcome`` without points: nothing was asked, or nobody could answer."""
    return answered(spec, outcome, Decimal(0), message)
