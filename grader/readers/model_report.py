"""Reads what sandbox B wrote beside its predictions: shapes of weights, and one word on what failed.

It was written by our own program in the presence of a model that nobody trusts, so only the promised shape
is kept, within bounds; nothing here raises.
"""

import json
from typing import TYPE_CHECKING, Any

from grader.readers.layer_table import Variable
from grader.readers.npy import count_not_finite, read_npy
from grader.readers.plain_text import plain_line
from grader.readers.refused import Refused
from grader.words import say

if TYPE_CHECKING:
    import numpy as np

MAX_OUTPUT_BYTES = 256 * 1024 * 1024
MAX_BYTES = 8 * 1024 * 1024
_MAX_ARRAYS = 20_000
_MAX_DIMENSIONS = 16
_LARGEST_SIDE = 2**40
_PATH = 300
_SHOWN = 80
_FOUND = frozenset(["unreadable", "link", "external", "virtual", "filter", "type", "size", "count", "shared"])
_STEPS = frozenset({"weights", "load", "inputs", "rows", "predict", "outputs", "memory"})


def read_weights(content: bytes | None) -> tuple[Variable, ...] | Refused | None:
    """Return the arrays of the weights file, why that file is refused, or None where nothing is known."""
    said = _table(content)
    refused = said.get("refused")
    if isinstance(refused, dict):
        return _refusal(refused)
    arrays = said.get("arrays")
    if not isinstance(arrays, list) or len(arrays) > _MAX_ARRAYS:
        return None
    read = [_variable(one) for one in arrays]
    known = tuple(one for one in read if one is not None)
    return known if len(known) == len(read) else None


def read_step(content: bytes | None) -> str | None:
    """Return the step at which the model could not be applied, None where it was or nothing is known."""
    why = _table(content).get("why")
    return why if isinstance(why, str) and why in _STEPS else None


def read_outputs(content: bytes, rows: int) -> "np.ndarray[Any, Any] | Refused":
    """Return what the model makes of ``rows`` rows: finite numbers, a row for each; or why not taken."""
    read = read_npy(content, max_bytes=MAX_OUTPUT_BYTES)
    if isinstance(read, Refused):
        return read
    if read.ndim < 1 or len(read) != rows:
        return Refused(reason=say("array-wrong-shape", shape=str(read.shape), expected=f"({rows}, …)"))
    bad = count_not_finite(read)
    return Refused(reason=say("array-not-finite", count=bad)) if bad else read


def _refusal(said: dict[str, Any]) -> Refused:
    why, where = said.get("why"), said.get("where")
    known = why if isinstance(why, str) and why in _FOUND else "unreadable"
    place = plain_line(where, limit=_SHOWN) if isinstance(where, str) else ""
    return Refused(
        reason=say(
            "model-weights-unexpected-content",
            what=say(f"verdict.weights.{known}"),
            where=place or "model.weights.h5",
        )
    )


def _variable(said: Any) -> Variable | None:
    path, shape = (said.get("path"), said.get("shape")) if isinstance(said, dict) else (None, None)
    if not isinstance(path, str) or not isinstance(shape, list):
        return None
    if len(path) > _PATH or len(shape) > _MAX_DIMENSIONS or not all(_is_side(side) for side in shape):
        return None
    return Variable(path=path, shape=tuple(shape))


def _is_side(side: Any) -> bool:
    return isinstance(side, int) and not isinstance(side, bool) and 0 <= side <= _LARGEST_SIDE


def _table(content: bytes | None) -> dict[str, Any]:
    if content is None or len(content) > MAX_BYTES:
        return {}
    try:
        said = json.loads(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
