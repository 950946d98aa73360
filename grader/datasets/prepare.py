"""Reads a dataset's published files once, and keeps the arrays where every grading can map them."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.assemble import parse
from grader.datasets.catalogue import dataset as catalogue_entry
from grader.datasets.dataset import Dataset, Kind
from grader.datasets.locate import checksum, find_files
from grader.datasets.parsed import Parsed, npy_bytes
from grader.datasets.read_definition import FILE
from grader.files.publish_folder import publish_folder
from grader.model.digest import digest_bytes, digest_parts
from grader.model.errors import StorageError
from grader.words.catalogue import say
from grader.words.problems import problem_told

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEFINITION = f"definition/{FILE}"
"""Where a prepared folder keeps what says what it is, for a course's own data."""
_FORMAT = 1
"""Raised when what stands in a prepared folder changes, so that older ones are made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A dataset ready to be served, in ``folder``; arrays are mapped from disk when asked for.

    Holds the true labels: no sandbox ever sees ``folder``. ``digest`` names the bytes of every array and
    the groups: equal digests, equal data. Hidden labels have no part in it, nor in any run: it stands on
    pages that students get, and could be tried out against guesses. ``measured_by`` names them too.
    """

    dataset: Dataset
    folder: Path
    digest: str
    groups: Mapping[str, tuple[int, int]]
    measured_by: str = ""
    """Like ``digest``, with the labels that metrics are measured by; shown nowhere that students look."""
    labels_known: bool = True
    """Whether the labels of the graded rows are on this machine."""

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
        """True targets of the graded rows; where they are not known, no target at all in every row."""
        return self._array("y_graded")

    @property
    def moved(self) -> "NDArray[Any] | None":
        """The graded inputs, where they are other than the published ones; else None."""
        return None

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
    """Return the dataset ``name`` ready to be served, as :func:`prepare_dataset` does.

    Raises:
        CourseError: there is no such dataset.
        DataMissing, StorageError: as there.
    """
    return prepare_dataset(catalogue_entry(name), data_dir=data_dir, cache=cache, extra=extra)


def prepare_dataset(
    entry: Dataset,
    *,
    data_dir: Path | None,
    cache: Path,
    extra: Mapping[str, Path] | None = None,
    without_hidden: bool = False,
) -> Prepared:
    """Return ``entry`` ready to be served, reading its files at most once.

    Kept in ``cache/prepared``; what is found there is used again only if its checksums still hold.
    ``extra`` tells where files that come with a runtime lie, by file name (``digits.csv.gz``).
    ``without_hidden``: hidden files may be absent, as on a student's machine.

    Raises:
        CourseError: a course's own files are not what its ``dataset.toml`` says.
        DataMissing: its files are absent or not the published ones.
        StorageError: the cache cannot be written.
    """
    files = find_files(entry, data_dir, cache, extra=extra, without_hidden=without_hidden)
    parsed = parse(entry, files) if entry.typed else None
    key = digest_parts(
        format=_FORMAT,
        dataset=entry.name,
        files={file.name: file.sha256 or _sha256(files.get(file.name), cache) for file in entry.files},
        typed="" if parsed is None else _content(parsed),
        **({"definition": entry.definition} if entry.definition else {}),
    )
    folder = cache / "prepared" / f"{entry.name}-{key[:16]}"
    ready = prepared_in(folder, entry, cache)
    return ready or _written(entry, parsed or parse(entry, files), folder, cache)


def prepare_nothing(cache: Path) -> Prepared:
    """Return what stands in place of data where an assignment has none: no row to train on, none graded.

    Raises:
        StorageError: the cache cannot be written.
    """
    import numpy as np

    entry = Dataset(
        name="no-data",
        title=say("data.none"),
        kind=Kind.CLASSIFICATION,
        files=(),
        classes=(),
        groups={"test": (0, 0)},
        typed=True,
    )
    rows, labels = np.empty((0, 1)), np.empty(0, dtype=np.int64)
    parsed = Parsed(x_train=rows, y_train=labels, x_graded=rows, y_graded=labels)
    folder = cache / "prepared" / f"{entry.name}-{_content(parsed)[:16]}"
    return prepared_in(folder, entry, cache) or _written(entry, parsed, folder, cache)


