"""Seconds of clock and of processor that a command and all that it started used, forked and orphaned too."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_ACCOUNTS = Path("/sys/fs/cgroup/cpuacct"), Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a command took: seconds of the clock, and of the processor."""

    wall: float
    cpu: float

    def __add__(self, other: "Used") -> "Used":
        """Return both, one after the other."""
        return Used(wall=self.wall + other.wall, cpu=self.cpu + other.cpu)


def used_by(argv: Sequence[str | Path], cwd: Path, *, environment: Mapping[str, str] | None = None) -> Used:
    """Run ``argv`` to its end in a cgroup of its own, and return what it took.

    A process that was left behind by its parent counts all the same, which the parent's own account does not.

    Raises:
        RuntimeError: it ended badly, or this machine lends no cgroup (as root it does).
    """
    account = _account()
    told = cwd / "told.log"
    begun = time.monotonic()
    with told.open("wb") as out:
        done = subprocess.run(
            ["/bin/sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', account, *argv],
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    wall = time.monotonic() - begun
    if done.returncode != 0:
        last = told.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"{argv[0]} ended with {done.returncode}: {last}")
    cpu = _cpu(account)
    account.rmdir()
    return Used(wall=wall, cpu=cpu)


def _account() -> Path:
    for place in _ACCOUNTS:
        folder = place / f"benchmark-{os.getpid()}-{time.monotonic_ns()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        if (folder / "cgroup.procs").is_file():
            return folder
        folder.rmdir()
    raise RuntimeError("no cgroup can be made here to count in: this benchmark runs as root")


def _cpu(account: Path) -> float:
    usage = account / "cpuacct.usage"
    if usage.is_file():
        return int(usage.read_text()) / 1e9
    said = dict(line.split() for line in (account / "cpu.stat").read_text().splitlines())
    return int(said["usage_usec"]) / 1e6
