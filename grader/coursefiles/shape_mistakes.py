"""Mistakes of shape in assignment.toml, in our own words: unknown keys, wrong types, impossible values.

pydantic finds them; its English sentences stay here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from grader.coursefiles import schema
from grader.model.message import Message
from grader.words import say
from grader.words.mistake_words import check_label, legible, near_miss, shown

_PATTERNS = {"Name": "needed.name", "Id": "needed.id", "Duration": "needed.duration", "Size": "needed.size"}
_TYPES = {
    "string_type": "needed.text",
    "string_too_short": "needed.some_text",
    "string_too_long": "needed.short_text",
    "int_type": "needed.integer",
    "float_type": "needed.number",
    "finite_number": "needed.number",
    "bool_type": "needed.boolean",
    "points": "needed.points",
    "scale_end": "needed.scale_end",
    "list_type": "needed.list",
    "too_short": "needed.some_items",
    "too_long": "needed.few_items",
    "model_type": "needed.table",
    "model_attributes_type": "needed.table",
    "greater_than_equal": "needed.at_least",
    "less_than_equal": "needed.at_most",
    "literal_error": "needed.one_of",
}
_KINDS: Mapping[str, type[schema.Table]] = {
    "metric": schema.MetricTable,
    "architecture": schema.ArchitectureTable,
    "reference": schema.ReferenceTable,
    "scale": schema.ScaleTable,
    "runs": schema.RunsCheckTable,
    "figure": schema.FigureTable,
    "fit": schema.FitTable,
}


def shape_mistakes(raw: Mapping[str, Any], where: str, errors: Sequence[Mapping[str, Any]]) -> list[Message]:
    """Return one message for each of pydantic's ``errors`` about ``raw``, the content of ``where``."""
    return [_mistake(raw, where, error) for error in errors]


def _mistake(raw: Mapping[str, Any], where: str, error: Mapping[str, Any]) -> Message:
    path = tuple(error["loc"])
    key = ".".join(_told(raw, path))
    match error["type"]:
        case "extra_forbidden":
            return say("unknown-key", file=where, key=key, hint=near_miss(str(path[-1]), _keys_beside(path)))
        case "missing":
            return say("missing-key", file=where, key=key)
        case "union_tag_not_found":
            return say("missing-key", file=where, key=f"{key}.kind")
        case "union_tag_invalid":
            got = str(error["ctx"]["tag"])
            hint, available = near_miss(got, _KINDS), ", ".join(_KINDS)
            return say(
                "unknown-name", file=where, key=f"{key}.kind", name=shown(got), hint=hint, available=available
            )
        case _:
            return say(
                "impossible-value", file=where, key=key, got=shown(error["input"]), needed=_needed(error)
            )


def _needed(error: Mapping[str, Any]) -> Message:
    """Return what should have stood there; an error that nobody foresaw keeps pydantic's words."""
    limits = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch":
        named = next((name for name, p in _patterns() if p == limits["pattern"]), None)
        if named is not None:
            return say(_PATTERNS[named])
    key = _TYPES.get(error["type"])
    if key is None:
        return say("needed.other", problem=error["msg"])
    return say(
        key,
        limit=limits.get("ge", limits.get("le", limits.get("min_length", limits.get("max_length", 0)))),
        values=str(limits.get("expected", "")).replace("'", "").replace(" or ", ", "),
    )


def _patterns() -> Iterator[tuple[str, str]]:
    for name in _PATTERNS:
        for metadata in getattr(schema, name).__metadata__:
            for constraint in getattr(metadata, "metadata", ()):
                if getattr(constraint, "pattern", None):
                    yield name, constraint.pattern


def _told(raw: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[str]:
    """Return the parts of a key as people read them: checks by their id, lists counted from 1."""
    parts = list(path)
    if len(parts) > 1 and parts[0] == "check" and isinstance(parts[1], int):
        number = parts[1]
        yield check_label(raw["check"][number], number + 1)
        del parts[:2]
        if parts and parts[0] in _KINDS:  # the union's tag, which stands in no file
            del parts[0]
    for part in parts:
        yield str(part + 1) if isinstance(part, int) else legible(part)


def _keys_beside(path: tuple[str | int, ...]) -> list[str]:
    """Return the keys the schema knows in the table that holds the last part of ``path``."""
    names = tuple(part for part in path[:-1] if isinstance(part, str))
    if names[:1] == ("check",):
        table = schema.TierTable if "partial" in names else _KINDS[names[1]]
    else:
        table = _table_at(names)
    return [field.alias or name for name, field in table.model_fields.items()]


def _table_at(names: tuple[str, ...]) -> type[schema.Table]:
    """Return the schema of the table that stands under ``names``, from the outermost."""
    table: type[schema.Table] = schema.AssignmentFile
    for inner in names:
        fields = (field for name, field in table.model_fields.items() if inner in (name, field.alias))
        table = cast("type[schema.Table]", next(fields).annotation)
    return table