def _written(entry: Dataset, parsed: Parsed, folder: Path, cache: Path) -> Prepared:
    try:
        return _prepared(entry, folder, _build(entry, parsed, folder, cache))
    except OSError as error:
        raise StorageError(
            say("dataset-write-failed", path=str(folder.parent), why=problem_told(error))
        ) from error


def prepared_in(folder: Path, entry: Dataset, cache: Path) -> Prepared | None:
    """Return what is prepared in ``folder``; None where nothing is, or a byte of it has changed."""
    kept = _kept(folder, cache)
    return None if kept is None else _prepared(entry, folder, kept)


def _prepared(entry: Dataset, folder: Path, kept: "_Kept") -> Prepared:
    return Prepared(
        dataset=entry,
        folder=folder,
        digest=kept.digest,
        groups=entry.groups or {"test": (0, kept.graded)},
        measured_by=kept.measured_by,
        labels_known=kept.labels_known,
    )


def truth(prepared: Prepared) -> "NDArray[Any]":
    """Return the true targets of the graded rows in the dataset's own order: int64 classes, or float64.

    Where they are not known, -1 or not-a-number: nothing is measured by them.
    """
    import numpy as np

    graded = prepared.y_graded
    kind = np.int64 if np.issubdtype(graded.dtype, np.integer) else np.float64
    return np.array(graded, dtype=kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What is noted of a prepared folder."""

    digest: str
    measured_by: str
    labels_known: bool
    graded: int


def _sha256(path: Path | None, cache: Path) -> str:
    return "" if path is None else checksum(path, cache)


def _arrays(parsed: Parsed) -> dict[str, bytes]:
    import numpy as np

    labels = parsed.y_graded
    if labels is None:
        whole = np.issubdtype(parsed.y_train.dtype, np.integer)
        labels = np.full(len(parsed.x_graded), -1 if whole else np.nan)
        labels = labels.astype(np.int64) if whole else labels
    return {
        "x_train": npy_bytes(parsed.x_train),
        "y_train": npy_bytes(parsed.y_train),
        "x_graded": npy_bytes(parsed.x_graded),
        "y_graded": npy_bytes(labels),
    }


def _content(parsed: Parsed) -> str:
    return digest_parts(**{name: digest_bytes(array) for name, array in _arrays(parsed).items()})


def _digest(entry: Dataset, arrays: Mapping[str, str], graded: int) -> str:
    groups = entry.groups or {"test": (0, graded)}
    return digest_parts(
        dataset=entry.name,
        arrays=dict(arrays),
        groups={name: list(rows) for name, rows in groups.items()},
        **({"definition": entry.definition} if entry.definition else {}),
    )


def _build(entry: Dataset, parsed: Parsed, folder: Path, cache: Path) -> _Kept:
    """Write a prepared folder whole, and return what is noted of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        arrays = _arrays(parsed)
        content = {f"{name}.npy": array for name, array in arrays.items()} | dict(parsed.files)
        if entry.folder is not None:
            content[DEFINITION] = (entry.folder / FILE).read_bytes()
        for name, what in content.items():
            path = workplace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(what)
            path.chmod(0o400 if entry.labels_hidden and name == "y_graded.npy" else 0o444)
        named = {name: digest_bytes(array) for name, array in arrays.items()}
        graded = len(parsed.x_graded)
        measured_by = _digest(entry, named, graded)
        shown = {name: digest for name, digest in named.items() if name != "y_graded"}
        kept = _Kept(
            digest=_digest(entry, shown, graded) if entry.labels_hidden else measured_by,
            measured_by=measured_by,
            labels_known=parsed.y_graded is not None,
            graded=graded,
        )
        record = {
            **asdict(kept),
            "files": {name: hashlib.sha256(what).hexdigest() for name, what in content.items()},
        }
        (workplace / "prepared.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
        publish_folder(workplace, folder, intact=lambda place: _kept(place, cache) is not None)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
    return kept


def _kept(folder: Path, cache: Path) -> _Kept | None:
    """Return what is noted of a prepared folder whose every file is what was written, else None."""
    try:
        record = json.loads((folder / "prepared.json").read_bytes())
        intact = all(checksum(folder / name, cache) == sha256 for name, sha256 in record.pop("files").items())
        return _Kept(**record) if intact else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
