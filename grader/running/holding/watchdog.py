"""The memory limit where there is no cgroup: adds up, ten times a second, what the processes hold."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass

from grader.model.run import Limits, MemoryGuard
from grader.running.holding.limits import Inside, Usage

PERIOD_SECONDS = 0.1
_KERNEL_PERIOD_SECONDS = 0.5
_MOST_DESCRIPTORS = 20_000
"""Open files looked at in one go: a program with more of them must not slow the grader down."""
_SOCKET_BYTES = 212_992
"""What the kernel lets a socket hold for its reader, unless an administrator chose otherwise."""
_DESCRIPTOR_BYTES = 32 * 1024
"""What an open file is taken to hold in the kernel: a full pipe has 64 KiB and two ends."""
_CLOSE = 0.5
"""From this share of the limit on, shared pages are told from private ones at every look."""

# Fields of /proc/PID/stat, counted after the name.
_GROUP = 2
_CPU = slice(11, 15)
_RESIDENT = 21

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Watchdog:
    """Sums proportional set sizes, the writable file systems and what the kernel holds for the processes.

    It sees a burst up to 0.1 s late, one of pipes, sockets or page tables up to 0.5 s.

    Counted are all processes that ``Inside.proc`` lists, or only those of one process ``group``.
    """

    kind = MemoryGuard.WATCHDOG
    counts_processes = False
    launcher: tuple[str, ...] = ()

    def __init__(self, limits: Limits, group: int | None = None) -> None:
        self.launcher_environment: dict[str, str] = {}
        self.usage = Usage()
        self._limit = limits.memory_bytes
        self._group = group
        self._inside: Inside | None = None
        self._next = 0.0
        self._next_kernel = 0.0
        self._nameless = 0
        self._kernel = 0
        self._largest_resident = 0

    def hold(self, inside: Inside) -> None:
        """Remember where to look."""
        self._inside = inside

    def look(self) -> None:
        """Measure, if the last measurement is a period ago."""
        now = time.monotonic()
        if self._inside is None or now < self._next:
            return
        self._next = now + PERIOD_SECONDS
        processes = processes_in(self._inside.proc, self._group)
        resident = sum(process.resident for process in processes)
        cpu_seconds = sum(process.cpu_seconds for process in processes)
        self.usage.cpu_seconds = max(self.usage.cpu_seconds, cpu_seconds)
        self._look_at_kernel(processes, now)
        files = self._inside.bytes_written() + self._nameless
        # Reading proportional sizes walks page tables: only when it can matter.
        if resident > self._largest_resident or resident + files + self._kernel > _CLOSE * self._limit:
            self._largest_resident = max(self._largest_resident, resident)
            held = _held(self._inside.proc, processes, files) + self._kernel
            self.usage.peak_bytes = max(self.usage.peak_bytes, held)
            self.usage.memory_crossed |= held > self._limit

    def _look_at_kernel(self, processes: "list[Process]", now: float) -> None:
        """Measure what no process shows as its own: files made by ``memfd_create``, pipes, page tables."""
        if self._inside is None or now < self._next_kernel:
            return
        self._next_kernel = now + _KERNEL_PERIOD_SECONDS
        opened = _opened(self._inside.proc, processes)
        self._nameless = opened.nameless
        if opened.descriptors > _MOST_DESCRIPTORS:
            # Anything may hide behind so many.
            self.usage.memory_crossed = True
        self._kernel = opened.descriptors * _DESCRIPTOR_BYTES + _page_tables(self._inside.proc, processes)
        if self._group is None:
            self._kernel += _sockets(self._inside.proc, processes) * _SOCKET_BYTES

    def close(self) -> None:
        """Nothing stays behind."""
        self._inside = None


@dataclass(frozen=True, slots=True)
class Process:
    """One process as ``/proc`` tells of it."""

    number: int
    resident: int
    cpu_seconds: float
    """Of the process and of the children it has collected."""


def processes_in(proc: int, group: int | None) -> list[Process]:
    """Return the processes that an open ``proc`` lists, or only those of one process group."""
    try:
        names = os.listdir(proc)
    except OSError:  # everything inside is dead
        return []
    processes = []
    for number in (int(name) for name in names if name.isdigit()):
        text = read_in(proc, f"{number}/stat")
        fields = text[text.rfind(")") + 2 :].split()
        # Fewer fields: it has ended meanwhile.
        if len(fields) > _RESIDENT and (group is None or int(fields[_GROUP]) == group):
            seconds = sum(map(int, fields[_CPU])) / _TICKS
            processes.append(Process(number, int(fields[_RESIDENT]) * _PAGE, seconds))
    return processes


def _held(proc: int, processes: list[Process], files: int) -> int:
    """Return the memory that processes and files hold together.

    Shared pages may be mapped, lie in a file, or both: the larger of the two sums is taken.
    """
    private, shared = 0, 0
    for process in processes:
        sizes = dict.fromkeys(("Pss_Anon", "Pss_File", "Pss_Shmem"), 0)
        for line in read_in(proc, f"{process.number}/smaps_rollup").splitlines():
            name, _, rest = line.partition(":")
            if name in sizes:
                sizes[name] = int(rest.split()[0]) * 1024
        private += sizes["Pss_Anon"] + sizes["Pss_File"]
        shared += sizes["Pss_Shmem"]
    return private + max(shared, files)


@dataclass(frozen=True, slots=True)
class _Opened:
    descriptors: int
    nameless: int
    """The bytes of all nameless memory files, each counted once."""


def _opened(proc: int, processes: list[Process]) -> _Opened:
    """Return what ``processes`` have open; more than can be looked at is only counted."""
    sizes: dict[int, int] = {}
    descriptors = 0
    for process in processes:
        folder = f"{process.number}/fd"
        names = names_in(proc, folder)
        descriptors += len(names)
        if descriptors > _MOST_DESCRIPTORS:
            break
        for name in names:
            with suppress(OSError):
                path = f"{folder}/{name}"
                if os.readlink(path, dir_fd=proc).startswith("/memfd:"):
                    file = os.stat(path, dir_fd=proc)
                    sizes[file.st_ino] = file.st_blocks * 512
    return _Opened(descriptors, sum(sizes.values()))


def _page_tables(proc: int, seen: list[Process]) -> int:
    """Return the bytes of the tables that map memory; a program can grow them by reading alone."""
    return sum(_kilobytes(read_in(proc, f"{process.number}/status"), "VmPTE") for process in seen)


def _sockets(proc: int, seen: list[Process]) -> int:
    """Return how many sockets there are inside, whoever holds them or has sent them on."""
    for process in seen:
        words = read_in(proc, f"{process.number}/net/sockstat").split()
        if words[:2] == ["sockets:", "used"]:
            return int(words[2])
    return 0


def _kilobytes(text: str, name: str) -> int:
    line = next((line for line in text.splitlines() if line.startswith(f"{name}:")), "")
    return int(line.split()[1]) * 1024 if line else 0


def names_in(proc: int, folder: str) -> list[str]:
    """Return what lies in a folder of an open ``proc``; nothing where it is gone."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=proc)
        try:
            return os.listdir(descriptor)  # noqa: PTH208 - an open folder has no path
        finally:
            os.close(descriptor)
    return []


def read_in(proc: int, path: str) -> str:
    """Return the text of a file of an open ``proc``; empty where it is gone."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
        try:
            return os.read(descriptor, 65536).decode(errors="replace")
        finally:
            os.close(descriptor)
    return ""
