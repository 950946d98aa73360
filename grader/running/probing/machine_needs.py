"""What a grading needs of this machine beside a sandbox: tried, each gap with the command that mends it."""

import multiprocessing
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from grader.model.errors import SandboxError
from grader.model.message import Message
from grader.model.run import MIB
from grader.running.probing.probes import Probed
from grader.running.staging.workspace import neutral_folder
from grader.words.catalogue import say
from grader.words.problems import problem_at

NEEDED_BYTES = 512 * MIB
"""What a run's files and a prepared dataset take; less is told before anything is run."""
MENDS = {"shared-memory": "mount -t tmpfs -o mode=1777 tmpfs /dev/shm"}


def machine_needs(cache: Path) -> Iterator[Probed]:
    """Try the shared memory that workers are counted with, the temporary folder and the cache."""
    yield _probed("shared-memory", _semaphore())
    yield _probed("temporary-folder", _temporary_folder())
    yield _probed("cache-folder", _writable(cache))


def _probed(name: str, problem: Message | None) -> Probed:
    state = say(f"probe.{name}.bad", problem=problem) if problem else say(f"probe.{name}.well")
    return Probed(id=name, well=problem is None, state=state)


def _semaphore() -> Message | None:
    """Return why no semaphore can be made: a pool of workers holds several, and they lie in /dev/shm."""
    try:
        multiprocessing.get_context("spawn").Semaphore(1)
    except (OSError, ImportError) as error:
        return _told(error)
    return None


def _temporary_folder() -> Message | None:
    try:
        with neutral_folder() as folder:
            return _writable(folder)
    except (OSError, SandboxError) as error:
        return _told(error)


def _writable(folder: Path) -> Message | None:
    """Return why nothing can be kept in ``folder``, which is made where it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return _told(error)
    if free < NEEDED_BYTES:
        return say("probe.little_room", folder=str(folder), free=free // MIB, needed=NEEDED_BYTES // MIB)
    return None


def _told(error: Exception) -> Message:
    return problem_at(error)
