"""Whether a recipe carries answers: what those of its trainings show that nobody inside can tell apart."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grader.datasets.prepare import truth
from grader.measuring.audits.significance import SUSPICIOUS_BELOW
from grader.measuring.judging.carried import Carried, carried
from grader.measuring.judging.measure import measure
from grader.model.metric import Measurement, Unmeasured
from grader.model.recipe import KerasFit, Picture, Recipe, Step
from grader.model.retrained import Retrained, RetrainedNet
from grader.model.submission import Finding, Severity
from grader.orchestration.ground import Ground
from grader.orchestration.means import Tools
from grader.plugins.interfaces import Metric
from grader.readers.keras_config import read_config
from grader.readers.refused import Refused
from grader.words import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CUTS = frozenset(
    {
        "CategoryEncoding",
        "Discretization",
        "Embedding",
        "Hashing",
        "HashedCrossing",
        "IntegerLookup",
    }
)
"""Layers to which a little beside is another thing: an honest net notices moved rows there."""


def layers_of(recipe: Recipe) -> tuple[str, ...] | None:
    """Return the classes of the layers of the model that the recipe ends with, those inside others too."""
    last = recipe.fits[-1]
    if not isinstance(last, KerasFit):
        return None
    found = read_config(recipe.models[last.model])
    return None if isinstance(found, Refused) else found.layers


def carries(recipe: Recipe, retrained: Retrained, ground: Ground, tools: Tools) -> Finding | None:
    """Return the finding that the recipe is right without learning, or for the published rows alone."""
    return next(_found(recipe, retrained, ground, tools), None)


def _found(recipe: Recipe, retrained: Retrained, ground: Ground, tools: Tools) -> Iterator[Finding]:
    first, guesses = retrained.nets[0], _guesses(ground, tools)

    def kept_by(*others: RetrainedNet | None) -> list[Carried]:
        return _kept(first, [one for one in others if one is not None], guesses, tools)

    for found in kept_by(retrained.placebo):
        if found.p_keeps < SUSPICIOUS_BELOW:
            yield _told("recipe-right-without-learning", found, found.p_keeps)
    # A net that learnt nothing is a function of chance, and that may fit once: so all of them must.
    for found in kept_by(*retrained.untrained) if len(retrained.untrained) > 1 else []:
        if found.p_keeps < SUSPICIOUS_BELOW:
            yield _told("recipe-right-untrained", found, found.p_keeps)
    for found in kept_by(retrained.moved) if _continuous(recipe) else []:
        if found.p_loses < SUSPICIOUS_BELOW:
            yield _told("recipe-right-for-known-rows", found, found.p_loses)


def _told(key: str, found: Carried, p_value: float) -> Finding:
    skill = "recipe.skill.rows" if found.rows else "recipe.skill.numbers"
    shown = {"graded": found.graded, "other": found.other, "guessing": found.guessing}
    message = say(key, **{name: say(skill, value=value) for name, value in shown.items()})
    return Finding(severity=Severity.REVIEW, message=message, p_value=p_value)


def _kept(
    graded: RetrainedNet,
    others: Sequence[RetrainedNet],
    guesses: Mapping[str, Measurement | Unmeasured],
    tools: Tools,
) -> list[Carried]:
    """Return how ``graded`` stands to the one of ``others`` that keeps least, by each metric that tells."""
    kept = []
    for name, guess in guesses.items():
        own, direction = graded.measurements.get(name), tools.metrics[name].direction
        if not isinstance(own, Measurement) or not isinstance(guess, Measurement):
            continue
        measured = [its for one in others if isinstance(its := one.measurements.get(name), Measurement)]
        found = [told for its in measured if (told := carried(own, its, guess, direction)) is not None]
        kept += [min(found, key=lambda one: one.other)] if found else []
    return kept


def _guesses(ground: Ground, tools: Tools) -> dict[str, Measurement | Unmeasured]:
    """Return what one answer for all rows comes to, by metric: of each the best answer there is."""
    labels = truth(ground.prepared)
    found = {}
    for name, metric in tools.metrics.items():
        if metric.group in ground.prepared.groups:
            begin, end = ground.prepared.groups[metric.group]
            found[name] = _guess(metric, labels[begin:end])
    return found


def _guess(metric: Metric, labels: "NDArray[Any]") -> Measurement | Unmeasured:
    import numpy as np

    if labels.dtype == np.int64:
        values, counts = np.unique(labels, return_counts=True)
        answer = np.full_like(labels, values[counts.argmax()])
    else:
        answer = np.broadcast_to(labels.mean(axis=0), labels.shape)
    return measure([metric], predicted={metric.group: answer}, truth={metric.group: labels})[metric.name]


def _continuous(recipe: Recipe) -> bool:
    """Return whether rows a little beside are nearly the same to the model, of whatever honest weights."""
    layers = layers_of(recipe)
    steps = [step for fit in recipe.fits for step in fit.map.steps] + list(recipe.answers.map.steps)
    cut = any(isinstance(one, Step) or (isinstance(one, Picture) and "rounded" in one.how) for one in steps)
    return layers is not None and not cut and not _CUTS.intersection(layers)
