"""Memory limits by cgroups: a systemd scope, a writable v2 subtree, or v1 as root."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from grader.model.run import Limits, MemoryGuard
from grader.running.holding.limits import GuardMaker, Inside, Usage, process_limit
from grader.running.owned_names import is_orphan, new_name

_REMOVE_SECONDS = 2.0
_SCOPE_SECONDS = 5.0
SYSTEMD_RUN = "/usr/bin/systemd-run"


def cgroup_makers(*, cores: int) -> Iterator[GuardMaker]:
    """Yield the guards that work on this machine, best first; each was tried on a process."""
    extra = _systemd_extra()
    if extra is not None:
        yield GuardMaker(MemoryGuard.CGROUP_V2, partial(SystemdScope, cores=cores, extra=extra))
    for parent in _v2_parents():
        sweep(parent)
        maker = GuardMaker(MemoryGuard.CGROUP_V2, partial(UnifiedGroup, cores=cores, parent=parent))
        if _works(maker):
            yield maker
    found = {name: legacy_group_of("self", name) for name in ("memory", "pids", "cpuacct")}
    parents = {name: parent for name, parent in found.items() if parent is not None}
    if "memory" in parents:
        for parent in parents.values():
            sweep(parent)
        maker = GuardMaker(MemoryGuard.CGROUP_V1, partial(LegacyGroups, cores=cores, parents=parents))
        if _works(maker):
            yield maker


class UnifiedGroup:
    """A cgroup v2 of our own below ``parent``."""

    kind = MemoryGuard.CGROUP_V2
    launcher: tuple[str, ...] = ()

    def __init__(self, limits: Limits, cores: int, parent: Path) -> None:
        self.launcher_environment: dict[str, str] = {}
        self.usage = Usage()
        self._group = parent / new_name()
        self._group.mkdir()
        try:
            (self._group / "memory.max").write_text(str(limits.memory_bytes))
            _try_write(self._group / "memory.swap.max", "0")
            _try_write(self._group / "memory.oom.group", "1")
            processes = process_limit(limits, cores)
            self.counts_processes = _try_write(self._group / "pids.max", str(processes))
        except OSError:
            self.close()
            raise

    def hold(self, inside: Inside) -> None:
        """Move the first program in."""
        (self._group / "cgroup.procs").write_text(str(inside.first))

    def look(self) -> None:
        """Read the counters."""
        read_unified(self._group, self.usage)

    def close(self) -> None:
        """Remove the group."""
        _remove(self._group)


class SystemdScope:
    """A transient scope that systemd makes around the sandbox and removes by itself."""

    kind = MemoryGuard.CGROUP_V2
    counts_processes = True

    def __init__(self, limits: Limits, cores: int, extra: tuple[str, ...]) -> None:
        self.usage = Usage()
        self.launcher = scope_launcher(limits, process_limit(limits, cores), os.geteuid(), extra)
        self.launcher_environment = scope_environment(os.geteuid())
        self._group: Path | None = None

    def hold(self, inside: Inside) -> None:
        """Find the scope that the first program was started in."""
        self._group = unified_group_of(inside.first)
        if self._group is None or not self._group.name.startswith("grader-"):
            raise OSError(f"systemd put the sandbox into {self._group}")

    def look(self) -> None:
        """Read the counters."""
        if self._group is not None:
            read_unified(self._group, self.usage)

    def close(self) -> None:
        """Systemd removes the scope when its last process is dead."""
        self._group = None


class LegacyGroups:
    """Cgroups v1: one in each hierarchy that is there."""

    kind = MemoryGuard.CGROUP_V1
    launcher: tuple[str, ...] = ()

    def __init__(self, limits: Limits, cores: int, parents: dict[str, Path]) -> None:
        self.launcher_environment: dict[str, str] = {}
        self.usage = Usage()
        name = new_name()
        self._groups = {kind: at / name for kind, at in parents.items()}
        try:
            for group in self._groups.values():
                group.mkdir()
            size = str(limits.memory_bytes)
            (self._groups["memory"] / "memory.limit_in_bytes").write_text(size)
            _try_write(self._groups["memory"] / "memory.memsw.limit_in_bytes", size)
            self.counts_processes = "pids" in self._groups and _try_write(
                self._groups["pids"] / "pids.max", str(process_limit(limits, cores))
            )
        except OSError:
            self.close()
            raise

    def hold(self, inside: Inside) -> None:
        """Move the first program in."""
        for group in self._groups.values():
            (group / "cgroup.procs").write_text(str(inside.first))

    def look(self) -> None:
        """Read the counters."""
        read_legacy(self._groups, self.usage, counts_processes=self.counts_processes)

    def close(self) -> None:
        """Remove the groups."""
        for group in self._groups.values():
            _remove(group)


def scope_launcher(limits: Limits, processes: int, user: int, extra: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command that starts the rest of its arguments in a scope, with an empty environment."""
    properties = (f"MemoryMax={limits.memory_bytes}", "MemorySwapMax=0", f"TasksMax={processes}")
    return (
        SYSTEMD_RUN,
        *(() if user == 0 else ("--user",)),
        *("--scope", "--quiet", "--collect", f"--unit={new_name()}.scope"),
        *(f"--property={each}" for each in (*properties, *extra)),
        *("--", "/usr/bin/env", "-i"),
    )


