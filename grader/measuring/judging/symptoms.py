"""What a program that falls short seems to suffer from, read from its answers, its losses and its recipe.

Each symptom is told only where what is seen leaves little room for another reading: a wrong advice costs a
student more than none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.model.evidence import Fit
from grader.model.message import Message
from grader.model.recipe import Affine, Fitted, KerasFit, Recipe, Step
from grader.words import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ONE_ANSWER = 0.999
_RENAMED, _GAINED = 0.6, 0.3
"""So many rows are right once classes are renamed, and so many more than before."""
_LARGE = 50.0
"""Inputs beyond this are pixels, populations, dollars: a dense layer begins with sums of hundreds."""
_FLAT = 0.02
_MOST_EPOCHS = 10_000
"""No longer curve is kept."""
_OVERFIT_EPOCHS, _OVERFIT_BY, _LATEST = 8, 1.25, 0.6
_FALLING_EPOCHS, _STILL_FALLING = 4, 0.15
_SCALING = ("BatchNormalization", "LayerNormalization", "Normalization", "Rescaling")
_PROBABILITIES = ("softmax", "sigmoid")
_OF_LOGITS = ("categoricalcrossentropy", "sparsecategoricalcrossentropy", "binarycrossentropy")
_OF_CLASSES = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What a run shows: ``answers`` beside ``truth`` (None where labels are not here), the last ``fit``.

    ``classes``: answers are classes, not numbers. ``largest``: the largest training input as published,
    whatever its sign.
    """

    answers: "NDArray[Any] | None"
    truth: "NDArray[Any] | None"
    classes: bool
    fit: Fit | None
    recipe: Recipe | None
    largest: float


def symptoms(seen: Seen) -> tuple[Message, ...]:
    """Return what the program seems to suffer from, the plainest first; often nothing."""
    trained = tuple(_of_training(seen.fit)) if seen.fit is not None else ()
    written = tuple(_of_recipe(seen.recipe, seen.largest)) if seen.recipe is not None else ()
    return (*_of_answers(seen), *written, *trained)


def _of_answers(seen: Seen) -> Iterator[Message]:
    import numpy as np

    answers = seen.answers
    if answers is None or not len(answers):
        return
    if seen.classes:
        values, counts = np.unique(answers, return_counts=True)
        if counts.max() >= _ONE_ANSWER * len(answers):
            several = seen.truth is None or len(np.unique(seen.truth)) > 1
            if several:
                yield say("symptom-one-class", value=str(values[counts.argmax()]), rows=len(answers))
        elif seen.truth is not None:
            yield from _renamed(answers, seen.truth)
    elif seen.truth is not None and float(np.std(answers)) <= 1e-6 * float(np.std(seen.truth)):
        yield say("symptom-one-number", value=float(answers.reshape(-1)[0]), rows=len(answers))


def _renamed(answers: "NDArray[Any]", truth: "NDArray[Any]") -> Iterator[Message]:
    """Yield that the classes answered are others' names: all moved by as much, or some exchanged."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    classes = np.union1d(np.unique(truth), np.unique(answers))
    if len(np.unique(truth)) <= _OF_CLASSES or len(classes) > len(np.unique(truth)) + _OF_CLASSES:
        return
    table = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(table, (np.searchsorted(classes, truth), np.searchsorted(classes, answers)), 1)
    true, named = linear_sum_assignment(-table)
    right, as_named = np.trace(table) / len(truth), table[true, named].sum() / len(truth)
    moved = [(int(classes[t]), int(classes[n])) for t, n in zip(true, named, strict=True) if t != n]
    moved = [pair for pair in moved if table[tuple(np.searchsorted(classes, pair))] > 0]
    if as_named < _RENAMED or as_named - right < _GAINED or not moved:
        return
    steps = {named - true for true, named in moved}
    error = round(1 - float(as_named), 9)
    if len(steps) == 1 and len(moved) > _OF_CLASSES:
        yield say("symptom-classes-moved", true=moved[0][0], named=moved[0][1], error=error)
    else:
        pairs = ", ".join(f"{true} → {named}" for true, named in moved)
        yield say("symptom-classes-renamed", pairs=pairs, error=error)


def _of_training(fit: Fit) -> Iterator[Message]:
    loss, beside = fit.history.get("loss", ()), fit.history.get("val_loss", ())
    if "loss" in fit.history and len(loss) < min(fit.epochs, _MOST_EPOCHS):
        yield say("symptom-no-number", epoch=len(loss) + 1, epochs=fit.epochs)
        return
    if len(loss) < _FALLING_EPOCHS:
        return
    if loss[0] > 0 and (loss[0] - min(loss)) / loss[0] < _FLAT:
        yield say("symptom-loss-flat", first=loss[0], last=loss[-1], epochs=len(loss))
    elif _overfits(loss, beside):
        best = beside.index(min(beside))
        yield say("symptom-overfits", best=best + 1, epochs=len(beside), least=beside[best], last=beside[-1])
    elif _falls_still(loss) and (not beside or _falls_still(beside)):
        earlier = loss[_from_last_quarter(loss)]
        yield say("symptom-still-learning", epochs=len(loss), earlier=earlier, last=loss[-1])


def _overfits(loss: Sequence[float], beside: Sequence[float]) -> bool:
    if len(beside) != len(loss) or len(beside) < _OVERFIT_EPOCHS:
        return False
    best = beside.index(min(beside))
    worse = beside[-1] >= _OVERFIT_BY * beside[best] > 0
    return worse and best + 1 <= _LATEST * len(beside) and loss[-1] < loss[best]


def _falls_still(loss: Sequence[float]) -> bool:
    earlier = loss[_from_last_quarter(loss)]
    return earlier > 0 and (earlier - loss[-1]) / earlier >= _STILL_FALLING


def _from_last_quarter(loss: Sequence[float]) -> int:
    return len(loss) - 1 - max(1, len(loss) // 4)


def _of_recipe(recipe: Recipe, largest: float) -> Iterator[Message]:
    last = recipe.fits[-1]
    if not isinstance(last, KerasFit):
        return
    layers = recipe.models[last.model].get("config", {}).get("layers", ())
    scaled = any(isinstance(step, Affine | Fitted | Step) for step in last.map.steps)
    if largest > _LARGE and not scaled and not any(one.get("class_name") in _SCALING for one in layers):
        yield say("symptom-not-scaled", largest=largest)
    name, from_logits = _loss(last)
    if name not in _OF_LOGITS or not layers:
        return
    ends = _ends_in_probabilities(layers[-1])
    if ends and from_logits:
        yield say("symptom-softmax-and-logits")
    elif ends is False and not from_logits:
        yield say("symptom-logits-without-softmax")


def _loss(fit: KerasFit) -> tuple[str, bool]:
    config = fit.loss.get("config", {})
    given = config.get("from_logits", False) if isinstance(config, Mapping) else False
    return str(fit.loss.get("class_name", "")).replace("_", "").casefold(), given is True


def _ends_in_probabilities(layer: Mapping[str, Any]) -> bool | None:
    """Return whether the last layer gives probabilities; None where that cannot be told."""
    kind, config = layer.get("class_name"), layer.get("config", {})
    if kind == "Softmax":
        return True
    if kind not in ("Dense", "Activation"):
        return None
    activation = config.get("activation", "linear")
    if activation in _PROBABILITIES:
        return True
    return False if activation == "linear" else None
