"""Writes Fashion-MNIST as Keras keeps it in its cache."""

import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.arrangement import Arrangement
from grader.datasets.array_files import idx_bytes
from grader.datasets.layouts import Layout, link_or_copy, write_file
from grader.datasets.prepare import Prepared

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)

NAMES: tuple[str, ...] = ()
"""Of files in the working folder: programs ask keras.datasets."""


def write(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    """Write the four files of the served copy below ``into/data/keras``."""
    paths = tuple(f"fashion-mnist/{name}" for name in _NAMES)
    moved = (arrangement.x_rows, arrangement.y_rows)
    training = (prepared.x_train, prepared.y_train)
    for path, rows, array in zip(paths[:2], moved, training, strict=True):
        if rows is None:
            source = prepared.folder / "train" / "keras" / path
            link_or_copy(source, into / "data" / "keras" / path)
        else:
            _write_idx(into / "data" / "keras" / path, array[rows])
    _write_idx(into / "data" / "keras" / paths[2], prepared.x_graded[arrangement.order])
    _write_idx(into / "data" / "keras" / paths[3], arrangement.y_test)
    return Layout(keras_files=paths)


def _write_idx(path: Path, array: "NDArray[Any]") -> None:
    # Stored, not squeezed: squeezing costs 0.1 s per serving, and the copy lives for one run.
    write_file(path, gzip.compress(idx_bytes(array), compresslevel=0, mtime=0))
