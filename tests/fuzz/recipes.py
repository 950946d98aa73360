"""The recipe that a run left: read to something short that reads again as the same, or not at all."""

import json
from collections.abc import Iterator
from typing import Any

from grader.files.plain_data import plain_of
from grader.model.recipe import NoRecipe
from grader.readers.recipe import read_recipe
from grader.readers.recipe_length import LONGEST, length_of
from grader.readers.recipe_reasons import no_recipe_told
from grader.readers.refused import Refused
from tests.fuzz.fit_to_show import assert_message

_LONGEST_WORD = 100
_MOST_NUMBERS_TOGETHER = 64


def look_at_recipe(content: bytes) -> None:
    """What is taken is short, holds no long list and reads again as itself; else the reason can be told."""
    found = read_recipe(content)
    if isinstance(found, Refused):
        assert_message(found.reason)
        return
    if isinstance(found, NoRecipe):
        assert_message(no_recipe_told(found))
        return
    assert length_of(found) <= LONGEST
    data = plain_of(found)
    for value in _values(data):
        assert not isinstance(value, str) or len(value) <= _LONGEST_WORD, value
        if isinstance(value, list) and all(isinstance(one, int | float) for one in value):
            assert len(value) <= _MOST_NUMBERS_TOGETHER
    again = read_recipe(json.dumps({"protocol": 2, "recipe": data}).encode())
    assert again == found, (found, again)


def _values(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _values(one)
    elif isinstance(value, list):
        for one in value:
            yield from _values(one)
