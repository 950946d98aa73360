"""Reads Fashion-MNIST's four files; the training ones are kept as they are, for Keras' cache."""

from collections.abc import Mapping
from pathlib import Path

from grader.datasets.array_files import read_idx
from grader.datasets.parsed import Parsed

_NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def read(files: Mapping[str, Path]) -> Parsed:
    """Return Fashion-MNIST from its published files."""
    content = {name: files[name].read_bytes() for name in _NAMES}
    x_train, y_train, x_graded, y_graded = (read_idx(name, content[name]) for name in _NAMES)
    return Parsed(
        x_train=x_train,
        y_train=y_train,
        x_graded=x_graded,
        y_graded=y_graded,
        files={f"train/keras/fashion-mnist/{name}": content[name] for name in _NAMES[:2]},
    )
