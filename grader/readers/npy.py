"""Reads ``.npy`` files that untrusted code wrote: numbers only, nothing evaluated, nothing unpickled."""

import re
from math import prod
from typing import TYPE_CHECKING, Any

from grader.readers.refused import Refused
from grader.words import say

if TYPE_CHECKING:
    import numpy as np

MAX_HEADER_BYTES = 4096
_MAGIC = b"\x93NUMPY"
_LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
_MAX_DIMENSIONS = 8
_MOST_VALUES = 2**56
"""Numpy multiplies the sides of an empty array too, but for those of length zero."""
_NUMBERS = frozenset(
    ["|b1", "|i1", "|u1"] + [f"<{kind}{size}" for kind in "iu" for size in (2, 4, 8)] + ["<f2", "<f4", "<f8"]
)
# What numpy writes, and nothing more: three keys in this order, whole numbers, no expressions.
_HEADER = re.compile(
    rb"\{ *'descr': *(?P<descr>[^\n]{1,200}?), *'fortran_order': *(?P<fortran>True|False),"
    rb" *'shape': *\((?P<shape>[0-9, ]{0,200})\),? *\} *\n"
)
_DESCR = re.compile(rb"'([<>|=][A-Za-z][0-9]{0,4})'")
_SIZE = rb"(?:0|[1-9][0-9]{0,17})"
_SHAPE = re.compile(rb"|%b,|%b(?:, ?%b)+,?" % (_SIZE, _SIZE, _SIZE))


def read_npy(content: bytes, *, max_bytes: int, empty: bool = False) -> "np.ndarray[Any, Any] | Refused":
    """Return the array that ``content`` holds, read-only, or why it is refused. Never raises.

    Taken are the versions 1 to 3 of the format with booleans, integers or floats of up to 64 bits,
    little-endian, in C or Fortran order, of up to 8 dimensions and exactly as many bytes as the shape
    says. The shape is compared with the bytes that are there before anything is allocated. An array of no
    values is taken only where it may be ``empty``.
    Whether values are finite is another question: see :func:`count_not_finite`.
    """
    import numpy as np

    if len(content) > max_bytes:
        return Refused(reason=say("artifact-too-large", size=len(content), limit=max_bytes))
    begin, start = _header_span(content)
    header = _HEADER.fullmatch(content[begin:start])
    if header is None:
        return Refused(reason=say("npy-malformed"))
    described = _DESCR.fullmatch(header["descr"])
    name = (described[1] if described else header["descr"]).decode("ascii", "replace")
    if name not in _NUMBERS:
        return Refused(reason=say("npy-dtype-not-accepted", dtype=_printable(name)))
    shape = _shape(header["shape"])
    if shape is None:
        return Refused(reason=say("npy-malformed"))
    stored = np.dtype(name)
    needed, there = prod(shape) * stored.itemsize, len(content) - start
    if needed != there or (there == 0 and not empty) or prod(size or 1 for size in shape) > _MOST_VALUES:
        return Refused(reason=say("npy-size-mismatch", shape=str(shape), needed=needed, there=there))
    # Any byte may stand where a boolean should: read as bytes, then ask for zero or not.
    flat = np.frombuffer(content, dtype="|u1" if stored.kind == "b" else stored, offset=start)
    if stored.kind == "b":
        flat = flat != 0
    array = np.require(flat, requirements="A").reshape(
        shape, order="F" if header["fortran"] == b"True" else "C"
    )
    array.flags.writeable = False
    return array


def count_not_finite(array: "np.ndarray[Any, Any]") -> int:
    """Return how many values are NaN, infinite, or too large for a 32-bit float."""
    import numpy as np

    if array.dtype.kind != "f":
        return 0
    # NaN compares false, so it is counted; 1e308 overflows the first arithmetic done with it.
    limit = np.finfo(np.float32).max if array.dtype.itemsize > 2 else np.finfo(np.float16).max  # noqa: PLR2004 - float16
    return int(array.size - np.count_nonzero(np.abs(array) <= limit))


def _header_span(content: bytes) -> tuple[int, int]:
    """Return where the header begins and ends; an empty span when this is no ``.npy`` file."""
    width = _LENGTH_BYTES.get(content[6]) if len(content) > len(_MAGIC) + 2 else None
    if width is None or content[:6] != _MAGIC or content[7] != 0:
        return 0, 0
    begin = 8 + width
    length = int.from_bytes(content[8:begin], "little")
    return (begin, begin + length) if length <= MAX_HEADER_BYTES else (0, 0)


def _shape(text: bytes) -> tuple[int, ...] | None:
    if _SHAPE.fullmatch(text.strip()) is None:
        return None
    sizes = tuple(int(size) for size in text.split(b",") if size.strip())
    return sizes if len(sizes) <= _MAX_DIMENSIONS else None


def _printable(name: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in name)[:60].strip("'\"")
