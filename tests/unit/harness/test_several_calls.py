"""Several recognised calls: which gave the answers that are kept. And datasets, which are walked."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROWS = 200


class Model:
    def __init__(self, *weights: float) -> None:
        self.weights = [np.array(weights)]

    def get_weights(self) -> list[Any]:
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights: list[Any]) -> None:
        self.weights = weights


class Dataset:
    """Walks like a tf.data.Dataset: tuples of inputs and targets, batch after batch."""

    element_spec = None

    def __init__(self, x: Any, y: Any = None, *, batch: int = 64, for_ever: bool = False) -> None:
        self.x, self.y, self.batch, self.for_ever = x, y, batch, for_ever
        self.drawn = 0

    def __iter__(self) -> Iterator[Any]:
        while True:
            for start in range(0, len(self.x), self.batch):
                here = slice(start, start + self.batch)
                self.drawn += 1
                yield self.x[here] if self.y is None else (self.x[here], self.y[here])
            if not self.for_ever:
                return


class Sequence:
    """A sequence of batches, as Keras' generators are: it says how many, and gives each by its number."""

    def __init__(self, x: Any) -> None:
        self.x = x

    def __len__(self) -> int:
        return (len(self.x) + 31) // 32

    def __getitem__(self, number: int) -> Any:
        return self.x[number * 32 : number * 32 + 32], np.zeros(32)


Sequence.__module__ = "keras.src.legacy.preprocessing.image"


@pytest.fixture
def served(tmp_path: Path) -> Any:
    rng = np.random.default_rng(5)
    arrays = {
        "x_test": rng.normal(size=(ROWS, 8)),
        "y_test": rng.integers(0, 4, ROWS),
        "y_train": np.arange(ROWS) % 4,
    }
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    paths = {name: tmp_path / f"{name}.npy" for name in arrays}
    return import_module("grader_harness.job").Served(folder=tmp_path, arrays=paths)


def ended(served: Any) -> Any:
    evidence = import_module("grader_harness.evidence").Evidence(served, calls=True)
    job = type("Job", (), {"asks": (), "asks_for": lambda _self, _kind: False})()
    return import_module("grader_harness.ended").Ended(job, served, evidence, None, {})


def scores(seed: int, classes: int = 4) -> Any:
    return np.random.default_rng(seed).random((ROWS, classes))


def test_the_call_that_gave_the_kept_answers_is_found_whichever_was_asked_last(served: Any) -> None:
    one = ended(served)
    models = [Model(1.0), Model(2.0), Model(3.0)]
    for seed, model in enumerate(models):
        one.evidence.capture(model, served.load("x_test"), None, scores(seed))
    one.answers = scores(0).argmax(axis=1)
    assert one.call_of_answers().model is models[0]
    one.answers = scores(2)
    assert one.call_of_answers().model is models[2]


@pytest.mark.parametrize("answers", [None, scores(9)])
def test_the_last_call_counts_where_none_is_known_to_have_given_the_answers(
    served: Any, answers: Any
) -> None:
    one = ended(served)
    models = [Model(1.0), Model(2.0)]
    for seed, model in enumerate(models):
        one.evidence.capture(model, served.load("x_test"), None, scores(seed))
    one.answers = answers
    assert one.call_of_answers().model is models[1]


def test_a_model_that_went_on_to_train_is_known_with_the_weights_it_had(served: Any) -> None:
    one, model = ended(served), Model(1.0)
    one.evidence.capture(model, served.load("x_test"), None, scores(1))
    model.set_weights([np.array([7.0])])
    one.evidence.capture(model, served.load("x_test"), None, scores(2))
    one.answers = scores(1)
    assert one.call_of_answers().weights[0] == 1.0


def test_few_calls_are_kept_and_the_oldest_go(served: Any) -> None:
    earlier = import_module("grader_harness.earlier_calls")
    one = ended(served)
    for seed in range(earlier.MOST + 2):
        one.evidence.capture(Model(float(seed)), served.load("x_test"), None, scores(seed))
    assert one.evidence.earlier.that_said(scores(0)) is None
    assert one.evidence.earlier.that_said(scores(1)).weights[0] == 1.0


@pytest.mark.parametrize(
    ("some", "others", "same"),
    [
        (scores(1), scores(1).argmax(axis=1), True),
        (scores(1), scores(2).argmax(axis=1), False),
        (scores(3, 1), (scores(3, 1)[:, 0] > 0.5).astype(int), True),
        (scores(3, 1), 70 * scores(3, 1) + 5, True),
        (scores(3, 1), scores(4, 1), False),
        (np.arange(ROWS) % 4, np.minimum(np.arange(ROWS) % 4, 1), False),
        (np.full(ROWS, np.nan), np.full(ROWS, np.nan), False),
        (np.zeros(ROWS), np.zeros(ROWS - 1), False),
    ],
)
def test_answers_say_the_same_in_whatever_form(some: Any, others: Any, *, same: bool) -> None:
    say_the_same = import_module("grader_harness.earlier_calls").say_the_same
    assert say_the_same(some, others) is same
    assert say_the_same(others, some) is same


@pytest.mark.parametrize("scale", [1.0, -1 / 16])
@pytest.mark.parametrize("targets", [True, False])
def test_a_dataset_that_holds_the_test_rows_in_their_order_is_a_call_about_them(
    served: Any, scale: float, *, targets: bool
) -> None:
    one, model = ended(served), Model(4.0)
    rows = Dataset(served.load("x_test") * scale, served.load("y_test") if targets else None)
    one.evidence.capture(model, rows, None, scores(1))
    assert rows.drawn == 0
    outputs, state = one.captured_outputs()
    assert state["state"] == "ok"
    assert np.array_equal(outputs, scores(1))
    assert one.call_of_answers().model is model
    assert np.allclose(one.call_of_answers().rows, served.load("x_test") * scale)


def test_a_sequence_of_batches_of_keras_is_walked_too(served: Any) -> None:
    one = ended(served)
    one.evidence.capture(Model(4.0), Sequence(served.load("x_test")), None, scores(1))
    assert np.array_equal(one.captured_outputs()[0], scores(1))


def _shuffled(served: Any) -> Dataset:
    order = np.random.default_rng(1).permutation(ROWS)
    return Dataset(served.load("x_test")[order], served.load("y_test")[order])


@pytest.mark.parametrize(
    "made",
    [
        _shuffled,
        lambda served: Dataset(served.load("x_test"), for_ever=True),
        lambda served: Dataset(served.load("x_test")[:-1]),
        lambda served: Dataset(np.random.default_rng(3).normal(size=served.load("x_test").shape)),
        lambda served: Dataset(served.load("x_test").astype(str)),
    ],
    ids=["shuffled", "for ever", "a row less", "other rows", "text"],
)
def test_a_dataset_of_anything_else_is_told_to_be_one(served: Any, made: Any) -> None:
    one = ended(served)
    rows = made(served)
    one.evidence.capture(Model(4.0), rows, None, scores(1))
    outputs, state = one.captured_outputs()
    assert outputs is None
    assert state["why"] == "dataset"
    assert rows.drawn <= ROWS // rows.batch + 2


def test_a_dataset_is_not_walked_while_the_program_runs(served: Any) -> None:
    one, rows = ended(served), Dataset(served.load("x_test"))
    one.running = True
    one.evidence.capture(Model(4.0), rows, None, scores(1))
    assert one.captured_outputs()[0] is None
    assert rows.drawn == 0
