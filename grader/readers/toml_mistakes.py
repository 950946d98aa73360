"""What pydantic finds wrong with a table of TOML, in our own words: its English sentences stay here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from grader.model.message import Message
from grader.words import say
from grader.words.mistake_words import legible, near_miss, shown

_NEEDED = {
    "string_type": "needed.text",
    "string_too_short": "needed.some_text",
    "string_too_long": "needed.short_text",
    "int_type": "needed.integer",
    "float_type": "needed.number",
    "finite_number": "needed.number",
    "bool_type": "needed.boolean",
    "list_type": "needed.list",
    "too_short": "needed.some_items",
    "too_long": "needed.few_items",
    "dict_type": "needed.table",
    "model_type": "needed.table",
    "model_attributes_type": "needed.table",
    "greater_than": "needed.above",
    "less_than": "needed.less_than",
    "greater_than_equal": "needed.at_least",
    "less_than_equal": "needed.at_most",
    "literal_error": "needed.one_of",
}
Path = tuple[str | int, ...]


def toml_mistakes(
    where: str,
    errors: Sequence[Mapping[str, Any]],
    *,
    keys_beside: Callable[[Path], Iterable[str]],
    needed: Mapping[str, str],
) -> list[Message]:
    """Return one message for each of pydantic's ``errors`` about the file called ``where``.

    ``keys_beside`` tells the keys that are known where the last part of a path stands. ``needed`` maps what
    pydantic cannot name, a pattern or an error of our own, to the catalogue's word for what should be there.
    """
    return [_mistake(where, error, keys_beside, needed) for error in errors]


def _mistake(
    where: str,
    error: Mapping[str, Any],
    keys_beside: Callable[[Path], Iterable[str]],
    needed: Mapping[str, str],
) -> Message:
    path: Path = tuple(error["loc"])
    key = ".".join(str(part + 1) if isinstance(part, int) else legible(part) for part in path)
    if error["type"] == "extra_forbidden":
        hint = near_miss(str(path[-1]), keys_beside(path))
        return say("unknown-key", file=where, key=key, hint=hint)
    if error["type"] == "missing":
        return say("missing-key", file=where, key=key)
    got, should = shown(error["input"]), _needed(error, needed)
    return say("impossible-value", file=where, key=key, got=got, needed=should)


def _needed(error: Mapping[str, Any], needed: Mapping[str, str]) -> Message:
    """Return what should have stood there; an error that nobody foresaw keeps pydantic's words."""
    limits = error.get("ctx", {})
    key = needed.get(limits.get("pattern", error["type"]), _NEEDED.get(error["type"]))
    if key is None:
        return say("needed.other", problem=error["msg"])
    bounds = ("ge", "le", "gt", "lt", "min_length", "max_length")
    return say(
        key,
        limit=next((limits[bound] for bound in bounds if bound in limits), 0),
        values=str(limits.get("expected", "")).replace("'", "").replace(" or ", ", "),
    )
