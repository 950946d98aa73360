"""Finds a dataset's published files on this machine and makes sure that they are the published ones."""

import contextlib
import functools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from grader.datasets.catalogue import dataset as catalogue_entry
from grader.datasets.catalogue import names
from grader.datasets.dataset import DataFile, Dataset
from grader.files.hash_file import hash_file
from grader.files.write_whole import write_whole
from grader.model.errors import DataMissing
from grader.model.message import Message
from grader.words.catalogue import say

_WORTH_REMEMBERING = 1024 * 1024
_SETTLED_NS = 2_000_000_000
"""A file changed less than two seconds ago could change again without a new time stamp."""


class FileState(Enum):
    """What stands where a published file should be."""

    SOUND = "sound"
    ABSENT = "absent"
    CORRUPT = "corrupt"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStatus:
    """One published file on this machine; ``path`` is where it, or its damaged copy, lies."""

    file: DataFile
    state: FileState
    path: Path | None
    sha256: str = ""


def find_files(
    dataset: Dataset,
    data_dir: Path | None,
    cache: Path,
    *,
    extra: Mapping[str, Path] | None = None,
    without_hidden: bool = False,
) -> Mapping[str, Path]:
    """Return where each published file of ``dataset`` lies, by name, each with the right SHA-256.

    Looked at, in this order: ``data_dir`` (``<dir>/<dataset>/<file>``, then ``<dir>/<file>``), the cache that
    :func:`grader.datasets.fetch.fetch` fills, ``extra`` (files that come with a runtime, by name), and the
    folder of the package that the dataset comes in.
    A course's own files lie in its data folder, hidden ones in its private folder, else in
    ``<data_dir>/<dataset>``; ``without_hidden``, where those are absent, they are left out.

    Raises:
        DataMissing: a file is absent, or only wrong bytes are there; the message says what to run.
    """
    places: dict[str, Path] = {}
    missing: list[DataFile] = []
    wrong: Message | None = None
    for status in inspect_files(dataset, data_dir, cache, extra=extra):
        if status.state is FileState.SOUND and status.path is not None:
            places[status.file.name] = status.path
            continue
        if without_hidden and status.file.hidden and status.path is None:
            continue
        missing.append(status.file)
        if wrong is None and status.path is not None:
            wrong = _corrupt(dataset, status.file, status.path, status.sha256)
    if missing:
        raise DataMissing(wrong or _absent(dataset, missing, data_dir, cache))
    return places


def inspect_files(
    dataset: Dataset,
    data_dir: Path | None,
    cache: Path,
    *,
    extra: Mapping[str, Path] | None = None,
    afresh: bool = False,
) -> tuple[FileStatus, ...]:
    """Return the state of every file of ``dataset``, looked for where :func:`find_files` looks.

    ``afresh`` reads every file to its end, whatever is remembered of its checksum.

    Raises:
        DataMissing: ``data_dir`` was given and is not a folder.
    """
    if data_dir is not None and not data_dir.is_dir():
        raise DataMissing(say("data-folder-missing", path=str(data_dir)))
    return tuple(
        _status(file, _places(dataset, file, data_dir, cache, extra or {}), cache, afresh=afresh)
        for file in dataset.files
    )


def verify(
    dataset: Dataset, data_dir: Path | None, cache: Path, *, extra: Mapping[str, Path] | None = None
) -> tuple[FileStatus, ...]:
    """Read every file of ``dataset`` to its end and return its state.

    Raises:
        DataMissing: ``data_dir`` was given and is not a folder.
    """
    return inspect_files(dataset, data_dir, cache, extra=extra, afresh=True)


def cached(dataset: Dataset, file: DataFile, cache: Path) -> Path:
    """Return where the download cache keeps ``file``, whether or not it is there."""
    return cache / "datasets" / dataset.name / file.name


