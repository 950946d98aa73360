"""Reads UCI's text of banknotes."""

import io
from collections.abc import Mapping
from pathlib import Path

from grader.datasets.parsed import Parsed


def read(files: Mapping[str, Path]) -> Parsed:
    """Return the banknotes from UCI's own file."""
    import numpy as np

    text = files["data_banknote_authentication.txt"].read_bytes()
    table = np.loadtxt(io.BytesIO(text), delimiter=",")
    return Parsed(
        x_train=table[0::2, :-1],
        y_train=table[0::2, -1].astype(np.int64),
        x_graded=table[1::2, :-1],
        y_graded=table[1::2, -1].astype(np.int64),
        files={"source/data_banknote_authentication.txt": text},
    )
