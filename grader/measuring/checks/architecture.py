"""The kind ``architecture``: is the model that made the graded predictions built as allowed?

Where our own trainings by the program's recipe decide, it is the model that we built and trained. Else the
harness shares a process with the submission, so what it says can be forged. This kind therefore asks for
more: a model file that reproduces the graded predictions in the second sandbox.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

from grader.measuring.judging.facts import Facts, Replay
from grader.model.ask import Ask
from grader.model.check import CheckResult, Outcome
from grader.model.message import Message
from grader.plugins.answers import answered, failed, passed
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable, Field, Name, Several
from grader.words import say

TIED_FROM = 0.999
"""Share of graded rows that the model file must reproduce: the rest may be ties decided by rounding."""
_NAMES_SHOWN = 10
_DOES_NOT_LOAD = "saved-model-does-not-load"
"""Such a file shows nothing: its layers are those that somebody wrote into it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Does the model that made the graded predictions consist of allowed layers only?"""

    allow: Annotated[Several[Name], Field(min_length=1)]
    required: bool = True


class ArchitectureKind(CheckKind[Spec]):
    """Looks at the layers of the model that decides: that of the recipe, else one tied to the predictions."""

    name = "architecture"
    table = Spec

    def needs(self, spec: Spec) -> tuple[Ask, ...]:  # noqa: ARG002 - whatever its table says
        """Return the model: it is applied to raw rows in the second sandbox."""
        return (Ask(kind="model"),)

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed, failed with the layers that are not allowed, or inconclusive when not tied.

        A forbidden layer fails even in a model file that is tied to nothing: no other model was shown.
        Inconclusive keeps the points, a person decides; not so when the predictions repeat served labels,
        nor when there is no model file to look at, or one that does not load.
        """
        if facts.retrained and facts.layers is not None:
            return _by_recipe(spec, facts.layers)
        return self._by_replay(facts, spec)

    def _by_replay(self, facts: Facts, spec: Spec) -> CheckResult:
        """Answer by the model file of the run whose model speaks least for the program."""
        replay = min((one.replay for one in facts.runs), key=lambda replay: _worth(replay, spec.allow))
        if replay is None or replay.layers is None:
            why = replay.why if replay and replay.why else say("verdict.replay.no_model")
            return _unseen(spec, facts, why)
        forbidden = _forbidden(replay.layers, spec)
        if forbidden is not None:
            return failed(spec, forbidden)
        if replay.custom:
            listed = _listed(list(dict.fromkeys(replay.custom)))
            return _untied(spec, facts, say("verdict.replay.custom", names=listed))
        if replay.agreement is None:
            why = replay.why or say("verdict.replay.not_replayed")
            return (_unseen if why.key == _DOES_NOT_LOAD else _untied)(spec, facts, why)
        if replay.agreement < TIED_FROM:
            why = say("verdict.replay.other_model", share=replay.agreement)
            return _untied(spec, facts, why)
        return passed(spec, say("layers-allowed", layers=_listed(replay.layers)))


def _by_recipe(spec: Spec, layers: tuple[str, ...]) -> CheckResult:
    """Return the answer for the model that we trained: nobody could show another one there."""
    forbidden = _forbidden(layers, spec)
    if forbidden is not None:
        return replace(failed(spec, forbidden), by_recipe=True)
    return replace(passed(spec, say("layers-of-recipe-allowed", layers=_listed(layers))), by_recipe=True)


def _forbidden(layers: tuple[str, ...], spec: Spec) -> Message | None:
    found = [name for name in dict.fromkeys(layers) if name not in spec.allow]
    if not found:
        return None
    return say("layer-not-allowed", forbidden=_listed(found), allowed=", ".join(spec.allow))


def _worth(replay: Replay | None, allow: Collection[str]) -> int:
    """Return how well a run's model speaks for the program: it may show another one in each run."""
    if replay is None or replay.layers is None:
        return 1
    if set(replay.layers) - set(allow):
        return 0
    tied = not replay.custom and replay.agreement is not None and replay.agreement >= TIED_FROM
    return 3 if tied else 2


def _untied(spec: Spec, facts: Facts, why: Message) -> CheckResult:
    """Keep the points for a person to decide; not so when the predictions are copied labels."""
    if facts.copied is not None:
        return answered(
            spec, Outcome.INCONCLUSIVE, Decimal(0), say("layers-unconfirmed-labels-repeated", why=why)
        )
    return answered(spec, Outcome.INCONCLUSIVE, spec.points, say("layers-unconfirmed-points-kept", why=why))


def _unseen(spec: Spec, facts: Facts, why: Message) -> CheckResult:
    """Withhold the points for a person to decide: where no model was left, nobody can say it was allowed."""
    key = "layers-unconfirmed-no-model-file" if facts.copied is None else "layers-unconfirmed-labels-repeated"
    return answered(spec, Outcome.INCONCLUSIVE, Decimal(0), say(key, why=why))


def _listed(names: Sequence[str]) -> Message:
    """Return the first names and how many more there are: a file can make up any number of them."""
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    if more <= 0:
        return say("verdict.names.all", names=shown)
    return say("verdict.names.more", names=shown, more=more)
