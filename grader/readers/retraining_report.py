"""Reads what a retraining wrote beside its answers: figures to be shown, and one word on what failed.

Written by our own program, in the presence of a model that somebody else described: only the promised shape
is kept, within bounds; nothing here raises.
"""

import json
import math
from typing import Any

from grader.model.retrained import RetrainingTold

MAX_BYTES = 1024 * 1024
_WHY = frozenset({"memory", "untrained", "training"})
_MOST_EPOCHS = 10**7
_MOST_SECONDS = 1e8


def read_retrainings(content: bytes | None, names: tuple[str, ...]) -> dict[str, RetrainingTold]:
    """Return what is told of the trainings ``names``, by name; nothing of others, and of each once."""
    told: dict[str, RetrainingTold] = {}
    said = _table(content).get("trainings")
    for one in said if isinstance(said, list) else ():
        name = one.get("name") if isinstance(one, dict) else None
        if isinstance(name, str) and name in names and name not in told:
            told[name] = _told(name, one)
    return told


def _told(name: str, one: dict[str, Any]) -> RetrainingTold:
    why, loss = one.get("why"), _number(one.get("loss"))
    return RetrainingTold(
        name=name,
        cpu_seconds=min(max(_number(one.get("cpu_seconds")) or 0.0, 0.0), _MOST_SECONDS),
        loss=loss,
        epochs=_count(one.get("epochs")),
        whole_epochs=one.get("whole_epochs") is True,
        why=why if isinstance(why, str) and why in _WHY else None,
    )


def _count(said: Any) -> int:
    counted = isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= _MOST_EPOCHS
    return said if counted else 0


def _number(said: Any) -> float | None:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    try:
        value = float(said)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _table(content: bytes | None) -> dict[str, Any]:
    if content is None or len(content) > MAX_BYTES:
        return {}
    try:
        said = json.loads(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