def scope_environment(user: int) -> dict[str, str]:
    """Return what systemd-run needs to reach the manager; the sandbox does not get it."""
    return {} if user == 0 else {"XDG_RUNTIME_DIR": f"/run/user/{user}"}


def sweep(parent: Path) -> None:
    """Remove the cgroups in ``parent`` that a killed grader of this machine left behind."""
    for group in parent.glob("grader-*"):
        if is_orphan(group.name):
            for number in _read(group / "cgroup.procs").split():
                with suppress(OSError):
                    os.kill(int(number), signal.SIGKILL)
            _remove(group)


def _systemd_extra() -> tuple[str, ...] | None:
    """Return the further properties that systemd here takes, or None where it makes no scopes for us."""
    user = os.geteuid()
    manager = Path("/run/systemd/system" if user == 0 else f"/run/user/{user}/systemd")
    if not manager.is_dir() or not Path(SYSTEMD_RUN).exists():
        return None
    # Newer ones end a whole scope when its memory runs out, before we could see why.
    choices = (("OOMPolicy=continue",), ())
    return next((extra for extra in choices if _scope_works(user, extra)), None)


def _scope_works(user: int, extra: tuple[str, ...]) -> bool:
    """Return whether a program in a scope is really held, is our own child, and gets our open files."""
    small = Limits(wall_seconds=1, memory_bytes=64 << 20)
    token = f"{secrets.token_hex(8)}\n"
    inherited = os.memfd_create("trial")
    try:
        os.write(inherited, token.encode())
        os.lseek(inherited, 0, os.SEEK_SET)
        files = ["/proc/self/stat", f"/proc/self/fd/{inherited}", "/proc/self/cgroup"]
        with subprocess.Popen(
            [*scope_launcher(small, 64, user, extra), "/bin/cat", *files],
            env=scope_environment(user),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(inherited,),
        ) as process:
            try:
                output = process.communicate(timeout=_SCOPE_SECONDS)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                return False
    except OSError:
        return False
    finally:
        os.close(inherited)
    text = output.decode(errors="replace")
    group = next((line[3:].lstrip("/") for line in text.splitlines() if line.startswith("0::")), "")
    mount = _mount("cgroup2")
    # The manager must hold the memory controller, or the limit is silently nothing.
    holds = mount is not None and "memory" in _read((mount / group).parent / "cgroup.subtree_control").split()
    return text.startswith(f"{process.pid} ") and token in text and bool(group) and holds


def _works(maker: GuardMaker) -> bool:
    """Return whether a guard made by ``maker`` takes a process in."""
    try:
        guard = maker.make(Limits(wall_seconds=1, memory_bytes=64 << 20))
    except OSError:
        return False
    waiting = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        guard.hold(Inside(first=waiting.pid, proc=-1, writable=()))
    except OSError:
        return False
    else:
        return True
    finally:
        waiting.communicate()
        guard.close()


