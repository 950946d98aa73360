"""Jobs small enough to watch workers with; importable, so that a spawned worker finds them."""

import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from grader.model.errors import StorageError
from grader.model.message import Message
from grader.model.order import Slot
from grader.model.run import NotRun
from grader.orchestration.executors import ProcessExecutor
from grader.words import say

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """One job: what it does, and the folder where jobs leave signs for each other."""

    name: str
    folder: Path
    does: str = "answer"
    wants_gpu: bool = False

    def __str__(self) -> str:
        return self.name


class Unpicklable(Exception):  # noqa: N818 - what it is
    """Goes into a pickle and does not come out."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)
        self.second = second


def perform(job: Small, slot: Slot) -> Path | NotRun:
    """Do what ``job`` says and answer with a file that tells where it was done."""
    _sign(job, "begun", str(os.getpid()))
    match job.does:
        case "answer":
            pass
        case "wait":
            await_file(job.folder / "go")
        case "processors":
            return _sign(job, "done", " ".join(map(str, [slot.number, *os.sched_getaffinity(0)])))
        case "for ever":
            time.sleep(_PATIENCE)
        case "exit":
            os._exit(0)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case _:
            _raise(job.does)
    return _sign(job, "done", f"{slot.number} {slot.gpu} {os.getpid()}")


def _raise(what: str) -> NoReturn:
    match what:
        case "system exit":
            sys.exit(3)
        case "our error":
            raise StorageError(say("storage-write-failed", folder="/x", problem="full"))
        case "unpicklable":
            raise Unpicklable("a", "b")
        case _:
            raise ZeroDivisionError(what)


def _sign(job: Small, kind: str, content: str) -> Path:
    path = job.folder / f"{job.name}.{kind}"
    part = path.with_suffix(".part")
    part.write_text(content)
    part.rename(path)
    return path


def await_file(path: Path) -> str:
    """Return the content of ``path`` once it is there."""
    deadline = time.monotonic() + _PATIENCE
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(str(path))
        time.sleep(0.01)
    return path.read_text()


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@dataclass
class Heard:
    """A progress that remembers what it was told."""

    started_labels: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def say(self, message: Message) -> None:
        """Hear one thing."""

    def begin(self, total: int, what: Message) -> None:
        """Hear that a round begins."""

    def started(self, label: str) -> None:
        """Hear that a run has begun."""
        self.started_labels.append(label)

    def advance(self, label: str, seconds: float) -> None:
        """Hear that a run has ended."""
        assert seconds >= 0
        self.ended.append(label)

    def printed(self, piece: bytes) -> None:
        """Hear what a program prints."""

    def end(self) -> None:
        """Hear that the round is over."""


def grade_for_ever(folder: Path) -> None:
    """Be a grader with two workers that never finish, until somebody ends it."""
    jobs = [Small(name=name, folder=folder, does="for ever") for name in ("one", "two")]
    for _ in ProcessExecutor(2).run(perform, jobs, Heard()):
        raise AssertionError("nothing ends")


if __name__ == "__main__":
    grade_for_ever(Path(sys.argv[1]))
