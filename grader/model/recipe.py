"""The recipe: how a program trains, without a line of it, so that somebody else can train it again.

Recorded at the door of ``fit`` inside the sandbox, read strictly outside, carried out by us. A forged
recipe is no attack: who writes another one has handed in another one. What it must not be able to do is
carry answers: it names rows, targets and numbers of the course's own, never brings its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Config = Mapping[str, Any]
"""A configuration as Keras writes it: JSON with ``class_name`` and ``config``, by registered names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Take these columns of a flat row, in this order; at most 64."""

    columns: tuple[int, ...]
    kind: Literal["columns"] = "columns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Affine:
    """``row * scale + offset``: one number each for all columns, or one a column (at most 64)."""

    scale: tuple[float, ...]
    offset: tuple[float, ...]
    kind: Literal["affine"] = "affine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Scale by numbers of the rows trained on: mean and deviation, or least and greatest value.

    ``per_column``: a number for each column, else one for all. A column that does not vary is only moved.
    """

    by: Literal["standard", "range"]
    per_column: bool
    kind: Literal["fitted"] = "fitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A known operation on pictures: their middle, or fewer pixels, ``size`` (height, width) afterwards.

    ``cropped`` cuts as much from every side; ``mean`` takes the mean of whole blocks, ``mean_rounded``
    rounds it to whole numbers; ``every`` takes each second (third, ...) pixel; ``padded`` puts zeros
    around.
    """

    how: Literal["cropped", "mean", "mean_rounded", "every", "padded"]
    size: tuple[int, int]
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """1 where a value is above ``above``, else 0: a picture in black and white."""

    above: float
    kind: Literal["step"] = "step"


RowStep = Columns | Affine | Fitted | Picture | Step


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMap:
    """The way from a raw row of the course to what a model is given, the same for every row.

    The ``steps`` in their order, on raw rows as the dataset has them (flat, or pictures for a
    ``Picture``); then each row takes ``shape``: ``()`` for what stays flat.
    """

    steps: tuple[RowStep, ...] = ()
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Which of the course's training rows, in the dataset's own order.

    ``every``: of ``start:stop:step``. ``with_labels``: those with one of these labels only. ``drawn``:
    so many of them, drawn by the grader's own seed (a library's split); None takes them all.
    """

    start: int = 0
    stop: int | None = None
    step: int = 1
    with_labels: tuple[int, ...] | None = None
    drawn: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """How the true labels are given to the fit.

    ``integer``, ``float``: as they are, ``scale``d and ``offset``; ``one_hot``: over ``classes``;
    ``log``: the logarithm of 1 + label first, then scaled. ``standard``: by mean and deviation of the
    targets trained on. ``column``: of shape (rows, 1) instead of (rows,).
    """

    form: Literal["integer", "float", "one_hot", "log", "standard"] = "integer"
    classes: int = 0
    scale: float = 1.0
    offset: float = 0.0
    column: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A callback of Keras' own that decides something: its registered name and its plain arguments."""

    name: str
    config: Config


@dataclass(frozen=True, slots=True, kw_only=True)
class KerasFit:
    """One call of ``fit`` as it really ran.

    ``model`` is a place in ``Recipe.models``. ``epochs`` are those that ran; where ``callbacks`` stop by
    validation rows that the recipe can make again, they are the most. ``validation``: these rows beside,
    ``validation_share`` the last share of the fit's own.
    """

    model: int
    optimizer: Config
    loss: Config
    rows: Rows
    map: RowMap
    targets: Targets
    epochs: int
    batch_size: int = 32
    shuffle: bool = True
    class_weight: Mapping[str, float] | None = None
    label_weight: Mapping[str, float] | None = None
    validation: Rows | None = None
    validation_share: float = 0.0
    callbacks: tuple[Watched, ...] = ()
    adapt: tuple[str, ...] = ()
    """Layers that are adapted to the rows before the first epoch, by name."""
    anew: bool = False
    """The optimizer begins again, also where its settings are those of the fit before."""
    kind: Literal["keras"] = "keras"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimator:
    """A scikit-learn estimator: its class by full public name, and its parameters.

    ``parts``: estimators inside it (a pipeline's steps, a vote's members), by name.
    """

    name: str
    parameters: Config
    parts: tuple[tuple[str, "Estimator"], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorFit:
    """One call of an estimator's ``fit``."""

    estimator: Estimator
    rows: Rows
    map: RowMap
    targets: Targets
    kind: Literal["estimator"] = "estimator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How the trained model answers for the test rows.

    ``map`` leads from raw test rows to its inputs (a program's own, mistakes included). ``decode``: the
    largest of the scores; above ``threshold``; as it is; or back from scaled targets.
    """

    map: RowMap
    decode: Literal["argmax", "threshold", "identity", "targets"]
    threshold: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a program trains and how it answers: all that a retraining needs beside the course's own rows.

    ``models`` are architectures, each once; the ``fits`` follow each other and lead to the model that
    made the graded answers. Seeds and initial weights have no place in it.
    """

    library: Literal["keras3", "tf-keras", "sklearn"]
    models: tuple[Config, ...]
    fits: tuple[KerasFit | EstimatorFit, ...]
    answers: Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRecipe:
    """Why a program has none: ``why`` ends a key of the catalogue, ``detail`` is a name in it."""

    why: str
    detail: str = ""
