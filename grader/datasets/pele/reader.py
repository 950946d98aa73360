"""The rows that the notes type: weights, skin colours, sizes; and the noise test's grid."""

from collections.abc import Mapping
from pathlib import Path

from grader.datasets.parsed import Parsed

_WEIGHTS = (4, 15, 65, 5, 18, 70)
_COLOURS = (6, 8, 70, 90, 70, 10)
_SIZES = (1, 2, 0, 1, 2, 0)  # positions in ("A", "B", "C"): adult, baby, child
_TEST_WEIGHTS = (20, 3, 75)
_TEST_COLOURS = (6, 50, 55)
_TEST_SIZES = (2, 1, 0)


def read(_files: Mapping[str, Path]) -> Parsed:
    """Return the typed rows; the noise test asks each weight in every colour from 0 to 100."""
    import numpy as np

    grid = [(weight, colour) for weight in _WEIGHTS + _TEST_WEIGHTS for colour in range(101)]
    sizes = np.repeat(_SIZES + _TEST_SIZES, 101)
    test = list(zip(_TEST_WEIGHTS, _TEST_COLOURS, strict=True))
    return Parsed(
        x_train=np.array(list(zip(_WEIGHTS, _COLOURS, strict=True)), dtype=np.float32),
        y_train=np.array(_SIZES, dtype=np.int64),
        x_graded=np.array(test + grid, dtype=np.float32),
        y_graded=np.concatenate((_TEST_SIZES, sizes)).astype(np.int64),
    )
