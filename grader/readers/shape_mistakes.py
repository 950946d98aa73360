"""Mistakes of shape in what people write as TOML, in our own words: unknown keys, impossible values.

pydantic finds them; its English sentences stay here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from grader.model.message import Message
from grader.words import say
from grader.words.catalogue import keys
from grader.words.mistake_words import check_label, legible, near_miss, shown

Patterns = Iterable[tuple[Any, str]]
"""Texts that follow a pattern (an ``Annotated`` of pydantic), each with the catalogue's word for it."""
_TYPES = {
    "string_type": "needed.text",
    "string_too_short": "needed.some_text",
    "string_too_long": "needed.short_text",
    "int_type": "needed.integer",
    "float_type": "needed.number",
    "finite_number": "needed.number",
    "bool_type": "needed.boolean",
    "list_type": "needed.list",
    "tuple_type": "needed.list",
    "too_short": "needed.some_items",
    "too_long": "needed.few_items",
    "model_type": "needed.table",
    "model_attributes_type": "needed.table",
    "dict_type": "needed.table",
    "dataclass_type": "needed.table",
    "greater_than": "needed.above",
    "less_than": "needed.less_than",
    "greater_than_equal": "needed.at_least",
    "less_than_equal": "needed.at_most",
    "literal_error": "needed.one_of",
}
_BOUNDS = ("ge", "le", "gt", "lt", "min_length", "max_length")
_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")


def shape_mistakes(
    raw: Mapping[str, Any],
    where: str,
    errors: Sequence[Mapping[str, Any]],
    *,
    known: Mapping[str, Any],
    patterns: Patterns,
    inside: tuple[str | int, ...] = (),
) -> list[Message]:
    """Return one message for each of pydantic's ``errors`` about ``raw``, the content of ``where``.

    Args:
        raw: the whole file.
        where: what messages call it.
        errors: about the table that stands at ``inside``.
        known: the JSON Schema of that table, for the keys that somebody may have meant.
        patterns: what texts of that table follow.
        inside: the way to that table, from the outermost.
    """
    needed = {pattern: key for kind, key in patterns for pattern in _patterns(kind)}
    return [
        _mistake(error, where, tuple(_told(raw, (*inside, *error["loc"]))), known, needed) for error in errors
    ]


def _mistake(
    error: Mapping[str, Any],
    where: str,
    told: tuple[str, ...],
    known: Mapping[str, Any],
    needed: Mapping[str, str],
) -> Message:
    path, key = tuple(error["loc"]), ".".join(told)
    if error["type"] in _UNKNOWN_KEY:
        hint = near_miss(str(path[-1]), _keys_beside(known, path))
        return say("unknown-key", file=where, key=key, hint=hint)
    if error["type"] == "missing":
        return say("missing-key", file=where, key=key)
    got, should = shown(error["input"]), _needed(error, needed)
    return say("impossible-value", file=where, key=key, got=got, needed=should)


def _needed(error: Mapping[str, Any], needed: Mapping[str, str]) -> Message:
    """Return what should have stood there; an error that nobody foresaw keeps its own words."""
    limits = error.get("ctx", {})
    if limits.get("pattern") in needed:
        return say(needed[limits["pattern"]])
    key = _TYPES.get(error["type"], error["type"])
    if not key.startswith("needed.") or key not in keys():
        return say("needed.other", problem=error["msg"])
    return say(
        key,
        limit=next((limits[bound] for bound in _BOUNDS if bound in limits), 0),
        values=str(limits.get("expected", "")).replace("'", "").replace(" or ", ", "),
    )


def _patterns(kind: Any) -> Iterator[str]:
    for metadata in kind.__metadata__:
        for constraint in getattr(metadata, "metadata", ()):
            if getattr(constraint, "pattern", None):
                yield constraint.pattern


def _told(raw: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[str]:
    """Return the parts of a key as people read them: checks by their id, lists counted from 1."""
    parts = list(path)
    if len(parts) > 1 and parts[0] == "check" and isinstance(parts[1], int):
        number = parts[1]
        yield check_label(raw["check"][number], number + 1)
        del parts[:2]
    for part in parts:
        yield str(part + 1) if isinstance(part, int) else legible(part)


def _keys_beside(known: Mapping[str, Any], path: tuple[str | int, ...]) -> list[str]:
    """Return the keys that a schema knows in the table which holds the last part of ``path``."""
    here = _followed(known, known)
    for part in path[:-1]:
        inner = here.get("items") if isinstance(part, int) else here.get("properties", {}).get(part)
        here = _followed(inner or {}, known)
    return list(here.get("properties", ()))


def _followed(schema_: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a schema refers to among the definitions of ``whole``, or itself; the first of several."""
    schema_ = schema_.get("anyOf", (schema_,))[0]
    place = schema_.get("$ref")
    if place is None:
        return schema_
    found: Mapping[str, Any] = whole["$defs"][place.rpartition("/")[2]]
    return found
