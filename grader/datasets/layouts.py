"""Writes the files that course programs open, in the published formats, from what is served.

Everything with test rows in it is written anew: in the secret order, with the served labels. Nothing here
knows the true labels of the rows it writes.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.arrangement import Arrangement
from grader.datasets.dataset import Dataset, file_of
from grader.datasets.give_files import given_files
from grader.datasets.prepare import Prepared
from grader.datasets.text_tables import counted_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOUR_TEXTS = ("ax.txt", "ay.txt", "qx.txt", "qy.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The files a layout wrote: for the working directory, for Keras' cache, and over a library's own.

    ``test_files`` are those of ``files`` with the test rows, where a table is handed over as training rows.
    """

    files: tuple[str, ...] = ()
    keras_files: tuple[str, ...] = ()
    masks: tuple[tuple[Path, str], ...] = ()
    test_files: tuple[str, ...] = ()


def write_layout(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    """Write the files of a dataset into ``into/data/files``, ``into/data/keras`` and ``into/masks``."""
    entry = prepared.dataset
    if entry.layout == "own":
        layout: Layout = import_module(f"{entry.package}.layout").write(prepared, arrangement, into)
        return layout
    if entry.layout == "none":
        return Layout()
    given = given_files(prepared, arrangement)
    for name, content in given.items():
        write_file(into / "data" / "files" / name, content)
    return Layout(files=tuple(given))


def served_names(dataset: Dataset) -> frozenset[str]:
    """Return the names of the files that programs find: a submission's own file of such a name is covered."""
    names = {file_of(one.file) for one in dataset.given}
    if dataset.layout == "own":
        names |= set(import_module(f"{dataset.package}.layout").NAMES)
    return frozenset(names)


def link_or_copy(source: Path, target: Path) -> None:
    """Make ``target`` the same file as ``source``; a copy where links are not possible."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        target.chmod(0o444)


def write_file(path: Path, content: bytes) -> None:
    """Write a read-only file that everybody may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o444)


def write_four_texts(
    prepared: Prepared, arrangement: Arrangement, into: Path, *, qx: bytes, qy: bytes
) -> tuple[str, ...]:
    """Write ax.txt and ay.txt (training rows), qx.txt and qy.txt into the working directory's files."""
    folder = into / "data" / "files"
    for name, rows in (("ax.txt", arrangement.x_rows), ("ay.txt", arrangement.y_rows)):
        source = prepared.folder / "train" / "files" / name
        if rows is None:
            link_or_copy(source, folder / name)
        else:
            lines = counted_lines(source)
            columns = int(source.read_bytes().split(maxsplit=2)[1])
            write_file(folder / name, counted_text([lines[row] for row in rows], columns))
    write_file(folder / "qx.txt", qx)
    write_file(folder / "qy.txt", qy)
    return FOUR_TEXTS


def told_rows(rows: "NDArray[Any]", between: bytes) -> list[bytes]:
    """Return rows as lines, each number as the published files write it: whole ones without a point."""

    def told(number: float) -> bytes:
        return (repr(int(number)) if number.is_integer() else repr(number)).encode()

    return [between.join(map(told, row)) for row in rows.reshape(len(rows), -1).astype(float).tolist()]


def counted_lines(path: Path) -> list[bytes]:
    """Return the rows of a counted text, without its first line."""
    return path.read_bytes().splitlines()[1:]


def served_lines(
    lines: Sequence[bytes], arrangement: Arrangement, moved: "NDArray[Any] | None" = None
) -> list[bytes]:
    """Return lines ``inputs,label`` with the odd (test) ones as served, the even (training) ones as asked.

    ``moved`` are the test rows, in the dataset's own order, where they are other than the published ones.
    """
    asked = [line.rpartition(b",")[0] for line in lines[1::2]] if moved is None else told_rows(moved, b",")
    served = list(lines)
    for place, (row, label) in enumerate(zip(arrangement.order, arrangement.y_test, strict=True)):
        served[2 * place + 1] = asked[int(row)] + b",%d" % label
    count = len(lines[0::2])
    x_rows = range(count) if arrangement.x_rows is None else arrangement.x_rows
    y_rows = range(count) if arrangement.y_rows is None else arrangement.y_rows
    for place, (x_row, y_row) in enumerate(zip(x_rows, y_rows, strict=True)):
        inputs, _, _ = lines[2 * int(x_row)].rpartition(b",")
        _, _, label = lines[2 * int(y_row)].rpartition(b",")
        served[2 * place] = inputs + b"," + label
    return served
