"""Reads noisynote.zip."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

from grader.datasets.parsed import Parsed
from grader.datasets.text_tables import read_counted


def read(files: Mapping[str, Path]) -> Parsed:
    """Return noisynote from its archive."""
    with zipfile.ZipFile(files["noisynote.zip"]) as archive:
        texts = {name: archive.read(name) for name in ("ax.txt", "ay.txt", "qx.txt", "qy.txt")}
    return Parsed(
        x_train=read_counted(texts["ax.txt"]),
        y_train=read_counted(texts["ay.txt"])[:, 0].astype("int64"),
        x_graded=read_counted(texts["qx.txt"]),
        y_graded=read_counted(texts["qy.txt"])[:, 0].astype("int64"),
        files={
            "train/files/ax.txt": texts["ax.txt"],
            "train/files/ay.txt": texts["ay.txt"],
            "source/qx.txt": texts["qx.txt"],
        },
    )
