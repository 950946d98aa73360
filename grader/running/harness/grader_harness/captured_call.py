"""The last recognised call of a model, and how an input that was looked at is known again."""

import weakref
from dataclasses import dataclass
from typing import Any

from grader_harness.observing import mark


@dataclass
class Captured:
    """The last recognised call: its model with the weights it had, its inputs, its outputs if known."""

    model: Any
    weights: list[Any]
    inputs: Any
    """A copy of what the call was given, to predict again from."""
    rows: Any
    outputs: Any
    quality: int
    keras: bool = True
    """A model of Keras, which has weights and can be saved; else an estimator of scikit-learn."""


class Seen:
    """An input once looked at: a loop that asks about the same rows ten thousand times costs one look."""

    def __init__(self, x: Any, parts: list[Any]) -> None:
        try:
            self._x = weakref.ref(x)
        except TypeError:
            self._x = lambda: None
        self._marks = [mark(part) for part in parts]

    def same(self, x: Any, parts: list[Any]) -> bool:
        """Return whether ``x`` is that input, still holding the same values where we sampled it."""
        return x is not None and self._x() is x and [mark(part) for part in parts] == self._marks
