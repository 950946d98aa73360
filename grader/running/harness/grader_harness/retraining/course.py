"""What a training is made of: the course's own rows, and which training is asked for."""

from dataclasses import dataclass
from typing import Any

from grader_harness.retraining import rows
from grader_harness.retraining.answers import decoded


@dataclass(frozen=True)
class Course:
    """The course's own arrays; test rows come without labels, in an order that says nothing."""

    x_train: Any
    y_train: Any
    x_test: Any
    classes: bool


@dataclass(frozen=True)
class Training:
    """One training that is asked for.

    ``labels``: the true ones, or ``deranged``. ``epochs``: those of the recipe, or 0: asked as it begins.
    ``rows``: the test rows, or ``moved`` beside where they are.
    """

    name: str
    seed: int
    labels: str = "true"
    epochs: int | None = None
    rows: str = "test"


@dataclass(frozen=True)
class Given:
    """What one fit is given: inputs, targets, and the labels behind them."""

    inputs: Any
    targets: Any
    labels: Any


@dataclass(frozen=True)
class Trained:
    """What came of a training: outputs for the test rows, and how it went."""

    outputs: Any
    loss: float | None = None
    epochs: int = 0
    whole: bool = False
    """Whether whole epochs ran in one graph, else by the library's own ``fit``."""


class NotTrained(Exception):  # noqa: N818 - a state of the training, told in one word
    """The training could not be made; ``why`` is one of: model, untrained, library."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


def given_to(fit: dict[str, Any], course: Course, training: Training) -> Given:
    """Return what ``fit`` is given in ``training``."""
    places = rows.chosen_rows(fit["rows"], course.y_train, training.seed)
    return _given(fit, course, training, places, places)


def given_beside(fit: dict[str, Any], course: Course, training: Training) -> Given | None:
    """Return the validation rows of ``fit``; None where it has none of its own."""
    if fit["validation"] is None:
        return None
    fitted_to = rows.chosen_rows(fit["rows"], course.y_train, training.seed)
    places = rows.chosen_rows(fit["validation"], course.y_train, training.seed, beside=True)
    return _given(fit, course, training, places, fitted_to)


def _given(fit: dict[str, Any], course: Course, training: Training, places: Any, fitted_to: Any) -> Given:
    raw, labels = course.x_train[places], course.y_train[places]
    if training.labels == "deranged":
        labels = rows.deranged(labels, classes=course.classes, seed=training.seed)
    inputs = rows.mapped(fit["map"], raw, raw if places is fitted_to else course.x_train[fitted_to])
    return Given(inputs, rows.targets_of(fit["targets"], labels), labels)


def asked_rows(recipe: dict[str, Any], course: Course, training: Training) -> Any:
    """Return the test rows as the trained model is asked about them."""
    places = rows.chosen_rows(recipe["fits"][-1]["rows"], course.y_train, training.seed)
    raw, fitted_to = course.x_test, course.x_train[places]
    if training.rows == "moved":
        raw = rows.moved(raw, course.x_train, training.seed)
    return rows.mapped(recipe["answers"]["map"], raw, fitted_to)


def answers_of(outputs: Any, recipe: dict[str, Any], course: Course, training: Training) -> Any:
    """Return the answers behind ``outputs``: one for each test row, class numbers or values."""
    last = recipe["fits"][-1]
    labels = course.y_train[rows.chosen_rows(last["rows"], course.y_train, training.seed)]
    return decoded(outputs, recipe["answers"], last["targets"], labels, classes=course.classes)
