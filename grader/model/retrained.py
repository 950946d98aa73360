"""Recipes trained again by the grader: what is asked for, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from grader.model.message import Message
from grader.model.metric import Measurement, Unmeasured


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """One training of a recipe.

    ``labels``: the true ones, or every row with that of a row of another class (numbers change places).
    ``epochs``: None for those of the recipe, 0 for a model as it begins. ``rows``: the test rows, or each
    ``moved`` a little aside.
    """

    name: str
    seed: int
    labels: Literal["true", "deranged"] = "true"
    epochs: int | None = None
    rows: Literal["test", "moved"] = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingTold:
    """What the sandbox tells of one training: figures to be shown, none of them a score.

    ``why`` it left no answers: ``memory``, ``training``, ``untrained``; None where it did.
    """

    name: str
    cpu_seconds: float = 0.0
    loss: float | None = None
    epochs: int = 0
    whole_epochs: bool = False
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainedNet:
    """One training that was made, and what its answers measure, by the name of the metric.

    ``answers`` is a digest: equal exactly when every answer is.
    """

    training: Retraining
    answers: str
    measurements: Mapping[str, Measurement | Unmeasured]
    told: RetrainingTold

    def value(self, metric: str) -> float | None:
        """Return what ``metric`` measures of it; None where there is no number."""
        measured = self.measurements.get(metric)
        return measured.value if isinstance(measured, Measurement) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """A recipe trained again: ``nets`` by seeds of ours on the true labels, in the order of their making.

    ``placebo`` learnt from deranged labels, ``untrained`` learnt nothing, each from weights of its own, and
    ``moved`` is the first net asked about moved rows; None or empty where it was not asked for or not made.
    ``lost`` says why a training was not made, by its name. ``cpu_seconds`` is measured from outside, imports
    included.
    """

    recipe_sha256: str
    nets: tuple[RetrainedNet, ...]
    placebo: RetrainedNet | None = None
    untrained: tuple[RetrainedNet, ...] = ()
    moved: RetrainedNet | None = None
    lost: Mapping[str, Message] = field(default_factory=dict)
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def values(self, metric: str) -> tuple[float, ...]:
        """Return what ``metric`` measures of each net that has a number."""
        known = (net.value(metric) for net in self.nets)
        return tuple(value for value in known if value is not None)
