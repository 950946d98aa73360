"""Our ``.npy`` reader beside numpy's own."""

import io
import re
from math import prod
from typing import Any

import numpy as np

from grader.measuring.evidence.predictions import decode_predictions
from grader.readers.model_report import read_outputs
from grader.readers.npy import count_not_finite, read_npy
from grader.readers.refused import Refused
from tests.fuzz.fit_to_show import assert_message

LIMIT = 1 << 16
_PLAIN = frozenset("biuf")
_MOST_DIMENSIONS = 8


def look_at_npy(content: bytes) -> None:
    """What we take numpy takes with the same values; what numpy would have written itself we take."""
    ours = read_npy(content, max_bytes=LIMIT)
    theirs = numpy_reads(content)
    if isinstance(ours, Refused):
        assert_message(ours.reason)
        assert theirs is None or not _ought_to_be_read(theirs, content)
        return
    assert theirs is not None, "taken by us, refused by numpy"
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    assert not ours.flags.writeable
    # A boolean of any byte but zero is true; numpy keeps the byte.
    plain = theirs.view(np.uint8) != 0 if theirs.dtype.kind == "b" else theirs
    assert ours.tobytes() == plain.tobytes()
    assert 0 <= count_not_finite(ours) <= ours.size


_ROWS = 4
_ASKED = ((None, ()), (3, ()), (2, ()), (2, (-1.0, 1.0)), (2, (0.25, 8.0)), (1, ()))
"""Classes and training targets that predictions are decoded for."""


def look_at_predictions(content: bytes) -> None:
    """What is taken as predictions is a class of those there are, or a finite number, for each row.

    What a model made of rows in the second sandbox is finite numbers for each.
    """
    array = read_npy(content, max_bytes=LIMIT)
    outputs = read_outputs(content, _ROWS)
    if isinstance(outputs, Refused):
        assert_message(outputs.reason)
    else:
        assert len(outputs) == _ROWS
        assert np.isfinite(outputs).all()
    for classes, targets in _ASKED:
        taken = decode_predictions(content, rows=_ROWS, classes=classes, target_values=targets)
        if isinstance(taken, Refused):
            assert_message(taken.reason)
            continue
        raw, decoded = taken
        assert not isinstance(array, Refused)
        assert raw.tobytes() == array.tobytes()
        assert decoded.shape == (_ROWS,)
        assert decoded.dtype == ("float64" if classes is None else "int64")
        assert np.isfinite(decoded).all()
        assert classes is None or (decoded.min() >= 0 and decoded.max() < classes)


def numpy_reads(content: bytes) -> "np.ndarray[Any, Any] | None":
    """Return what numpy makes of ``content``; None where it refuses, or allocates for what is not there."""
    stream = io.BytesIO(content)
    header = np.lib.format.read_array_header_1_0
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            header = np.lib.format.read_array_header_2_0
        shape, _, dtype = header(stream)
        if dtype.hasobject or prod(shape) * dtype.itemsize > len(content):
            return None
        stream.seek(0)
        return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))
    except Exception:  # noqa: BLE001 - numpy refuses by a dozen exceptions and a warning
        return None


def _ought_to_be_read(array: "np.ndarray[Any, Any]", content: bytes) -> bool:
    """Return whether numpy would write ``array`` as these very bytes, and it is of a kind that we take."""
    little = array.dtype.byteorder in "<|="
    plain = array.dtype.kind in _PLAIN and array.dtype.itemsize <= np.dtype(np.float64).itemsize and little
    if not plain or not array.size or array.ndim > _MOST_DIMENSIONS or len(content) > LIMIT:
        return False
    written = io.BytesIO()
    np.lib.format.write_array(written, array, allow_pickle=False)
    return written.getvalue() == content


_HEADER_AT = 10
_SHAPE = re.compile(rb"\((\d{1,3}(?:, ?\d{1,3})*),?\)")
_ITEM = re.compile(rb"[<|][bifu]([1248])")


def mend_npy(content: bytes) -> bytes:
    """Return ``content`` with its header's length, and as many values as its shape says."""
    end = content.find(b"\n", _HEADER_AT) + 1
    if not end:
        return content
    header = content[_HEADER_AT:end]
    body = content[end:]
    shape, item = _SHAPE.search(header), _ITEM.search(header)
    if shape and item:
        length = min(prod(int(size) for size in shape[1].split(b",")) * int(item[1]), 512)
        body = body[:length].ljust(length, b"\x01")
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body