def checksum(path: Path, cache: Path, *, afresh: bool = False) -> str:
    """Return the SHA-256 of a file, from memory when the file is large and has not been touched since.

    The memory is a small JSON file in ``cache``; without a writable cache the file is read each time,
    and with ``afresh`` it is read in any case.
    """
    state = path.stat()
    if state.st_size < _WORTH_REMEMBERING:
        return hash_file(path)
    memory = cache / "checksums.json"
    known = _remembered(memory)
    key = str(path.resolve())
    mark = [state.st_size, state.st_mtime_ns, state.st_ino]
    entry = known.get(key)
    if not afresh and isinstance(entry, dict) and entry.get("mark") == mark:
        remembered = entry.get("sha256")
        if isinstance(remembered, str):
            return remembered
    sha256 = hash_file(path)
    if time.time_ns() - state.st_mtime_ns > _SETTLED_NS:
        with contextlib.suppress(OSError):
            write_whole(
                memory,
                json.dumps({**known, key: {"mark": mark, "sha256": sha256}}, indent=1).encode(),
            )
    return sha256


def _status(file: DataFile, places: list[Path], cache: Path, *, afresh: bool) -> FileStatus:
    damaged = FileStatus(file=file, state=FileState.ABSENT, path=None)
    for place in places:
        if not place.is_file():
            continue
        sha256 = checksum(place, cache, afresh=afresh)
        if sha256 == file.sha256 or file.hidden:
            return FileStatus(file=file, state=FileState.SOUND, path=place, sha256=sha256)
        # A neighbour's file is no damage: mnist and fashion-mnist share file names.
        if damaged.path is None and sha256 not in _published():
            damaged = FileStatus(file=file, state=FileState.CORRUPT, path=place, sha256=sha256)
    return damaged


@functools.cache
def _published() -> frozenset[str]:
    return frozenset(file.sha256 for name in names() for file in catalogue_entry(name).files)


def _places(
    dataset: Dataset,
    file: DataFile,
    data_dir: Path | None,
    cache: Path,
    extra: Mapping[str, Path],
) -> list[Path]:
    if dataset.folder is not None:
        return _own_places(dataset, file, data_dir)
    given = [] if data_dir is None else [data_dir / dataset.name / file.name, data_dir / file.name]
    shipped = [extra[file.name]] if file.name in extra else []
    packed = [] if dataset.shelf is None else [dataset.shelf / file.name]
    return [*given, cached(dataset, file, cache), *shipped, *packed]


def _own_places(dataset: Dataset, file: DataFile, data_dir: Path | None) -> list[Path]:
    """Return where a file of a course's own may lie; only its folder tells a hidden one from others."""
    outside = [] if data_dir is None else [data_dir / dataset.name / file.name]
    inside = dataset.private if file.hidden else dataset.folder
    return [*([] if inside is None else [inside / file.name]), *outside]


def _remembered(memory: Path) -> dict[str, Any]:
    try:
        known = json.loads(memory.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _corrupt(dataset: Dataset, file: DataFile, place: Path, sha256: str) -> Message:
    if dataset.folder is not None:
        return say("own-data-changed", path=str(place), found=sha256, expected=file.sha256)
    return say(
        "dataset-checksum-mismatch",
        path=str(place),
        title=dataset.title,
        found=sha256[:12],
        expected=file.sha256[:12],
        name=dataset.name,
    )


def _absent(dataset: Dataset, missing: list[DataFile], data_dir: Path | None, cache: Path) -> Message:
    first = missing[0]
    if dataset.folder is not None:
        places = ", ".join(str(place.parent) for place in _own_places(dataset, first, data_dir))
        key = "hidden-data-missing" if first.hidden else "own-data-missing"
        return say(key, file=first.name, title=dataset.title, places=places)
    if first.in_runtime is not None:
        return say("dataset-missing-from-runtime", title=dataset.title, file=first.name)
    if not first.mirrors:
        return say(
            "dataset-without-public-address",
            title=dataset.title,
            file=first.name,
            layout=f"{dataset.name}/{first.name}",
            origin=first.origin,
        )
    searched = [*([] if data_dir is None else [data_dir]), cache / "datasets" / dataset.name]
    return say(
        "dataset-missing",
        title=dataset.title,
        files=", ".join(file.name for file in missing),
        places=", ".join(str(place) for place in searched),
        name=dataset.name,
    )
