"""How long a run waited for a processor that others held: measured from outside, never more than it was.

A thread is in one of three states: it runs, it *waits to run* because every processor is taken, or it
sleeps. The kernel adds up the first two for each thread (``/proc/PID/task/TID/schedstat``); nothing that a
program does while it sleeps, or waits for a lock or the network, adds to either.

Waiting alone proves nothing: forty busy threads on two processors wait for each other. So of each interval
only what the run *could have used* counts. On the processors it was promised, never more than ``cores`` of
its threads run at once; those that wanted most cannot have wanted less together than their ``cores``
largest shares. What it did not get of that, others had. However its threads lay in the interval, that
is at most what the run lost. Besides:

* others cannot have taken more than the promised processors did for somebody else;
* a thread that stepped back of its own will (fewer processors, a lower priority) waits by its own choice;
* where no cgroup counts the time of processes that are gone, an interval in which more of them were born than
  are there to be seen tells nothing.
"""

import heapq
import math
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.running.holding.cgroups import legacy_group_of, unified_group_of
from grader.running.holding.limits import Inside
from grader.running.holding.watchdog import names_in, processes_in, read_in

PERIOD_SECONDS = 0.5
_LOOKED_AT = 0.05
"""From this share of an interval on, a thread's waiting is worth asking why it waits."""
_BORN_UNSEEN = 2
_NANO = 1e9
# Fields of /proc/PID/task/TID/stat, counted after the name.
_NICE = 16
_POLICY = 38


@dataclass(frozen=True, slots=True)
class Share:
    """What one thread had of an interval: seconds that it ran, and that it waited to run."""

    ran: float
    waited: float


def lost_seconds(shares: Iterable[Share], *, used: float, cores: int) -> float:
    """Return how long a run was held up by others in an interval, at most; never more than it was.

    Args:
        shares: of its threads.
        used: the processor time of the whole run in the interval, threads that are gone included.
        cores: how many processors it was promised.
    """
    wanted = heapq.nlargest(cores, shares, key=lambda share: share.ran + share.waited)
    kept_from = sum(share.ran + share.waited for share in wanted) - used
    return max(0.0, min(kept_from, max((share.waited for share in wanted), default=0.0)))


class Starvation:
    """Adds up how long one run was kept from its processors.

    Args:
        group: of the processes that ``Inside.proc`` lists only those of this process group are the run's.
        all_counted: the processor time that :meth:`look` is given holds processes that are gone as well.
        proc: this machine's, for what its processors do.
    """

    def __init__(
        self, *, group: int | None = None, all_counted: bool = True, proc: Path = Path("/proc")
    ) -> None:
        self._group = group
        self._all_counted = all_counted
        self._stat = proc / "stat"
        self._processors = frozenset(_own_processors())
        self._cores = promised_cores(len(self._processors))
        self._inside: Inside | None = None
        self._before: _Look | None = None
        self._lost = 0.0
        self._others = 0.0

    @property
    def seconds(self) -> float:
        """How long the run was held up by others so far."""
        return max(0.0, min(self._lost, self._others))

    def hold(self, inside: Inside) -> None:
        """Remember where to look, and begin now."""
        self._inside = inside
        self._before = self._see(inside, 0.0)

    def look(self, cpu_seconds: float) -> None:
        """Measure, if the last measurement is a period ago; ``cpu_seconds`` is what the guard counted."""
        before = self._before
        if self._inside is None or before is None or time.monotonic() < before.at + PERIOD_SECONDS:
            return
        now = self._before = self._see(self._inside, cpu_seconds)
        length = now.at - before.at
        new = [thread for thread in now.threads if thread not in before.threads]
        shares = [self._share(thread, now, before, length) for thread in now.threads]
        used = max(sum(share.ran for share in shares), now.cpu_seconds - before.cpu_seconds)
        self._others += max(0.0, now.busy - before.busy - used)
        unseen = max(now.threads, default=0) - max(before.threads, default=0) - len(new)
        if self._all_counted or self._group is not None or unseen <= _BORN_UNSEEN:
            self._lost += min(length, lost_seconds(shares, used=used, cores=self._cores))

    def _share(self, thread: int, now: "_Look", before: "_Look", length: float) -> Share:
        current, earlier = now.threads[thread], before.threads.get(thread)
        if earlier is None or earlier.ran > current.ran:  # new, or another one by that number
            earlier = _Thread(current.process, 0.0, 0.0)
        ran, waited = current.ran - earlier.ran, current.waited - earlier.waited
        if waited > _LOOKED_AT * length and self._stepped_back(current.process, thread):
            waited = 0.0
        return Share(ran, max(0.0, min(waited, length - ran)))

    def _stepped_back(self, process: int, thread: int) -> bool:
        """Return whether the thread asked for less than it was given, or is gone."""
        if self._inside is None:
            return True
        folder = f"{process}/task/{thread}"
        text = read_in(self._inside.proc, f"{folder}/stat")
        fields = text[text.rfind(")") + 2 :].split()
        status = read_in(self._inside.proc, f"{folder}/status")
        allowed = next((line for line in status.splitlines() if line.startswith("Cpus_allowed:")), "")
        if len(fields) <= _POLICY or not allowed:
            return True
        mask = int(allowed.partition(":")[2].strip().replace(",", ""), 16)
        return (
            mask.bit_count() < len(self._processors)
            or int(fields[_NICE]) > os.getpriority(os.PRIO_PROCESS, 0)
            or int(fields[_POLICY]) != os.sched_getscheduler(0)
        )

    def _see(self, inside: Inside, cpu_seconds: float) -> "_Look":
        threads = {}
        for process in processes_in(inside.proc, self._group):
            for name in names_in(inside.proc, f"{process.number}/task"):
                words = read_in(inside.proc, f"{process.number}/task/{name}/schedstat").split()
                if len(words) > 1:
                    ran, waited = int(words[0]) / _NANO, int(words[1]) / _NANO
                    threads[int(name)] = _Thread(process.number, ran, waited)
        return _Look(time.monotonic(), threads, cpu_seconds, self._busy())

    def _busy(self) -> float:
        """Return how long the promised processors have been at work since the machine started."""
        ticks = 0
        with suppress(OSError):
            for line in self._stat.read_text().splitlines():
                name, *counts = line.split()
                if name.removeprefix("cpu").isdigit() and int(name.removeprefix("cpu")) in self._processors:
                    user, nice, system, _, _, *rest = map(int, counts[:8])
                    ticks += user + nice + system + sum(rest)
        return ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class _Thread:
    process: int
    ran: float
    waited: float


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    threads: Mapping[int, _Thread]
    cpu_seconds: float
    busy: float


def promised_cores(processors: int) -> int:
    """Return how many of ``processors`` a run may keep busy: fewer where a quota is set on this process."""
    quota = math.inf
    unified, legacy = unified_group_of(os.getpid()), legacy_group_of("self", "cpu")
    with suppress(OSError, ValueError, ZeroDivisionError):
        if unified is not None and (unified / "cpu.max").exists():
            share, period = (unified / "cpu.max").read_text().split()
            quota = math.inf if share == "max" else int(share) / int(period)
        elif legacy is not None:
            microseconds = int((legacy / "cpu.cfs_quota_us").read_text())
            period_us = int((legacy / "cpu.cfs_period_us").read_text())
            quota = microseconds / period_us if microseconds > 0 else math.inf
    return max(1, math.floor(min(processors, quota)))


def _own_processors() -> Iterable[int]:
    """Return the processors that what we start inherits; none where the system does not tell."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
