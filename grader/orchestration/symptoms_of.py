"""The symptoms of a program whose leading run falls short, from what its run left."""

from collections.abc import Sequence

from grader.datasets.prepare import Prepared, truth
from grader.measuring.judging.symptoms import Seen, symptoms
from grader.model.check import CheckResult, Outcome
from grader.model.message import Message
from grader.orchestration.by_recipe import Recorded
from grader.orchestration.ground import Ground
from grader.orchestration.read_run import RunRead


def symptoms_of(
    first: RunRead, ground: Ground, checks: Sequence[CheckResult], recorded: Recorded | None
) -> tuple[Message, ...]:
    """Return what the program seems to suffer from, where a metric's bar was looked at and not met."""
    if all(check.outcome is Outcome.PASSED for check in checks if check.metric):
        return ()
    prepared, fits = ground.prepared, first.facts.report.fits
    recipe = recorded.recipe if recorded is not None else None
    seen = Seen(
        answers=first.own,
        truth=truth(prepared) if prepared.labels_known else None,
        classes=bool(prepared.dataset.classes),
        fit=fits[-1] if fits else None,
        recipe=recipe,
        largest=_largest(prepared) if recipe is not None else 0.0,
    )
    return symptoms(seen)


def _largest(prepared: Prepared) -> float:
    """Return the largest number among the training rows as they are published, whatever its sign."""
    rows = prepared.x_train
    return float(max(abs(float(rows.max())), abs(float(rows.min())))) if rows.dtype.kind in "biuf" else 0.0
