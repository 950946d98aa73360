"""Where a value that a program left differs first from the one that was expected.

What a program left was read by :mod:`grader.measuring.evidence.values`: plain values, arrays and scalars of
numpy. It is the submission's own word: nothing of it is evaluated, and text is cleaned before it is shown.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model.message import Message
from grader.readers.plain_text import plain_line
from grader.words import say

_SHOWN, _ITEMS = 60, 6
_DEEPEST = 20
_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far a number may lie from the expected one: ``absolute`` plus ``relative`` of the expected."""

    absolute: float
    relative: float

    def holds(self, got: float, expected: float) -> bool:
        """Return whether ``got`` is near enough; NaN is near NaN, and an infinity itself alone."""
        if got == expected or (math.isnan(got) and math.isnan(expected)):
            return True
        near = self.absolute + self.relative * abs(expected)
        return math.isfinite(got) and math.isfinite(expected) and abs(got - expected) <= near


def shape_of(value: object) -> tuple[int, ...] | None:
    """Return the shape of an array, or of lists in lists; None where lists have unequal lengths."""
    shape = getattr(value, "shape", None)
    if shape is not None:
        return tuple(shape)
    return _shape_of_lists(value, 0)


def dtype_of(value: object) -> str:
    """Return what ``value`` is made of: a dtype of numpy, or ``bool``, ``int``, ``float``, ``str``.

    Of a list it is that of its first item.
    """
    while isinstance(value, list | tuple) and value:
        value = value[0]
    dtype = getattr(value, "dtype", None)
    return str(getattr(dtype, "name", dtype)) if dtype is not None else type(value).__name__


def difference(got: object, expected: object, tolerance: Tolerance, *, hidden: bool) -> Message | None:
    """Return where ``got`` differs first from ``expected``, in words; None where it does not.

    ``hidden``: what was expected is not told.
    """
    wanted, has = shape_of(expected), shape_of(got)
    if wanted is not None and has != wanted and not _both_text(got, expected):
        return _other_shape(has, wanted, got)
    where = next(_differences(_plain(got), expected, tolerance, ()), None)
    if where is None:
        return None
    at, its, should = where
    place = say("value.at", place="".join(f"[{i}]" for i in at)) if at else say("value.whole")
    if hidden:
        return say("value.differs.hidden", place=place, got=written(its))
    return say("value.differs", place=place, got=written(its), expected=written(should))


def written(value: object) -> str:
    """Return a value as Python writes it, short enough for a sentence, on one line."""
    if isinstance(value, float):
        return f"{value:.{_DIGITS}g}"
    if hasattr(value, "dtype"):
        return _cut(f"array{tuple(getattr(value, 'shape', ()))}")
    return _cut(repr(value) if isinstance(value, str) else _of_several(value))


def shape_written(shape: Sequence[int] | None) -> str:
    """Return a shape as numpy writes it; a dash where there is none."""
    return "-" if shape is None else str(tuple(shape))


def _cut(text: str) -> str:
    line = plain_line(text, limit=_SHOWN + 1)
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _of_several(value: object) -> str:
    """Return at most the first few items of a list: nobody reads a thousand in a sentence."""
    if isinstance(value, list | tuple):
        first = ", ".join(_of_several(one) for one in value[:_ITEMS])
        return f"[{first}{', …' if len(value) > _ITEMS else ''}]"
    return written(value) if isinstance(value, float | str) else str(value)[:_SHOWN]


def _other_shape(has: tuple[int, ...] | None, wanted: tuple[int, ...], got: object) -> Message:
    if not wanted:
        return say("value.several", got=shape_written(has))
    if has == ():
        return say("value.single", got=written(_plain(got)), expected=shape_written(wanted))
    return say("value.shape", got=shape_written(has), expected=shape_written(wanted))


def _both_text(got: object, expected: object) -> bool:
    return isinstance(got, str) and isinstance(expected, str)


def _plain(value: object) -> Any:
    """Return lists and numbers of Python: an array has the expected one's shape by now, which is small."""
    to_list = getattr(value, "tolist", None)
    return value if to_list is None else to_list()


def _shape_of_lists(value: object, depth: int) -> tuple[int, ...] | None:
    if not isinstance(value, list | tuple) or depth > _DEEPEST:
        return () if not hasattr(value, "shape") else shape_of(value)
    inner = {_shape_of_lists(one, depth + 1) for one in value}
    if not inner:
        return (0,)
    if len(inner) > 1 or None in inner:
        return None
    (only,) = inner
    return None if only is None else (len(value), *only)


def _differences(
    got: Any, expected: Any, tolerance: Tolerance, at: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], Any, Any]]:
    """Yield each place with what is there and what should be; expected values are as TOML has them."""
    if isinstance(expected, list | tuple):
        got = _plain(got)
        if not isinstance(got, list | tuple) or len(got) != len(expected):
            yield at, got, expected
            return
        for number, (one, should) in enumerate(zip(got, expected, strict=True)):
            yield from _differences(_plain(one), should, tolerance, (*at, number))
    elif not _same(_plain(got), expected, tolerance):
        yield at, got, expected


def _same(got: Any, expected: Any, tolerance: Tolerance) -> bool:
    if isinstance(expected, bool) or isinstance(got, bool):
        return isinstance(got, bool) and isinstance(expected, bool) and got == expected
    if isinstance(expected, str):
        return isinstance(got, str) and got == expected
    if not isinstance(got, int | float):
        return False
    try:
        return tolerance.holds(float(got), float(expected))
    except OverflowError:  # a whole number beyond what a float can hold
        return bool(got == expected)
