"""The rows that the notes type: weights and sizes."""

from collections.abc import Mapping
from pathlib import Path

from grader.datasets.parsed import Parsed

_WEIGHTS = (4, 15, 65, 5, 18, 70)
_SIZES = (1, 2, 0, 1, 2, 0)  # positions in ("A", "B", "C"): adult, baby, child
_TEST_SIZES = (2, 1, 0)


def read(_files: Mapping[str, Path]) -> Parsed:
    """Return the typed rows."""
    import numpy as np

    return Parsed(
        x_train=np.array(_WEIGHTS, dtype=np.float32).reshape(-1, 1),
        y_train=np.array(_SIZES, dtype=np.int64),
        x_graded=np.array([[16], [3], [75]], dtype=np.float32),
        y_graded=np.array(_TEST_SIZES, dtype=np.int64),
    )
