"""What a model was asked about through a ``tf.data.Dataset`` or a sequence of batches.

While a program runs nobody but itself walks these: a walk draws random numbers, and may never end. After its
end the last one is walked once more, no further than one row past the test rows; where it holds these, in
their order, the call was about them.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader_harness.observing import like, pick_output
from grader_harness.recognition import Recogniser, flat_rows, input_parts

MOST_SECONDS = 60.0
_SEQUENCES = frozenset({"PyDataset", "Sequence", "Iterator"})


@dataclass
class Walk:
    """A call about a dataset: its model with the weights it had, what it was given, what it answered."""

    model: Any
    weights: list[Any]
    given: Any
    outputs: Any


@dataclass
class Walked:
    """The test rows that were met: as the model gets them, flat, and what it answered if that is known."""

    inputs: Any
    rows: Any
    outputs: Any


def is_walked(x: Any) -> bool:
    """Return whether ``x`` is something whose rows only a walk shows."""
    return hasattr(x, "element_spec") or any(
        base.__name__ in _SEQUENCES and base.__module__.partition(".")[0] in ("keras", "tf_keras")
        for base in type(x).__mro__
    )


def walked(walk: Walk, recogniser: Recogniser) -> Walked | None:
    """Return the test rows, where ``walk`` was about them in their order; None where it was not."""
    import numpy as np

    pieces: list[list[Any]] = []
    targets: list[Any] = []
    first, count, started = None, 0, time.monotonic()
    for element in _batches(walk.given):
        x, y = _split(element)
        parts = input_parts(x)
        if any(part is None or part.ndim == 0 for part in parts):
            return None
        first = x if first is None else first
        pieces.append(parts)
        targets.append(y)
        count += len(parts[0])
        if count > recogniser.count or time.monotonic() - started > MOST_SECONDS:
            return None
    if count != recogniser.count or len({len(parts) for parts in pieces}) != 1:
        return None
    whole = [np.concatenate(each) for each in zip(*pieces, strict=True)]
    rows = flat_rows(whole)
    if rows is None or not (recogniser.rows_match(rows) or _labels_match(targets, recogniser)):
        return None
    outputs = None if walk.outputs is None else pick_output(walk.outputs, count)
    return Walked(inputs=like(first, whole), rows=rows, outputs=outputs)


def _batches(given: Any) -> Iterator[Any]:
    if hasattr(given, "element_spec"):
        yield from given
        return
    for number in range(len(given)):
        yield given[number]


def _split(element: Any) -> tuple[Any, Any]:
    """Return the inputs and the targets of a batch: it is a tuple of them, or inputs alone."""
    if isinstance(element, tuple | list) and element:
        return element[0], element[1] if len(element) > 1 else None
    return element, None


def _labels_match(targets: list[Any], recogniser: Recogniser) -> bool:
    import numpy as np

    parts = [None if y is None else input_parts(y)[0] for y in targets]
    if any(part is None or part.ndim == 0 for part in parts):
        return False
    return recogniser.labels_match(np.concatenate(parts))
