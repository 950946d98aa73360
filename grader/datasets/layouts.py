"""Writes the files that course programs open, in the published formats, from what is served.

Everything with test rows in it is written anew: in the secret order, with the served labels. Nothing here
knows the true labels of the rows it writes.
"""

import gzip
import io
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.prepare import Prepared
from grader.datasets.published import counted_text, idx_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """What stands where in one serving.

    ``order[i]`` is the graded row served at place ``i``, ``y_test[i]`` the label shown there.
    ``x_rows`` and ``y_rows`` say which published training row gives the input and the label at each place;
    None means the published order.
    """

    order: "NDArray[Any]"
    y_test: "NDArray[Any]"
    x_rows: "NDArray[Any] | None"
    y_rows: "NDArray[Any] | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The files a layout wrote: for the working directory, for Keras' cache, and over a library's own."""

    files: tuple[str, ...] = ()
    keras_files: tuple[str, ...] = ()
    masks: tuple[tuple[Path, str], ...] = ()


def write_layout(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    """Write the files of a dataset into ``into/data/files``, ``into/data/keras`` and ``into/masks``."""
    writer = _WRITERS.get(prepared.dataset.name)
    return Layout() if writer is None else writer(prepared, arrangement, into)


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


def _noisynote(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    rows = _table(prepared.folder / "source" / "qx.txt")
    qx = counted_text([rows[row] for row in arrangement.order], 7)
    qy = counted_text([b"%d.0" % label for label in arrangement.y_test], 1)
    names = _four_texts(prepared, arrangement, into, qx=qx, qy=qy)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name in names:
            member = zipfile.ZipInfo(name, date_time=(2023, 6, 4, 20, 3, 0))
            member.external_attr = 0o100644 << 16
            packed.writestr(member, _read(into, name), zipfile.ZIP_DEFLATED)
    write_file(into / "data" / "files" / "noisynote.zip", archive.getvalue())
    return Layout(files=("noisynote.zip", *names))


def _digits(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    lines = (prepared.folder / "source" / "digits.csv").read_bytes().splitlines()
    served = _masked(lines, arrangement)
    odd = [line.rpartition(b",") for line in served[1::2]]
    qx = counted_text([pixels.replace(b",", b" ") for pixels, _, _ in odd], 64)
    qy = counted_text([label for _, _, label in odd], 1)
    names = _four_texts(prepared, arrangement, into, qx=qx, qy=qy)
    mask = into / "masks" / "digits.csv.gz"
    write_file(mask, gzip.compress(b"\n".join([*served, b""]), compresslevel=1, mtime=0))
    return Layout(files=names, masks=((mask, "sklearn/datasets/data/digits.csv.gz"),))


def _banknote(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    name = "data_banknote_authentication.txt"
    lines = (prepared.folder / "source" / name).read_bytes().splitlines()
    served = b"\r\n".join(_masked(lines, arrangement))  # the published file ends without a line end
    write_file(into / "data" / "files" / name, served)
    return Layout(files=(name,))


def _fashion_mnist(prepared: Prepared, arrangement: Arrangement, into: Path) -> Layout:
    names = (
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    )
    paths = tuple(f"fashion-mnist/{name}" for name in names)
    moved = (arrangement.x_rows, arrangement.y_rows)
    training = (prepared.x_train, prepared.y_train)
    for path, rows, array in zip(paths[:2], moved, training, strict=True):
        if rows is None:
            source = prepared.folder / "train" / "keras" / path
            link_or_copy(source, into / "data" / "keras" / path)
        else:
            _write_idx(into / "data" / "keras" / path, array[rows])
    _write_idx(into / "data" / "keras" / paths[2], prepared.x_graded[arrangement.order])
    _write_idx(into / "data" / "keras" / paths[3], arrangement.y_test)
    return Layout(keras_files=paths)


def _four_texts(
    prepared: Prepared, arrangement: Arrangement, into: Path, *, qx: bytes, qy: bytes
) -> tuple[str, ...]:
    """Write ax.txt and ay.txt (training rows), qx.txt and qy.txt into the working directory's files."""
    folder = into / "data" / "files"
    for name, rows in (("ax.txt", arrangement.x_rows), ("ay.txt", arrangement.y_rows)):
        source = prepared.folder / "train" / "files" / name
        if rows is None:
            link_or_copy(source, folder / name)
        else:
            lines = _table(source)
            columns = int(source.read_bytes().split(maxsplit=2)[1])
            write_file(folder / name, counted_text([lines[row] for row in rows], columns))
    write_file(folder / "qx.txt", qx)
    write_file(folder / "qy.txt", qy)
    return ("ax.txt", "ay.txt", "qx.txt", "qy.txt")


def _table(path: Path) -> list[bytes]:
    """Return the rows of a counted text, without its first line."""
    return path.read_bytes().splitlines()[1:]


def _read(into: Path, name: str) -> bytes:
    return (into / "data" / "files" / name).read_bytes()


def _masked(lines: Sequence[bytes], arrangement: Arrangement) -> list[bytes]:
    """Return lines ``inputs,label`` with the odd (test) ones as served, the even (training) ones as asked."""
    served = list(lines)
    for place, (row, label) in enumerate(zip(arrangement.order, arrangement.y_test, strict=True)):
        inputs, _, _ = lines[2 * int(row) + 1].rpartition(b",")
        served[2 * place + 1] = inputs + b",%d" % label
    count = len(lines[0::2])
    x_rows = range(count) if arrangement.x_rows is None else arrangement.x_rows
    y_rows = range(count) if arrangement.y_rows is None else arrangement.y_rows
    for place, (x_row, y_row) in enumerate(zip(x_rows, y_rows, strict=True)):
        inputs, _, _ = lines[2 * int(x_row)].rpartition(b",")
        _, _, label = lines[2 * int(y_row)].rpartition(b",")
        served[2 * place] = inputs + b"," + label
    return served


def _write_idx(path: Path, array: "NDArray[Any]") -> None:
    # Stored, not squeezed: squeezing costs 0.1 s per serving, and the copy lives for one run.
    write_file(path, gzip.compress(idx_bytes(array), compresslevel=0, mtime=0))


_WRITERS: Mapping[str, Callable[[Prepared, Arrangement, Path], Layout]] = {
    "noisynote": _noisynote,
    "digits": _digits,
    "banknote": _banknote,
    "fashion-mnist": _fashion_mnist,
}
