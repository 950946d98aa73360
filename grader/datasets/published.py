"""Reads the published files of each dataset, and what course programs type, into arrays.

``source/`` files are kept for the layouts that are written anew for each serving; ``train/`` files hold
training rows only and are shown to programs as they are.
"""

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A dataset as arrays, in the published order and types, with the files made of it by relative name."""

    x_train: "NDArray[Any]"
    y_train: "NDArray[Any]"
    x_graded: "NDArray[Any]"
    y_graded: "NDArray[Any]"
    files: Mapping[str, bytes] = field(default_factory=dict)


def parse(name: str, files: Mapping[str, Path]) -> Parsed:
    """Return the dataset ``name`` from its published ``files`` (by name), whose checksums were verified."""
    return _PARSERS[name](files)


def idx_bytes(array: "NDArray[Any]") -> bytes:
    """Return an array of bytes (uint8) in the IDX format of the MNIST files."""
    header = bytes((0, 0, 8, array.ndim))
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return header + sizes + array.tobytes()


def _read_idx(path: Path) -> "NDArray[Any]":
    import numpy as np

    content = gzip.decompress(path.read_bytes())
    dimensions = content[3]
    shape = [int.from_bytes(content[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(dimensions)]
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def _mnist(files: Mapping[str, Path]) -> Parsed:
    return Parsed(
        x_train=_read_idx(files["train-images-idx3-ubyte.gz"]),
        y_train=_read_idx(files["train-labels-idx1-ubyte.gz"]),
        x_graded=_read_idx(files["t10k-images-idx3-ubyte.gz"]),
        y_graded=_read_idx(files["t10k-labels-idx1-ubyte.gz"]),
    )


def _fashion_mnist(files: Mapping[str, Path]) -> Parsed:
    parsed = _mnist(files)
    training = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
    return Parsed(
        x_train=parsed.x_train,
        y_train=parsed.y_train,
        x_graded=parsed.x_graded,
        y_graded=parsed.y_graded,
        files={f"train/keras/fashion-mnist/{name}": files[name].read_bytes() for name in training},
    )


def _noisynote(files: Mapping[str, Path]) -> Parsed:
    with zipfile.ZipFile(files["noisynote.zip"]) as archive:
        texts = {name: archive.read(name) for name in ("ax.txt", "ay.txt", "qx.txt", "qy.txt")}
    return Parsed(
        x_train=_counted(texts["ax.txt"]),
        y_train=_counted(texts["ay.txt"])[:, 0].astype("int64"),
        x_graded=_counted(texts["qx.txt"]),
        y_graded=_counted(texts["qy.txt"])[:, 0].astype("int64"),
        files={
            "train/files/ax.txt": texts["ax.txt"],
            "train/files/ay.txt": texts["ay.txt"],
            "source/qx.txt": texts["qx.txt"],
        },
    )


def _counted(text: bytes) -> "NDArray[Any]":
    """Return the table of a text whose first line counts its rows and columns."""
    import numpy as np

    counts, _, table = text.partition(b"\n")
    rows, columns = (int(word) for word in counts.split())
    return np.loadtxt(io.BytesIO(table), dtype=np.float64, ndmin=2).reshape(rows, columns)


def counted_text(lines: list[bytes], columns: int) -> bytes:
    """Return ``lines`` as noisynote's files have them: rows and columns first, one row a line."""
    return b"\n".join([f"{len(lines)} {columns}".encode(), *lines, b""])


def _digits(files: Mapping[str, Path]) -> Parsed:
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


def _banknote(files: Mapping[str, Path]) -> Parsed:
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


def _california(files: Mapping[str, Path]) -> Parsed:
    """Scikit-learn's columns and units: rooms, bedrooms and people per household; 100,000 dollars."""
    import numpy as np

    raw = np.loadtxt(files["cal_housing.data"], delimiter=",")
    longitude, latitude, age, rooms, bedrooms, people, households, income, value = raw.T
    x = np.column_stack(
        (
            income,
            age,
            rooms / households,
            bedrooms / households,
            people,
            people / households,
            latitude,
            longitude,
        )
    )
    y = value / 100_000.0
    tested = np.arange(len(raw)) % 5 == 4  # noqa: PLR2004 - every fifth: as many as a 20 % hold-out
    return Parsed(
        x_train=x[~tested],
        y_train=y[~tested],
        x_graded=x[tested],
        y_graded=y[tested],
    )


def npy_bytes(array: "NDArray[Any]") -> bytes:
    """Return ``array`` as the content of an .npy file."""
    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()


_WEIGHTS = (4, 15, 65, 5, 18, 70)
_COLOURS = (6, 8, 70, 90, 70, 10)
_SIZES = (1, 2, 0, 1, 2, 0)  # positions in ("A", "B", "C"): adult, baby, child
_TEST_WEIGHTS = (20, 3, 75)
_TEST_COLOURS = (6, 50, 55)
_TEST_SIZES = (2, 1, 0)


def _pele(_files: Mapping[str, Path]) -> Parsed:
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


def _abc(_files: Mapping[str, Path]) -> Parsed:
    import numpy as np

    return Parsed(
        x_train=np.array(_WEIGHTS, dtype=np.float32).reshape(-1, 1),
        y_train=np.array(_SIZES, dtype=np.int64),
        x_graded=np.array([[16], [3], [75]], dtype=np.float32),
        y_graded=np.array(_TEST_SIZES, dtype=np.int64),
    )


def _regression(_files: Mapping[str, Path]) -> Parsed:
    import numpy as np

    x = np.array([[0.9, 0.1], [0.1, 0.9]], dtype=np.float32)
    swapped = np.ascontiguousarray(x[:, ::-1])
    return Parsed(x_train=x, y_train=swapped, x_graded=x, y_graded=swapped)


_PARSERS: Mapping[str, Callable[[Mapping[str, Path]], Parsed]] = {
    "mnist": _mnist,
    "fashion-mnist": _fashion_mnist,
    "digits": _digits,
    "noisynote": _noisynote,
    "banknote": _banknote,
    "california-housing": _california,
    "pele": _pele,
    "abc": _abc,
    "regression": _regression,
}
