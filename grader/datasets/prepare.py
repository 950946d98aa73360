"""Reads a dataset's published files once, and keeps the arrays where every grading can map them."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.catalogue import Dataset
from grader.datasets.catalogue import dataset as catalogue_entry
from grader.datasets.locate import checksum, find_files
from grader.datasets.published import Parsed, npy_bytes, parse
from grader.files.publish_folder import publish_folder
from grader.model.digest import digest_bytes, digest_parts
from grader.model.errors import StorageError
from grader.words.catalogue import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FORMAT = 1
"""Raised when what stands in a prepared folder changes, so that older ones are made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A dataset ready to be served, in ``folder``; arrays are mapped from disk when asked for.

    Holds the true labels: no sandbox ever sees ``folder``. ``digest`` names the bytes of every array and
    the groups: equal digests, equal data.
    """

    dataset: Dataset
    folder: Path
    digest: str
    groups: Mapping[str, tuple[int, int]]

    @property
    def x_train(self) -> "NDArray[Any]":
        """Training inputs, published order and type."""
        return self._array("x_train")

    @property
    def y_train(self) -> "NDArray[Any]":
        """Training targets: integer classes, or floats."""
        return self._array("y_train")

    @property
    def x_graded(self) -> "NDArray[Any]":
        """Inputs that are graded: the test set, and the rows of the other groups."""
        return self._array("x_graded")

    @property
    def y_graded(self) -> "NDArray[Any]":
        """True targets of the graded rows."""
        return self._array("y_graded")

    def _array(self, name: str) -> "NDArray[Any]":
        import numpy as np

        loaded: NDArray[Any] = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return loaded


def prepare(
    name: str,
    *,
    data_dir: Path | None,
    cache: Path,
    extra: Mapping[str, Path] | None = None,
) -> Prepared:
    """Return the dataset ``name`` ready to be served, reading its published files at most once.

    Kept in ``cache/prepared``; what is found there is used again only if its checksums still hold.
    ``extra`` tells where files that come with a runtime lie, by file name (``digits.csv.gz``).

    Raises:
        CourseError: the catalogue has no such dataset.
        DataMissing: its files are absent or not the published ones.
        StorageError: the cache cannot be written.
    """
    entry = catalogue_entry(name)
    files = find_files(entry, data_dir, cache, extra=extra)
    parsed = parse(name, files) if entry.typed else None
    key = digest_parts(
        format=_FORMAT,
        dataset=name,
        files={file.name: file.sha256 for file in entry.files},
        typed="" if parsed is None else _content(parsed),
    )
    folder = cache / "prepared" / f"{name}-{key[:16]}"
    digest = _kept(folder, cache)
    if digest is None:
        try:
            digest = _build(entry, parsed or parse(name, files), folder, cache)
        except OSError as error:
            raise StorageError(
                say("dataset-write-failed", path=str(folder.parent), why=error.strerror or str(error))
            ) from error
    return Prepared(dataset=entry, folder=folder, digest=digest, groups=entry.groups)


def truth(prepared: Prepared) -> "NDArray[Any]":
    """Return the true targets of the graded rows in the dataset's own order: int64 classes, or float64."""
    import numpy as np

    graded = prepared.y_graded
    kind = np.int64 if np.issubdtype(graded.dtype, np.integer) else np.float64
    return np.array(graded, dtype=kind)


def _arrays(parsed: Parsed) -> dict[str, bytes]:
    return {
        "x_train": npy_bytes(parsed.x_train),
        "y_train": npy_bytes(parsed.y_train),
        "x_graded": npy_bytes(parsed.x_graded),
        "y_graded": npy_bytes(parsed.y_graded),
    }


def _content(parsed: Parsed) -> str:
    return digest_parts(**{name: digest_bytes(array) for name, array in _arrays(parsed).items()})


def _build(entry: Dataset, parsed: Parsed, folder: Path, cache: Path) -> str:
    """Write a prepared folder whole, and return the digest of its arrays."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        arrays = _arrays(parsed)
        content = {f"{name}.npy": array for name, array in arrays.items()} | dict(parsed.files)
        for name, what in content.items():
            path = workplace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(what)
            path.chmod(0o444)
        digest = digest_parts(
            dataset=entry.name,
            arrays={name: digest_bytes(array) for name, array in arrays.items()},
            groups={name: list(rows) for name, rows in entry.groups.items()},
        )
        record = {
            "digest": digest,
            "files": {name: hashlib.sha256(what).hexdigest() for name, what in content.items()},
        }
        (workplace / "prepared.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
        publish_folder(workplace, folder, intact=lambda place: _kept(place, cache) is not None)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
    return digest


def _kept(folder: Path, cache: Path) -> str | None:
    """Return the digest of a prepared folder whose every file is what was written, else None."""
    try:
        record = json.loads((folder / "prepared.json").read_bytes())
        intact = all(checksum(folder / name, cache) == sha256 for name, sha256 in record["files"].items())
        return str(record["digest"]) if intact else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
