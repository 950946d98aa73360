"""How much a recipe says: what could carry answers is told in digits and words, and is short by rule."""

from collections.abc import Iterator, Mapping
from typing import Any

from grader.model.recipe import Recipe

LONGEST = 128
"""Digits and words of a recipe at most: twice the longest honest one that was measured."""
_USUAL = frozenset(
    {
        0,
        1,
        -1,
        2,
        0.5,
        0.1,
        0.01,
        0.001,
        0.0001,
        0.9,
        0.99,
        0.999,
        1e-7,
        1e-8,
        1e-5,
        10,
        16,
        32,
        64,
        128,
        256,
        512,
    }
)
_OF_THE_FORM = frozenset(
    {"class_name", "module", "registered_name", "name", "keras_history", "dtype", "kind"}
)
"""What stands there follows from the rest."""


def length_of(recipe: Recipe) -> int:
    """Return how much ``recipe`` says: the digits of its numbers, and its words; usual numbers say one."""
    from pydantic import TypeAdapter

    data = TypeAdapter(Recipe).dump_python(recipe, mode="json")
    return sum(_said(value) for value in _leaves(data))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            if key not in _OF_THE_FORM:
                yield from _leaves(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(one)
    else:
        yield value


def _said(value: Any) -> int:
    if value is None or isinstance(value, bool):
        return 0
    if isinstance(value, str):
        return 1
    if value in _USUAL:
        return int(value not in (0, 1))
    digits = f"{abs(value):.7g}".partition("e")[0].replace(".", "").strip("0")
    return max(1, len(digits))
