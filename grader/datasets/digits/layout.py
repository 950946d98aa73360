"""Writes the digits as four counted texts, and a mask over scikit-learn's own file."""

import gzip
from pathlib import Path

from grader.datasets.arrangement import Arrangement
from grader.datasets.layouts import FOUR_TEXTS, Layout, served_lines, write_file, write_four_texts
from grader.datasets.prepare import Prepared
from grader.datasets.text_tables import counted_text

NAMES = FOUR_TEXTS


def write(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    """Write the texts into the working directory's files, the mask beside the served copy.

    The mask holds the training rows alone: who splits ``load_digits()`` trains on no test row.
    """
    lines = (prepared.folder / "source" / "digits.csv").read_bytes().splitlines()
    served = served_lines(lines, arrangement, prepared.moved)
    odd = [line.rpartition(b",") for line in served[1::2]]
    qx = counted_text([pixels.replace(b",", b" ") for pixels, _, _ in odd], 64)
    qy = counted_text([label for _, _, label in odd], 1)
    names = write_four_texts(prepared, arrangement, into, qx=qx, qy=qy)
    mask = into / "masks" / "digits.csv.gz"
    write_file(mask, gzip.compress(b"\n".join([*served[0::2], b""]), compresslevel=1, mtime=0))
    masks = ((mask, "sklearn/datasets/data/digits.csv.gz"),)
    return Layout(files=names, masks=masks, test_files=("qx.txt",))