def _v2_parents() -> list[Path]:
    """Return where a cgroup v2 with a memory limit could be made: beside ours, or below it."""
    own = unified_group_of(os.getpid())
    mount = _mount("cgroup2")
    if own is None or mount is None:
        return []
    parents = []
    for parent in (own, own.parent):
        if not parent.is_relative_to(mount) or "memory" not in _controllers(parent):
            continue
        control = parent / "cgroup.subtree_control"
        if "memory" not in _read(control).split() and not _try_write(control, "+memory"):
            continue
        _try_write(control, "+pids")
        parents.append(parent)
    return parents


def legacy_group_of(pid: int | str, controller: str) -> Path | None:
    """Return the cgroup v1 of process ``pid`` under ``controller``, where it can be read from here."""
    mount = _mount("cgroup", controller)
    if mount is None:
        return None
    for line in _read(Path(f"/proc/{pid}/cgroup")).splitlines():
        _, names, path = line.split(":", 2)
        if controller in names.split(","):
            # In a container the path may be that of the machine, and the mount already ours.
            own = mount / path.lstrip("/")
            return own if own.is_dir() else mount
    return None


def unified_group_of(pid: int) -> Path | None:
    """Return the cgroup v2 of process ``pid``, where it can be read from here."""
    mount = _mount("cgroup2")
    for line in _read(Path(f"/proc/{pid}/cgroup")).splitlines():
        if mount is not None and line.startswith("0::"):
            own = mount / line[3:].lstrip("/")
            return own if own.is_dir() else mount
    return None


def _mount(kind: str, controller: str | None = None) -> Path | None:
    for line in _read(Path("/proc/self/mounts")).splitlines():
        _, place, found, options = line.split()[:4]
        if found == kind and (controller is None or controller in options.split(",")):
            return Path(place)
    return None


def read_unified(group: Path, usage: Usage) -> None:
    """Bring ``usage`` up to date from the cgroup v2 ``group``."""
    memory = _counters(group / "memory.stat")
    usage.peak_bytes = max(usage.peak_bytes, memory.get("anon", 0) + memory.get("shmem", 0))
    if _counters(group / "memory.events").get("oom_kill", 0):
        usage.memory_crossed = True
    used = _counters(group / "cpu.stat").get("usage_usec", 0)
    usage.cpu_seconds = max(usage.cpu_seconds, used / 1e6)
    refusals = _counters(group / "pids.events").get("max", 0)
    usage.process_refusals = max(usage.process_refusals, refusals)


def read_legacy(groups: dict[str, Path], usage: Usage, *, counts_processes: bool) -> None:
    """Bring ``usage`` up to date from the cgroups v1 ``groups``, by controller."""
    memory = _counters(groups["memory"] / "memory.stat")
    usage.peak_bytes = max(usage.peak_bytes, memory.get("total_rss", 0) + memory.get("total_shmem", 0))
    if _counters(groups["memory"] / "memory.oom_control").get("oom_kill", 0):
        usage.memory_crossed = True
    if "cpuacct" in groups:
        used = int(_read(groups["cpuacct"] / "cpuacct.usage") or 0)
        usage.cpu_seconds = max(usage.cpu_seconds, used / 1e9)
    if counts_processes:
        refusals = _counters(groups["pids"] / "pids.events").get("max", 0)
        usage.process_refusals = max(usage.process_refusals, refusals)


def _counters(path: Path) -> dict[str, int]:
    pairs = (line.split() for line in _read(path).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}  # noqa: PLR2004 - name and number


def _controllers(group: Path) -> list[str]:
    return _read(group / "cgroup.controllers").split()


def _remove(group: Path) -> None:
    # Dead processes leave their cgroup a moment after they can be waited for.
    end = time.monotonic() + _REMOVE_SECONDS
    while group.is_dir():
        try:
            group.rmdir()
        except PermissionError:
            return  # another user's
        except OSError:
            if time.monotonic() > end:
                return  # the next start sweeps it
            time.sleep(0.005)


def _try_write(path: Path, text: str) -> bool:
    try:
        path.write_text(text)
    except OSError:
        return False
    return True


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
