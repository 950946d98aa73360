"""Epochs are counted inside, and a program that does not take us apart sees whole trainings."""

from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from grader.running.staging.workspace import TOLD


class Model:
    """Trains a step by adding up what it was shown."""

    def __init__(self, at_once: int = 1) -> None:
        self.steps_per_execution = at_once
        self.shown: list[int] = []
        self.train_function: Any = None

    def fit(self, callbacks: Any, epochs: int, batches: int) -> list[int]:
        """Return how many batches each epoch drew."""
        drawn = []
        for epoch in range(epochs):
            self.train_function = self.train_function or self.step
            callbacks.on_epoch_begin(epoch)
            iterator = iter(range(batches))
            for _ in range(0, batches, self.steps_per_execution):
                self.train_function(iterator)
            drawn.append(batches - len(list(iterator)))
            callbacks.on_epoch_end(epoch)
        return drawn

    def step(self, iterator: Any) -> int:
        """See some batches."""
        for _ in range(self.steps_per_execution):
            self.shown.append(next(iterator))
        return self.shown[-1]


def callbacks_for(model: Model, told: bytes) -> Any:
    """Keras' list of callbacks, as a hook finds it after the import."""

    class CallbackList:
        def __init__(self) -> None:
            self.model = model
            self.heard: list[tuple[str, int]] = []

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002 - Keras' own
            self.heard.append(("begin", epoch))

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.heard.append(("end", epoch))

    module = ModuleType("keras.src.callbacks.callback_list")
    module.CallbackList = CallbackList  # type: ignore[attr-defined]
    hooks = SimpleNamespace(after=lambda name, call: call(module) if name == module.__name__ else None)
    _, count = import_module("grader_harness.teaching").teaching(told)
    count(hooks)
    return CallbackList()


@pytest.mark.parametrize(("batches", "at_once"), [(5, 1), (6, 3)])
def test_after_the_most_epochs_each_has_its_first_batches_alone(batches: int, at_once: int) -> None:
    model = Model(at_once)
    callbacks = callbacks_for(model, TOLD.pack(2, 0))
    assert model.fit(callbacks, epochs=4, batches=batches) == [batches] * 4, "all is drawn"
    assert model.shown == [*range(batches), *range(batches), *range(at_once), *range(at_once)]
    assert callbacks.heard == [(what, epoch) for epoch in range(4) for what in ("begin", "end")]
    model.fit(callbacks, epochs=1, batches=batches)
    assert model.shown[-at_once:] == list(range(at_once)), "calling fit again does not begin anew"


def test_of_joined_batches_the_first_alone_is_trained_after_the_most_epochs() -> None:
    model = Model(1)
    callbacks = callbacks_for(model, TOLD.pack(1, 0))

    def joined(iterator: Any) -> int:
        for _ in range(5):
            model.step(iterator)
        return model.shown[-1]

    joined.at_once, joined.one = 5, model.step  # type: ignore[attr-defined]
    for epoch in range(3):
        model.train_function = model.train_function or joined
        callbacks.on_epoch_begin(epoch)
        iterator = iter(range(5))
        model.train_function(iterator)
        assert list(iterator) == [], "all is drawn"
        callbacks.on_epoch_end(epoch)
    assert model.shown == [*range(5), 0, 0]


@pytest.mark.parametrize("told", [b"", TOLD.pack(0, 0), TOLD.pack(0, 1), b"half"])
def test_without_a_limit_every_epoch_is_whole(told: bytes) -> None:
    model = Model()
    model.fit(callbacks_for(model, told), epochs=3, batches=4)
    assert model.shown == [0, 1, 2, 3] * 3


def test_each_model_has_epochs_of_its_own() -> None:
    one, other = Model(), Model()
    callbacks = callbacks_for(one, TOLD.pack(1, 0))
    one.fit(callbacks, epochs=2, batches=3)
    callbacks.model = other
    other.fit(callbacks, epochs=1, batches=3)
    assert (one.shown, other.shown) == ([0, 1, 2, 0], [0, 1, 2])


def test_targets_are_wrong_only_where_that_was_told() -> None:
    teaching = import_module("grader_harness.teaching").teaching
    given = ([[1.0], [2.0]], [0, 1]), {"epochs": 2}
    assert teaching(TOLD.pack(9, 0))[0](*given) == given
    taught = teaching(TOLD.pack(0, 1))[0](*given)
    assert taught[0][1].tolist() == [1, 0]
    assert teaching(TOLD.pack(0, 1))[0]((object(),), {}) is None
