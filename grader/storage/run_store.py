"""Runs kept under their keys in ``COURSE/.grader/``.

A run is written into a temporary folder and renamed when it is whole: whoever kills the grader at any
moment finds every finished run and no half of one. Secrets (order, canaries) lie beside the run, so the
whole tree is readable by its owner alone.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.files import write_whole as files
from grader.files.plain_data import plain_of, read_plain
from grader.files.publish_folder import sync, sync_folder
from grader.model.errors import StorageError
from grader.model.order import RunAnswer
from grader.model.run import Conditions, Refusal, Run
from grader.storage.run_files import RECORD
from grader.words import say
from grader.words.problems import problem_told

_SCHEMA = "grader/run/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A complete run: its record, and the folder its files lie in."""

    run: Run
    refused: tuple[Refusal, ...]
    folder: Path
    extra: dict[str, Any]
    """What orchestration noted beside the run: sandbox B's answer, the served copy, the conditions."""

    @property
    def conditions(self) -> Conditions | None:
        """What it was made under; None of a run kept before that was noted."""
        try:
            return read_plain(Conditions, self.extra["conditions"])
        except (KeyError, ValueError):
            return None

    def read(self, name: str) -> bytes | None:
        """Return the bytes of one of the run's files, or None when it has no such file."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What ``run.json`` holds."""

    schema: str
    run: Run
    refused: tuple[Refusal, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    """The digest of each file of the run; not noted of runs kept before."""
    extra: dict[str, Any]


class RunStore:
    """The runs of one course; open it with :func:`open_store`."""

    def __init__(
        self, folder: Path, *, over: "RunStore | None" = None, beside: "RunStore | None" = None
    ) -> None:
        self.folder = folder
        self._over = over
        self._beside = beside
        self.intake = folder / "intake"
        self._runs = folder / "runs"
        self._scratch = folder / "scratch"

    def aside(self, name: str, *, over: "RunStore | None" = None) -> "RunStore":
        """Return a store that keeps its runs in this one's scratch folder: gone when this one is closed.

        What it does not hold itself it finds in ``over``, and never changes it there.
        """
        return RunStore(self._scratch / name, over=over, beside=self)

    def scratch_path(self, key: str) -> Path:
        """Return the folder, on the same file system, that the run ``key`` is written in."""
        return self._scratch / key[:16] / "run"

    def submitted(self, sha256: str) -> Path | None:
        """Return where the file of a submission with these bytes is kept; None where none is."""
        path = self.intake / sha256[:2] / sha256
        if path.is_file():
            return path
        return None if self._beside is None else self._beside.submitted(sha256)

    def publish(self, key: str, scratch: Path) -> StoredRun:
        """Make the complete run in ``scratch`` visible under ``key``.

        Raises:
            StorageError: it could not be moved into place.
        """
        target = self._folder(key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(scratch)
            self.forget(key)
            scratch.rename(target)
            sync(target.parent)
        except OSError as problem:
            raise StorageError(
                say("storage-write-failed", folder=str(target), problem=problem_told(problem))
            ) from problem
        stored = self.load(key)
        if stored is None:
            raise StorageError(say("storage-write-failed", folder=str(target), problem=RECORD))
        return stored

    def load(self, key: str) -> StoredRun | None:
        """Return the run ``key`` if it is there and whole; what is damaged counts as not there.

        Raises:
            StorageError: it is there and may not be read.
        """
        folder = self._folder(key)
        try:
            record = read_plain(_Record, json.loads((folder / RECORD).read_bytes()))
            if record.schema != _SCHEMA:
                return None
            return StoredRun(run=record.run, refused=record.refused, folder=folder, extra=record.extra)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return self._over.load(key) if self._over is not None else None
        except (ValueError, RecursionError):  # not JSON, or not a run's
            return None
        except OSError as problem:
            raise StorageError(
                say("storage-unreadable", folder=str(folder), problem=problem_told(problem))
            ) from problem

    def anywhere(self, key: str) -> StoredRun | None:
        """Return the run ``key`` from here, else from the store that this one lies aside of.

        Raises:
            StorageError: it is there and may not be read.
        """
        found = self.load(key)
        return found if found is not None or self._beside is None else self._beside.anywhere(key)

    def forget(self, key: str) -> None:
        """Remove the run ``key``; ``--force`` starts over.

        It leaves its place whole and only then falls apart: who is killed halfway leaves no half of it.
        """
        gone = self._scratch / f"gone-{key[:16]}"
        self._scratch.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(gone, ignore_errors=True)
        with suppress(FileNotFoundError):
            self._folder(key).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _folder(self, key: str) -> Path:
        return self._runs / key[:2] / key


@contextmanager
def open_store(folder: Path) -> Iterator[RunStore]:
    """Open the store below ``folder`` for the one grading that may write to it.

    Raises:
        StorageError: the folder cannot be written, or another grading holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        lock = (folder / "lock").open("w")
    except OSError as problem:
        raise StorageError(
            say("storage-write-failed", folder=str(folder), problem=problem_told(problem))
        ) from problem
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageError(say("grading-already-under-way", folder=str(folder))) from None
        except OSError as problem:  # a file system without locks
            raise StorageError(
                say("storage-write-failed", folder=str(folder), problem=problem_told(problem))
            ) from problem
        shutil.rmtree(folder / "scratch", ignore_errors=True)
        try:
            yield RunStore(folder)
        finally:
            shutil.rmtree(folder / "scratch", ignore_errors=True)


def write_record(folder: Path, answer: RunAnswer) -> None:
    """Write the run's record; the last thing written before the folder is published."""
    record = _Record(
        schema=_SCHEMA,
        run=answer.run,
        refused=answer.refused,
        files={file.name: file.sha256 for file in answer.files},
        extra=dict(answer.extra),
    )
    path = folder / RECORD
    with path.open("w", encoding="utf-8") as stream:
        json.dump(plain_of(record), stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())


def write_whole(path: Path, content: str | bytes, *, mode: int = files.EVERYBODY) -> None:
    """Write ``path`` so that a reader sees the old or the new content, never a part.

    ``mode`` are the new file's permissions.

    Raises:
        StorageError: it could not be written.
    """
    try:
        files.write_whole(path, content, mode=mode)
    except OSError as problem:
        raise StorageError(
            say("storage-write-failed", folder=str(path), problem=problem_told(problem))
        ) from problem
