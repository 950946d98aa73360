"""What one run of the reference answered, row by row, kept in its record to pair a student's run with."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grader.datasets.prepare import Prepared
from grader.measuring.judging.statistics import mcnemar
from grader.model.metric import Paired

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GROUP = "test"


def encode_rows(answers: "NDArray[Any] | None") -> dict[str, Any] | None:
    """Return predicted classes, in the dataset's own order, as a record keeps them; numbers it does not."""
    import numpy as np

    if answers is None or answers.dtype != np.int64 or not len(answers):
        return None
    if answers.min() < 0 or answers.max() > np.iinfo(np.uint16).max:
        return None
    kind = "uint8" if answers.max() <= np.iinfo(np.uint8).max else "uint16"
    packed = zlib.compress(answers.astype(f"<{np.dtype(kind).str[1:]}").tobytes(), 9)
    return {"n": len(answers), "type": kind, "zlib": base64.b64encode(packed).decode("ascii")}


def decode_rows(kept: Any) -> "NDArray[Any] | None":
    """Return what :func:`encode_rows` kept; None where a record has no rows, or none that can be read."""
    import numpy as np

    if not isinstance(kept, Mapping):
        return None
    try:
        kind = {"uint8": "|u1", "uint16": "<u2"}[kept["type"]]
        size = int(kept["n"]) * np.dtype(kind).itemsize
        unpacked = zlib.decompressobj().decompress(base64.b64decode(kept["zlib"], validate=True), size)
        rows = np.frombuffer(unpacked, dtype=kind)
    except (KeyError, TypeError, ValueError, binascii.Error, zlib.error):
        return None
    return rows.astype(np.int64) if len(rows) == kept["n"] else None


def pair_with_reference(
    own: "NDArray[Any] | None",
    reference: "NDArray[Any] | None",
    labels: "NDArray[Any]",
    prepared: Prepared,
) -> Paired | None:
    """Return McNemar's test of one run against one of the reference's, over the same test rows.

    All three arrays are in the dataset's own order. None where there are no classes to be right or wrong
    about, or no rows of the reference are known.
    """
    import numpy as np

    if own is None or reference is None or labels.dtype != np.int64 or len(reference) != len(labels):
        return None
    begin, end = prepared.groups[_GROUP]
    return mcnemar((own != labels)[begin:end], (reference != labels)[begin:end])
