"""The limits that an engine was told to set: found from outside, compared, and read while the run goes on.

An engine that cannot set a limit often says so in a warning and goes on. Here that is a failure.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from grader.model.run import Limits, MemoryGuard
from grader.running.holding.cgroups import legacy_group_of, read_legacy, read_unified, unified_group_of
from grader.running.holding.limits import Inside, Usage, process_limit

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = 4096


class EngineGuard:
    """The cgroup that an engine has put a container into."""

    kind = MemoryGuard.NONE
    counts_processes = True
    launcher: tuple[str, ...] = ()

    def __init__(self, limits: Limits, cores: int) -> None:
        self.launcher_environment: dict[str, str] = {}
        self.usage = Usage()
        self._memory = limits.memory_bytes
        self._processes = process_limit(limits, cores)
        self._read: Callable[[], None] = lambda: None

    def hold(self, inside: Inside) -> None:
        """Find the group of the first program, and see that it holds what was asked for.

        Raises:
            OSError: it does not.
        """
        unified = unified_group_of(inside.first)
        if unified is not None and (unified / "memory.max").exists():
            self._compare(unified / "memory.max", self._memory)
            self._compare(unified / "memory.swap.max", 0, needed=_has_swap())
            self._compare(unified / "pids.max", self._processes)
            self.kind = MemoryGuard.CGROUP_V2
            self._read = lambda: read_unified(unified, self.usage)
            return
        found = {name: legacy_group_of(inside.first, name) for name in ("memory", "pids", "cpuacct")}
        groups = {name: group for name, group in found.items() if group is not None}
        if not {"memory", "pids"} <= set(groups):
            raise OSError("no cgroup of the container with memory and pids is to be found")
        self._compare(groups["memory"] / "memory.limit_in_bytes", self._memory)
        self._compare(groups["memory"] / "memory.memsw.limit_in_bytes", self._memory, needed=_has_swap())
        self._compare(groups["pids"] / "pids.max", self._processes)
        self.kind = MemoryGuard.CGROUP_V1
        self._read = lambda: read_legacy(groups, self.usage, counts_processes=True)

    def look(self) -> None:
        """Read the counters."""
        self._read()

    def close(self) -> None:
        """The engine takes its group away."""

    @staticmethod
    def _compare(file: Path, limit: int, *, needed: bool = True) -> None:
        try:
            set_to = file.read_text().strip()
        except FileNotFoundError:
            if needed:
                raise OSError(f"{file.name} is missing; {limit} was asked for") from None
            return
        # The kernel keeps whole pages of memory.
        if not set_to.isdigit() or not limit - PAGE < int(set_to) <= limit:
            raise OSError(f"{file.name} is {set_to}; {limit} was asked for")


def _has_swap() -> bool:
    try:
        return len(Path("/proc/swaps").read_text().splitlines()) > 1
    except OSError:
        return True
