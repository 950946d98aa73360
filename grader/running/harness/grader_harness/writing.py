"""Writes files into the output folder so that a file that is there is complete."""

import os
from json import dumps  # ours from now on: a program may put another function into the module
from pathlib import Path
from typing import Any

MAX_REPORT = 4 * 1024 * 1024


def write_array(path: Path, array: Any) -> None:
    """Write ``array`` as .npy in a plain little-endian dtype: float32, float64 or int64."""
    import numpy as np

    part = path.with_name(path.name + ".part.npy")
    np.save(part, np.ascontiguousarray(plain(array)), allow_pickle=False)
    part.replace(path)


def plain(array: Any) -> Any:
    """Return ``array`` in a plain dtype.

    Raises:
        TypeError: it does not hold real numbers.
    """
    import numpy as np

    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind in "biu":
        return array.astype("<i8")
    if kind == "f":
        return array.astype("<f4" if size <= 4 else "<f8")  # noqa: PLR2004 - bytes of a float32
    if str(array.dtype) in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
        return array.astype("<f4")
    if kind == "O":
        return np.asarray(array, dtype="<f8")
    raise TypeError(f"dtype {array.dtype}")


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write ``report`` as JSON of at most 4 MiB; histories of the earliest fits give way first."""
    text = dumps(report)
    for fit in report["fits"]:
        if len(text) <= MAX_REPORT:
            break
        fit["history"] = {}
        text = dumps(report)
    write_text(path, text)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` so that a file that is there is whole."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
