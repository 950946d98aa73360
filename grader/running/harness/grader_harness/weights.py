"""Reads what shapes a model's weights have from the HDF5 member of its archive, before Keras is imported.

HDF5 files can point elsewhere (links, external storage, virtual datasets), load code (filters by plugin)
and claim any shape while holding nothing. What Keras writes does none of that, so the first of it ends the
reading. No value is read.
"""

import io
import math
import zipfile
from collections.abc import Iterator
from typing import Any

MEMBER = "model.weights.h5"
MAX_VARIABLES = 20_000
MAX_OBJECTS = 100_000
MAX_DEPTH = 100
MAX_DIMENSIONS = 16
MAX_NUMBER_BYTES = 16
MAX_BYTES = 2 * 1024**3
MAX_PATH = 300


class UnsafeWeights(Exception):  # noqa: N818 - what was found, not what went wrong
    """The weights file holds what no model's does: ``why`` is one of a few words, ``where`` a path."""

    def __init__(self, why: str, where: str) -> None:
        super().__init__(f"{why}: {where}")
        self.why = why
        self.where = where[:MAX_PATH]


def read_shapes(path: str) -> list[dict[str, Any]]:
    """Return path and shape of every array of the weights in the archive at ``path``.

    Raises:
        UnsafeWeights: something is there that Keras does not write, or more of it than a model has.
    """
    import h5py

    try:
        with zipfile.ZipFile(path) as archive:
            content = archive.read(MEMBER)
        with h5py.File(io.BytesIO(content), "r") as file:
            return list(_shapes(file))
    except UnsafeWeights:
        raise
    except Exception as error:
        raise UnsafeWeights("unreadable", type(error).__name__) from error


def _shapes(file: Any) -> Iterator[dict[str, Any]]:
    import h5py

    waiting: list[tuple[str, Any, int]] = [("", file, 0)]
    seen = {h5py.h5o.get_info(file.id).addr}
    arrays = total = 0
    while waiting:
        above, group, depth = waiting.pop()
        for name in group:
            path = f"{above}/{name}" if above else name
            if len(seen) >= MAX_OBJECTS or depth >= MAX_DEPTH or len(path) > MAX_PATH:
                raise UnsafeWeights("count", path)
            entry = _entry(group, name, path, seen)
            if isinstance(entry, h5py.Group):
                waiting.append((path, entry, depth + 1))
                continue
            arrays += 1
            total += _size(entry, path)
            if arrays > MAX_VARIABLES:
                raise UnsafeWeights("count", path)
            if total > MAX_BYTES:
                raise UnsafeWeights("size", path)
            yield {"path": path, "shape": list(entry.shape)}


def _entry(group: Any, name: str, path: str, seen: set[int]) -> Any:
    """Return the group or array called ``name``; nothing that is reached by a link is opened."""
    import h5py

    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise UnsafeWeights("link", path)
    address = h5py.h5o.get_info(group.id, name.encode()).addr
    if address in seen:
        raise UnsafeWeights("shared", path)
    seen.add(address)
    entry = group[name]
    if not isinstance(entry, h5py.Group | h5py.Dataset):
        raise UnsafeWeights("type", path)
    return entry


def _size(array: Any, path: str) -> int:
    """Return how many bytes ``array`` takes when read, having looked that they lie in this file."""
    from h5py import h5d, h5t, h5z

    made = array.id.get_create_plist()
    if made.get_external_count():
        raise UnsafeWeights("external", path)
    if made.get_layout() == h5d.VIRTUAL:
        raise UnsafeWeights("virtual", path)
    packers = {made.get_filter(n)[0] for n in range(made.get_nfilters())}
    if packers - {h5z.FILTER_DEFLATE, h5z.FILTER_SHUFFLE, h5z.FILTER_FLETCHER32}:
        raise UnsafeWeights("filter", path)
    if array.id.get_type().get_class() not in (h5t.INTEGER, h5t.FLOAT, h5t.ENUM, h5t.OPAQUE):
        raise UnsafeWeights("type", path)
    if array.shape is None or len(array.shape) > MAX_DIMENSIONS:
        raise UnsafeWeights("size", path)
    size = math.prod(array.shape) * array.dtype.itemsize
    packed = 1000 if h5z.FILTER_DEFLATE in packers else 1
    if size > packed * array.id.get_storage_size() or array.dtype.itemsize > MAX_NUMBER_BYTES:
        raise UnsafeWeights("size", path)
    return size
