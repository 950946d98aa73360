"""Reads the variables of a program that a run was asked for: JSON of one shape, arrays inside as ``.npy``.

Everything was written by a process that the submission shared. A value is what the submission says it is,
and no more; what does not keep to the shape is no value. Nothing here raises, and nothing is evaluated.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model.message import Message
from grader.readers.npy import read_npy
from grader.readers.plain_text import plain_line
from grader.readers.refused import Refused
from grader.words import say

MAX_BYTES = 17 * 1024 * 1024
MAX_DEPTH = 20
MAX_ITEMS = 100_000
_MAX_ARRAY_BYTES = 9 * 1024 * 1024
_MAX_BITS = 4096
_MOST_MARKS = 2_000_000
"""Of the characters that make JSON allocate: as many as the harness writes at most, and some."""
_WHY = frozenset({"absent", "type", "dtype", "text", "depth", "cycle", "too_large", "raised"})
_KINDS_OF_THEIR_OWN = {
    "symbolic": frozenset({"SymbolicTensor", "Tensor", "KerasTensor", "RefVariable"}),
    "function": frozenset({"function", "builtin_function_or_method", "method", "type", "Function"}),
}
"""Classes that hold no value yet, where people expect one: what to do is told."""
_FLOATS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
_SHOWN = 300
_KEYS = frozenset({"why", "detail", "shape", "dtype"})
_MOST_SIDES, _LONGEST_SIDE = 32, 2**63
_DTYPE = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLarge(Refused):
    """An array that is too large to be read; what it is like is known all the same."""

    shape: tuple[int, ...]
    dtype: str


def read_values(content: bytes | None, names: Sequence[str]) -> Mapping[str, object]:
    """Return for each of ``names`` its value, or :class:`Refused` with the reason in words.

    Values are None, booleans, whole numbers, floats (NaN and infinities too), text, lists, tuples, dicts
    and numpy arrays and scalars of the dtypes that :func:`read_npy` takes. Text comes as it is: it must be
    cleaned before it is shown.
    """
    said = _said(content)
    values = _Values()
    return {name: values.read(name, said.get(name)) for name in names}


class _Malformed(Exception):  # noqa: N818 - never leaves this module
    """What is there is not what the harness writes."""


class _Values:
    """Reads values one after another; together they keep to one count of items."""

    def __init__(self) -> None:
        self._items = MAX_ITEMS

    def read(self, name: str, written: Any) -> object:
        """Return the value that ``written`` stands for, or why there is none."""
        if isinstance(written, dict) and written.keys() == {"value"}:
            try:
                return self._value(written["value"], 0)
            except _Malformed:
                return Refused(reason=_lost(name))
        reason = _why(name, written)
        outline = _outline(written) if reason.key == "verdict.value.too_large" else None
        return Refused(reason=reason) if outline is None else TooLarge(reason=reason, **outline)

    def _value(self, written: Any, depth: int) -> Any:
        self._items -= 1
        if self._items < 0 or depth > MAX_DEPTH:
            raise _Malformed
        if written is None or isinstance(written, bool):
            return written
        if isinstance(written, int):
            return _checked(written, written.bit_length() <= _MAX_BITS)
        if isinstance(written, float):  # JSON says 1e999 and means infinity; the harness writes a word
            return _checked(written, abs(written) < float("inf"))
        if isinstance(written, str):
            return _checked(written, _is_unicode(written))
        if isinstance(written, list):
            return [self._value(item, depth + 1) for item in written]
        return self._tagged(written, depth)

    def _tagged(self, said: Any, depth: int) -> Any:
        if not isinstance(said, dict) or len(said) != 1:
            raise _Malformed
        ((tag, held),) = said.items()
        match tag, held:
            case "tuple", list():
                return tuple(self._value(item, depth + 1) for item in held)
            case "dict", list():
                return self._dict(held, depth)
            case "float", "nan" | "inf" | "-inf":
                return _FLOATS[held]
            case "array", str():
                return _array(held)
            case "scalar", str():
                array = _array(held)
                return _checked(array, array.shape == ())[()]
        raise _Malformed

    def _dict(self, pairs: list[Any], depth: int) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for pair in pairs:
            if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004 - key and value
                raise _Malformed
            key = self._value(pair[0], depth + 1)
            try:
                made[key] = self._value(pair[1], depth + 1)
            except TypeError:  # a list, a dict or an array is no key
                raise _Malformed from None
        if len(made) != len(pairs):
            raise _Malformed
        return made


def _array(text: str) -> Any:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _Malformed from None
    array = read_npy(content, max_bytes=_MAX_ARRAY_BYTES, empty=True)
    if isinstance(array, Refused):
        raise _Malformed
    return array


def _said(content: bytes | None) -> dict[str, Any]:
    """Return what the file says of each name; nothing when it is too large, or no such JSON."""
    if (
        content is None
        or len(content) > MAX_BYTES
        or sum(map(content.count, (b"[", b"{", b","))) > _MOST_MARKS
    ):
        return {}
    try:
        said = json.loads(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    values = said.get("values") if isinstance(said, dict) else None
    return values if isinstance(values, dict) else {}


def _why(name: str, written: Any) -> Message:
    why = written.get("why") if isinstance(written, dict) and written.keys() <= _KEYS else None
    if not isinstance(why, str) or why not in _WHY:
        return _lost(name)
    detail = written.get("detail")
    told = plain_line(detail, limit=_SHOWN) if isinstance(detail, str) else ""
    if why == "type":
        why = next((key for key, classes in _KINDS_OF_THEIR_OWN.items() if told in classes), why)
    return say(f"verdict.value.{why}", name=name, detail=told)


def _outline(written: dict[str, Any]) -> dict[str, Any] | None:
    """Return the shape and dtype of an array that was too large, where both are there and can be."""
    shape, dtype = written.get("shape"), written.get("dtype")
    if not isinstance(shape, list) or len(shape) > _MOST_SIDES or not isinstance(dtype, str):
        return None
    sides = all(type(side) is int and 0 <= side < _LONGEST_SIDE for side in shape)
    return {"shape": tuple(shape), "dtype": dtype} if sides and _DTYPE.fullmatch(dtype) else None


def _lost(name: str) -> Message:
    return say("verdict.value.lost", name=name)


def _checked(value: Any, holds: bool) -> Any:  # noqa: FBT001 - a promise and whether it holds
    if not holds:
        raise _Malformed
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
