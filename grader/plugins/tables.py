"""What a kind of check makes its table in assignment.toml of; ours are made of nothing else.

A table is a frozen dataclass: ``Annotated`` fields say what may stand in them, those with a default may be
left out. It knows all its keys and takes no text for a number. What is wrong with one is told in the
grader's own words, an unknown key with its near miss. An error raised by a validator of one's own is told in
the words of the catalogue when its type is a key of it (``needed.scale_end``), else as it is.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, TypeVar, cast

from pydantic import BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, TypeAdapter, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError

from grader.model.check import CheckSpec

__all__ = [
    "CheckTable",
    "Expected",
    "Field",
    "FileName",
    "Id",
    "Margin",
    "ModuleName",
    "Name",
    "Number",
    "NumberOrReference",
    "Points",
    "Several",
    "Table",
    "expected_value",
    "reader_of",
]

T = TypeVar("T")
_MOST_ITEMS, _DEEPEST = 10_000, 20
_LARGEST = 1e300
"""Whole numbers in TOML can be too long for a float; NaN is not below it."""


def _points(value: Any) -> Decimal:
    """Return a TOML number as the decimal that was typed; text and booleans are no numbers."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        points = Decimal(str(value))
        if points.is_finite() and 0 <= points <= 1000 and points == round(points, 3):  # noqa: PLR2004 - told below
            return points
    raise PydanticCustomError("needed.points", "a number from 0 to 1000 with at most three decimals")


def _number_or_reference(value: Any) -> float | None:
    """Return the number, or None for ``"reference"``."""
    if value == "reference":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return float(value)
    raise PydanticCustomError("needed.scale_end", 'a number, or "reference"')


def expected_value(value: Any) -> Any:
    """Return what a value of a program is held against: a number, a text, true or false, lists of these.

    Lists come as tuples, so that nothing in a table can change.

    Raises:
        PydanticCustomError: it is something else, or too much of it.
    """
    return _expected(value, [_MOST_ITEMS], 0)


def _expected(value: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if left[0] >= 0 and depth <= _DEEPEST:
        if isinstance(value, list | tuple):
            return tuple([_expected(one, left, depth + 1) for one in value])
        if isinstance(value, bool | str | int | float):
            return value
    raise PydanticCustomError("needed.expected", "a number, a text, true or false, or lists of these")


Expected = Annotated[
    Any,
    BeforeValidator(expected_value),
    WithJsonSchema({"type": ["number", "string", "boolean", "array"]}),
]
"""What a value of a program is held against."""
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$", max_length=100)]
"""The name of one file, without folders."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=100)]
"""A name as in Python: of a variable, a layer, a function."""
ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$", max_length=100)]
"""The name of a module, with its dots."""
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Points = Annotated[
    Decimal,
    BeforeValidator(_points),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1000}),
]
Number = Annotated[float, Field(allow_inf_nan=False)]
Margin = Annotated[float, Field(ge=0, allow_inf_nan=False)]
NumberOrReference = Annotated[
    float | None,
    BeforeValidator(_number_or_reference),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"const": "reference"}]}),
]
"""A number, or ``"reference"``: what the reference solution measures, None in the table."""
Several = Annotated[tuple[T, ...], Field(strict=False)]
"""A list of the file as a tuple: ``Several[Name]``."""


class Table:
    """A TOML table that knows all its keys and takes no text for a number; base of every table."""

    __slots__ = ()
    __pydantic_config__ = ConfigDict(extra="forbid", strict=True, regex_engine="python-re")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the dataclass's own schema; strict holds for what stands in the table, which is a dict."""
        schema = handler(source)
        cast("dict[str, Any]", handler.resolve_ref_schema(schema))["strict"] = False
        return schema


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTable(Table, CheckSpec):
    """What every ``[[check]]`` has; the table of a kind is derived from it.

    A kind whose checks decide the verdict unless the file says otherwise sets ``required: bool = True``.
    """

    id: Id
    points: Annotated[Points, Field(json_schema_extra={"default": 0})] = Decimal(0)
    required: bool = False


def reader_of(table: type[CheckSpec]) -> TypeAdapter[Any]:
    """Return what reads a check's table from a file, writes it back, and knows its JSON Schema."""
    return TypeAdapter(table)
