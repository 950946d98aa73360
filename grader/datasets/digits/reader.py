"""Reads scikit-learn's digits.csv.gz."""

import gzip
import io
from collections.abc import Mapping
from pathlib import Path

from grader.datasets.parsed import Parsed
from grader.datasets.text_tables import counted_text


def read(files: Mapping[str, Path]) -> Parsed:
    """Return the digits from scikit-learn's own file."""
    import numpy as np

    text = gzip.decompress(files["digits.csv.gz"].read_bytes())
    table = np.loadtxt(io.BytesIO(text), delimiter=",")
    lines = [line.rpartition(b",") for line in text.splitlines()]
    ax = [pixels.replace(b",", b" ") for pixels, _, _ in lines[0::2]]
    return Parsed(
        x_train=table[0::2, :-1],
        y_train=table[0::2, -1].astype(np.int64),
        x_graded=table[1::2, :-1],
        y_graded=table[1::2, -1].astype(np.int64),
        files={
            "train/files/ax.txt": counted_text(ax, 64),
            "train/files/ay.txt": counted_text([label for _, _, label in lines[0::2]], 1),
            "source/digits.csv": text,
        },
    )
