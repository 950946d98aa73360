"""What a mechanism that holds a run to its limits promises, and what it says about the run.

Address-space limits are none: TensorFlow with 0.6 GiB resident needs 2-3 GiB of addresses.
"""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from grader.model.run import Limits, MemoryGuard

DEFAULT_PROCESSES = Limits(wall_seconds=1, memory_bytes=1).processes
NPROC_SLACK = 16
TICK_SECONDS = 0.05
"""How often limits that nothing else enforces are looked at."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What is held of a running sandbox: its first process and open folders of its file systems."""

    first: int
    """The first program's number out here."""
    proc: int
    """An open /proc that lists the processes inside and no others."""
    writable: tuple[int, ...]
    """The writable file systems."""

    def bytes_written(self) -> int:
        """Return what the writable file systems hold."""
        return sum((room.f_blocks - room.f_bfree) * room.f_frsize for room in self._rooms())

    def files(self) -> int:
        """Return how many files, folders and links the writable file systems hold."""
        return sum(room.f_files - room.f_ffree for room in self._rooms() if room.f_files)

    def any_full(self) -> bool:
        """Return whether one of the writable file systems has not a byte left."""
        return any(room.f_bfree == 0 for room in self._rooms())

    def _rooms(self) -> list[os.statvfs_result]:
        """Return each file system once: several places may lie on one."""
        each = {os.fstat(descriptor).st_dev: descriptor for descriptor in self.writable}
        return [os.fstatvfs(descriptor) for descriptor in each.values()]


@dataclass(slots=True)
class Usage:
    """What a run has used so far, measured from outside."""

    peak_bytes: int = 0
    """The most anonymous and tmpfs memory seen at once; cached files of the machine do not count."""
    cpu_seconds: float = 0.0
    memory_crossed: bool = False
    process_refusals: int = 0
    """How often a process was refused for the limit on processes, where that can be told."""


class Guard(Protocol):
    """Holds one run to its memory; made before it, closed after it."""

    kind: MemoryGuard
    counts_processes: bool
    """It holds the limit on processes too, and counts refusals."""
    launcher: tuple[str, ...]
    """Put before the command line that starts the sandbox."""
    launcher_environment: dict[str, str]
    usage: Usage

    def hold(self, inside: Inside) -> None:
        """Take the first program in; what it starts later is held as well.

        Raises:
            OSError: it cannot be held.
        """
        ...

    def look(self) -> None:
        """Bring ``usage`` up to date."""
        ...

    def close(self) -> None:
        """Leave nothing of the guard behind."""
        ...


@dataclass(frozen=True, slots=True)
class GuardMaker:
    """Makes guards of the one kind that works on this machine."""

    kind: MemoryGuard
    make: Callable[[Limits], Guard] = field(repr=False)


def process_limit(limits: Limits, cores: int) -> int:
    """Return how many processes and threads may live inside.

    The default grows with the machine, because libraries start threads by its cores.
    """
    if limits.processes == DEFAULT_PROCESSES:
        return max(limits.processes, 4 * cores + 256)
    return limits.processes


def nproc(guard: Guard, processes: int) -> int:
    """Return the RLIMIT_NPROC to set inside: only a backstop where the guard counts processes."""
    return processes + NPROC_SLACK if guard.counts_processes else processes


def cpu_crossed(limits: Limits, usage: Usage) -> bool:
    """Return whether the run has used more processor time than it may."""
    return usage.cpu_seconds > (limits.cpu_seconds or math.inf)
