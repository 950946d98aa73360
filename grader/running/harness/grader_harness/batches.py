"""Joins what a model said about the test rows piece by piece: a loop over batches, or over single rows."""

import weakref
from typing import Any

from grader_harness.recognition import Recogniser


class Batches:
    """The pieces so far, of one model and in served order; a piece of anything else begins again."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._begin_again()

    def add(self, model: Any, rows: Any, outputs: Any) -> tuple[Any, Any] | None:
        """Return all rows with all outputs once the last piece is there, else None."""
        import numpy as np

        if self._done and (
            self._model() is not model
            or outputs.shape[1:] != self._pieces[-1][1].shape[1:]
            or not self._recogniser.stand_at(rows, self._done)
        ):
            self._begin_again()
        if not self._done:
            if not self._recogniser.stand_at(rows, 0):
                return None
            self._model = weakref.ref(model)
        self._pieces.append((rows, outputs.copy()))
        self._done += len(rows)
        if self._done < self._recogniser.count:
            return None
        together = tuple(np.concatenate([piece[i] for piece in self._pieces]) for i in (0, 1))
        self._begin_again()
        return together  # type: ignore[return-value]

    def _begin_again(self) -> None:
        self._model: Any = lambda: None
        self._pieces: list[tuple[Any, Any]] = []
        self._done = 0
