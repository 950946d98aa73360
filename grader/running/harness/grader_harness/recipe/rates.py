"""The schedule that a learning rate changed between epochs came to, where a schedule of Keras' own is one."""

import math
from itertools import pairwise
from typing import Any

MOST_PIECES = 16
_CLOSE = 1e-3


def schedule_of(rates: list[float], count: int, settings: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schedule that has these rates at the beginnings of epochs over ``count`` rows, or None."""
    count -= math.floor(count * settings.get("validation_share", 0.0))
    steps = math.ceil(count / settings["batch_size"])
    changes = [epoch for epoch in range(1, len(rates)) if abs(rates[epoch] / rates[epoch - 1] - 1) > 1e-6]  # noqa: PLR2004
    if min(rates) <= 0:
        return None
    if len(changes) < MOST_PIECES:
        return _named(
            "PiecewiseConstantDecay",
            boundaries=[epoch * steps - 1 for epoch in changes],
            values=[rates[0], *(rates[epoch] for epoch in changes)],
        )
    ratios = [after / before for before, after in pairwise(rates)]
    if max(ratios) - min(ratios) < _CLOSE:
        return _named(
            "ExponentialDecay",
            initial_learning_rate=rates[0],
            decay_steps=steps,
            decay_rate=sum(ratios) / len(ratios),
            staircase=True,
        )
    return None


def _named(kind: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "module": "keras.optimizers.schedules", "config": config}
