"""Where a worker of this machine finds what orders name: files by digest, data, runtimes, the sandbox."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.datasets.own import find_prepared
from grader.datasets.prepare import Prepared, prepare, prepare_nothing
from grader.files.hash_file import hash_file
from grader.model.digest import digest_bytes, digest_parts
from grader.model.errors import StorageError
from grader.model.order import OrderedData, OrderedFile, RetrainOrder, RunOrder
from grader.model.run import StagedFile
from grader.plugins.interfaces import Sandbox
from grader.running.staging.workspace import harness_folder
from grader.runtimes.catalogue import Runtime, find_runtime
from grader.storage.run_store import RunStore
from grader.words import say
from grader.worker.keep_what_fits import ROOM


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workplace:
    """The means of a worker on this machine; ``private`` are folders that nobody inside may see.

    ``heard`` is told what a program prints while it runs: only where that runs in this very process.
    ``room``: how many bytes of what a run leaves are kept.
    """

    store: RunStore
    sandbox: Sandbox
    cache: Path
    data_dir: Path | None
    cuda: bool
    private: tuple[Path, ...] = ()
    heard: Callable[[bytes], None] | None = None
    room: int = ROOM

    def files(self, order: RunOrder) -> tuple[StagedFile, ...]:
        """Return where the files of the submission lie.

        Raises:
            StorageError: one is not there, or not what was ordered.
        """
        return tuple(StagedFile(source=self._submitted(file), name=file.name) for file in order.files)

    def data(self, ordered: OrderedData, runtime: Runtime) -> Prepared:
        """Return the data to be served.

        Raises:
            DataMissing: they are not on this machine.
            StorageError: others than were ordered are.
        """
        if ordered.own:
            return find_prepared(ordered.dataset, ordered.sha256, self.cache)
        prepared = prepare_data(ordered.dataset, runtime, data_dir=self.data_dir, cache=self.cache)
        _same(ordered.dataset, prepared.digest, ordered.sha256)
        return prepared

    def runtime(self, order: RunOrder | RetrainOrder) -> Runtime:
        """Return the interpreter that is ordered.

        Raises:
            RuntimeMissing: it is not installed.
            StorageError: another one of its name is, or the harness here is not the one ordered.
        """
        runtime = find_runtime(order.runtime, self.cache, cuda=self.cuda, backend=order.backend)
        _same(order.runtime, runtime_digest(runtime), order.runtime_sha256)
        _same("harness", harness_digest(), order.harness_sha256)
        return runtime

    def repeated(self, order: RunOrder) -> Path | None:
        """Return the folder of the kept run that is repeated; None where none is.

        Raises:
            StorageError: it is gone.
        """
        if order.repeats is None:
            return None
        kept = self.store.anywhere(order.repeats)
        if kept is None:
            raise StorageError(say("ordered-thing-missing", name=order.repeats[:12]))
        return kept.folder

    def hidden(self) -> tuple[Path, ...]:
        """Return what is not to be seen inside: it may lie where the machine's own folders are, in /usr."""
        data = () if self.data_dir is None else (self.data_dir,)
        ours = (self.store.folder, self.cache, Path(tempfile.gettempdir()), Path.home())
        return (*ours, *data, *self.private)

    def _submitted(self, file: OrderedFile) -> Path:
        path = self.store.submitted(file.sha256)
        if path is None:
            raise StorageError(say("ordered-thing-missing", name=file.name))
        _same(file.name, hash_file(path), file.sha256)
        return path


def prepare_data(dataset: str, runtime: Runtime, *, data_dir: Path | None, cache: Path) -> Prepared:
    """Return ``dataset`` ready to be served, nothing where it has no name.

    What comes with a library is taken from ``runtime``.

    Raises:
        DataMissing: it is not on this machine.
    """
    if not dataset:
        return prepare_nothing(cache)
    digits = runtime.site_packages_here / "sklearn" / "datasets" / "data" / "digits.csv.gz"
    return prepare(dataset, data_dir=data_dir, cache=cache, extra={"digits.csv.gz": digits})


def runtime_digest(runtime: Runtime) -> str:
    """Return one digest of the interpreter's packages and of its environment."""
    return digest_parts(runtime=[runtime.digest, runtime.environment])


@cache
def harness_digest() -> str:
    """Return the digest of the code that is sent inside: other evidence needs another run."""
    folder: Path = harness_folder()
    files = sorted(folder.rglob("*.py"))
    return digest_parts(**{str(f.relative_to(folder)): digest_bytes(f.read_bytes()) for f in files})


def _same(name: str, there: str, ordered: str) -> None:
    if there != ordered:
        raise StorageError(say("ordered-thing-differs", name=name, there=there[:12], ordered=ordered[:12]))
