"""scikit-learn recipes: the estimator built anew from its name and parameters, fitted, and asked."""

import importlib
import inspect
from typing import Any

from grader_harness.retraining.course import (
    Course,
    NotTrained,
    Trained,
    Training,
    asked_rows,
    given_to,
)

_LIBRARY = "sklearn."
_LISTS = ("steps", "estimators")
_MOST_SEED = 2**32


class EstimatorTrainer:
    """Fits the estimator of one recipe as often as asked."""

    def __init__(self, recipe: dict[str, Any], course: Course) -> None:
        self._recipe = recipe
        self._course = course

    def train(self, training: Training) -> Trained:
        """Fit once by a new seed and return what the estimator predicts for the test rows.

        Raises:
            NotTrained: an estimator that was not fitted was to be asked: it has no answer.
        """
        import numpy as np

        if training.epochs == 0:
            raise NotTrained("untrained", "an estimator that is not fitted has no answers")
        np.random.seed(training.seed % _MOST_SEED)  # noqa: NPY002 - where no random_state is taken
        fit = self._recipe["fits"][-1]
        given = given_to(fit, self._course, training)
        made = _seeded(built(fit["estimator"]), training.seed % _MOST_SEED)
        made.fit(given.inputs, given.targets)
        return Trained(made.predict(asked_rows(self._recipe, self._course, training)))


def built(said: dict[str, Any]) -> Any:
    """Return the estimator that ``said`` names, not fitted.

    Raises:
        ValueError: it is none of scikit-learn's.
    """
    if not said["name"].startswith(_LIBRARY):
        raise ValueError(f"no estimator of scikit-learn: {said['name']}")
    module, _, name = said["name"].rpartition(".")
    kind = getattr(importlib.import_module(module), name)
    taken = inspect.signature(kind).parameters
    parameters = parameters_of({name: v for name, v in said["parameters"].items() if name in taken})
    listed = []
    for part, inner in said["parts"]:
        if part in taken:
            parameters[part] = built(inner)
        else:
            listed.append((part, built(inner)))
    if listed:
        parameters[next(name for name in _LISTS if name in taken)] = listed
    return kind(**parameters)


def parameters_of(said: dict[str, Any]) -> dict[str, Any]:
    """Return parameters as scikit-learn takes them.

    Raises:
        ValueError: one is a function of neither numpy nor scikit-learn.
    """
    return {name: _parameter(name, value) for name, value in said.items()}


def _parameter(name: str, value: Any) -> Any:
    """Return a parameter as scikit-learn takes it: functions by name, ranges as pairs, labels as numbers."""
    if isinstance(value, dict) and set(value) == {"function"}:
        module, _, function = str(value["function"]).rpartition(".")
        if module.split(".")[0] not in ("numpy", "sklearn"):
            raise ValueError(f"no function of a recipe: {value['function']}")
        return getattr(importlib.import_module(module), function)
    if name == "class_weight" and isinstance(value, dict):
        return {int(label): weight for label, weight in value.items()}
    return tuple(value) if name.endswith("_range") and isinstance(value, list) else value


def _seeded(made: Any, seed: int) -> Any:
    """Return ``made`` with our seed wherever it takes one, and with one process."""
    ours: dict[str, Any] = {}
    for name in made.get_params():
        last = name.rpartition("__")[2]
        if last == "random_state":
            ours[name] = seed
        elif last == "n_jobs":
            ours[name] = None
    return made.set_params(**ours)
