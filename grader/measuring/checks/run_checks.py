"""Checks that rest on the submission's own word: it ran, it drew, it trained, it is built of these layers.

The harness shares a process with the submission, so what it says can be forged. The architecture check
therefore asks for more: a model file that reproduces the graded predictions in the second sandbox.
"""

from collections.abc import Sequence
from decimal import Decimal

from grader.measuring.judging.diagnose import explain_failure
from grader.measuring.judging.facts import Facts
from grader.model.check import (
    ArchitectureCheck,
    CheckResult,
    CheckSpec,
    FigureCheck,
    Outcome,
)
from grader.model.message import Message
from grader.model.run import RunStatus
from grader.words import say

TIED_FROM = 0.999
"""Share of graded rows that the model file must reproduce: the rest may be ties decided by rounding."""
_NAMES_SHOWN = 10


class RunsAnswer:
    """Answers kind ``runs``: did the program run from top to bottom without an error, every time?"""

    name = "runs"
    needs_predictions = False

    def __call__(self, spec: CheckSpec, facts: Facts) -> CheckResult:
        """Return passed, or failed with what stopped the first run that was stopped."""
        for one in facts.runs:
            if one.run.status is not RunStatus.OK or one.report.errors:
                return _failed(spec, explain_failure(one.run, one.report))
        if not all(one.report.finished for one in facts.runs):
            # os._exit(0) looks like success from outside.
            return _failed(spec, say("program-ended-itself"))
        return _passed(spec, say("program-ran-to-end"))


class FigureAnswer:
    """Answers kind ``figure``: did the first run draw enough figures?"""

    name = "figure"
    needs_predictions = False

    def __call__(self, spec: CheckSpec, facts: Facts) -> CheckResult:
        """Return passed or failed, with both counts."""
        if not isinstance(spec, FigureCheck):
            raise TypeError(f"{spec.id} is no figure check")
        drawn = facts.runs[0].report.figures
        if drawn >= spec.at_least:
            return _passed(spec, say("figures-drawn", drawn=drawn))
        return _failed(spec, say("too-few-figures", drawn=drawn, needed=spec.at_least))


class FitAnswer:
    """Answers kind ``fit``: was a model trained in every run?"""

    name = "fit"
    needs_predictions = True

    def __call__(self, spec: CheckSpec, facts: Facts) -> CheckResult:
        """Return passed or failed; a fit of no epochs is none."""
        trained = [[fit for fit in one.report.fits if fit.epochs > 0] for one in facts.runs]
        if all(trained):
            epochs = sum(fit.epochs for fit in trained[0])
            return _passed(spec, say("model-trained-in-run", fits=len(trained[0]), epochs=epochs))
        return _failed(spec, say("model-not-trained-in-run"))


class ArchitectureAnswer:
    """Answers kind ``architecture``: is the model that made the graded predictions built as allowed?"""

    name = "architecture"
    needs_predictions = True

    def __call__(self, spec: CheckSpec, facts: Facts) -> CheckResult:
        """Return passed, failed with the layers that are not allowed, or inconclusive when not tied.

        A forbidden layer fails even in a model file that is tied to nothing: no other model was shown.
        Inconclusive keeps the points, a person decides; not so when the predictions repeat served labels,
        nor when there is no model file to look at.
        """
        if not isinstance(spec, ArchitectureCheck):
            raise TypeError(f"{spec.id} is no architecture check")
        replay = facts.replay
        if replay is None or replay.layers is None:
            why = replay.why if replay and replay.why else say("verdict.replay.no_model")
            return _unseen(spec, facts, why)
        forbidden = [name for name in dict.fromkeys(replay.layers) if name not in spec.allow]
        if forbidden:
            message = say("layer-not-allowed", forbidden=_listed(forbidden), allowed=", ".join(spec.allow))
            return _failed(spec, message)
        if replay.custom:
            listed = _listed(list(dict.fromkeys(replay.custom)))
            return _untied(spec, facts, say("verdict.replay.custom", names=listed))
        if replay.agreement is None:
            why = replay.why or say("verdict.replay.not_replayed")
            return _untied(spec, facts, why)
        if replay.agreement < TIED_FROM:
            why = say("verdict.replay.other_model", share=replay.agreement)
            return _untied(spec, facts, why)
        return _passed(spec, say("layers-allowed", layers=_listed(replay.layers)))


def _passed(spec: CheckSpec, message: Message) -> CheckResult:
    return _result(spec, Outcome.PASSED, spec.points, message)


def _failed(spec: CheckSpec, message: Message) -> CheckResult:
    return _result(spec, Outcome.FAILED, Decimal(0), message)


def _untied(spec: CheckSpec, facts: Facts, why: Message) -> CheckResult:
    """Keep the points for a person to decide; not so when the predictions are copied labels."""
    if facts.copied is not None:
        return _result(
            spec, Outcome.INCONCLUSIVE, Decimal(0), say("layers-unconfirmed-labels-repeated", why=why)
        )
    return _result(spec, Outcome.INCONCLUSIVE, spec.points, say("layers-unconfirmed-points-kept", why=why))


def _unseen(spec: CheckSpec, facts: Facts, why: Message) -> CheckResult:
    """Withhold the points for a person to decide: where no model was left, nobody can say it was allowed."""
    key = "layers-unconfirmed-no-model-file" if facts.copied is None else "layers-unconfirmed-labels-repeated"
    return _result(spec, Outcome.INCONCLUSIVE, Decimal(0), say(key, why=why))


def _listed(names: Sequence[str]) -> Message:
    """Return the first names and how many more there are: a file can make up any number of them."""
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    if more <= 0:
        return say("verdict.names.all", names=shown)
    return say("verdict.names.more", names=shown, more=more)


def _result(spec: CheckSpec, outcome: Outcome, points: Decimal, message: Message) -> CheckResult:
    return CheckResult(
        id=spec.id,
        kind=spec.kind,
        outcome=outcome,
        points=points,
        max_points=spec.points,
        required=spec.required,
        message=message,
    )
