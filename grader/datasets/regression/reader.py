"""The rows that the notes type: two numbers, and the same two swapped."""

from collections.abc import Mapping
from pathlib import Path

from grader.datasets.parsed import Parsed


def read(_files: Mapping[str, Path]) -> Parsed:
    """Return the typed rows."""
    import numpy as np

    x = np.array([[0.9, 0.1], [0.1, 0.9]], dtype=np.float32)
    swapped = np.ascontiguousarray(x[:, ::-1])
    return Parsed(x_train=x, y_train=swapped, x_graded=x, y_graded=swapped)
