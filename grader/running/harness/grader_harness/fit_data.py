"""What is kept of a fit: the first rows that a model or an estimator was trained on."""

from dataclasses import dataclass
from typing import Any

from grader_harness.recognition import flat_rows, input_parts

FIT_ROWS = 4096


@dataclass
class FitData:
    """The first rows passed to the last fit of one model."""

    model: Any
    """A weak reference, or what returns an estimator."""
    inputs: Any
    targets: Any
    shape: tuple[int, ...] = ()
    """Of one row, where the model has one input."""
    names: list[Any] | None = None
    """Of the columns, where they were given with names."""
    keras: bool = True


def first_rows(model: Any, x: Any, targets: Any) -> FitData:
    """Return a copy of the first rows of ``x`` and ``targets``, which ``model`` returns was fitted on."""
    if targets is not None and targets.ndim:
        targets = targets[:FIT_ROWS].reshape(len(targets[:FIT_ROWS]), -1).copy()
    parts = [None if part is None else part[:FIT_ROWS] for part in input_parts(x)]
    shape = parts[0].shape[1:] if len(parts) == 1 and parts[0] is not None else ()
    return FitData(model, flat_rows(parts), targets, shape)
