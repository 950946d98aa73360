"""Reads how a program says that its model is built: hostile JSON, of which the promised shape is kept."""

import json
from typing import Any

from grader.model.evidence import Graph
from grader.readers.plain_text import plain_line

MAX_BYTES = 1024 * 1024
KINDS = ("sequential", "functional", "subclass")
_MOST_LAYERS, _MOST_LOSSES, _MOST_COUNTED = 1000, 20, 10_000
_MOST_PARAMETERS = 10**15
_NAME = 100


def read_graph(content: bytes | None) -> Graph | None:
    """Return what ``graph.json`` says; None where there is no such model. Never raises."""
    if content is None or len(content) > MAX_BYTES:
        return None
    try:
        said = json.loads(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("class") not in KINDS:
        return None
    return Graph(
        kind=said["class"],
        inputs=_whole(said.get("inputs"), _MOST_COUNTED),
        outputs=_whole(said.get("outputs"), _MOST_COUNTED),
        layers=_names(said.get("layers"), _MOST_LAYERS),
        parameters=_whole(said.get("parameters"), _MOST_PARAMETERS),
        loss=_names(said.get("loss"), _MOST_LOSSES),
    )


def _whole(said: Any, most: int) -> int | None:
    return said if type(said) is int and 0 <= said <= most else None


def _names(said: Any, most: int) -> tuple[str, ...]:
    items = said[:most] if isinstance(said, list) else []
    lines = (plain_line(item, limit=_NAME) for item in items if isinstance(item, str))
    return tuple(line for line in lines if line)
