"""Files of arrays: ``.npy``, an array in an ``.npz``, and the IDX format of the MNIST files."""

import gzip
import io
import zipfile
import zlib
from math import prod
from typing import TYPE_CHECKING, Any

from grader.datasets.block import unreadable
from grader.readers.npy import read_npy
from grader.readers.refused import Refused

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST = 2**31
_BYTE = 8


def read_array(file: str, content: bytes, member: str) -> "NDArray[Any]":
    """Return the numbers of an ``.npy`` file, or of the array ``member`` of an ``.npz``.

    Raises:
        CourseError: it holds anything but numbers, or is no such file.
    """
    if member:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = archive.read(f"{member}.npy")
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            raise unreadable(file, "member", member=member) from None
    array = read_npy(content, max_bytes=_MOST)
    if isinstance(array, Refused):
        raise unreadable(file, "array", why=array.reason)
    return array


def read_idx(file: str, content: bytes) -> "NDArray[Any]":
    """Return the bytes of an IDX file, compressed by gzip or not.

    Raises:
        CourseError: it is no IDX file of bytes.
    """
    import numpy as np

    try:
        whole = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (OSError, EOFError, zlib.error):
        raise unreadable(file, "idx") from None
    dimensions = whole[3] if len(whole) > 3 else 0  # noqa: PLR2004 - the fourth byte
    start = 4 + 4 * dimensions
    shape = [int.from_bytes(whole[at : at + 4], "big") for at in range(4, start, 4)]
    if not dimensions or whole[:3] != bytes((0, 0, _BYTE)) or len(whole) - start != prod(shape):
        raise unreadable(file, "idx")
    return np.frombuffer(whole, dtype=np.uint8, offset=start).reshape(shape)


def idx_bytes(array: "NDArray[Any]") -> bytes:
    """Return an array of bytes (uint8) in the IDX format of the MNIST files."""
    header = bytes((0, 0, _BYTE, array.ndim))
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return header + sizes + array.tobytes()


def npz_bytes(arrays: "dict[str, NDArray[Any]]") -> bytes:
    """Return several arrays as the content of an ``.npz`` file."""
    import numpy as np

    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()
