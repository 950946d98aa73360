"""Names that tell whose a thing is, for what a killed grader leaves: cgroups, folders, containers."""

import os
import re
import secrets
from pathlib import Path

_OURS = re.compile(r"grader-(?P<space>\d+)-(?P<pid>\d+)-(?P<started>\d+)-[0-9a-f]+")


def new_name() -> str:
    """Return a new name that tells which process of which machine it belongs to."""
    pid = os.getpid()
    return f"grader-{_pid_space()}-{pid}-{_started(pid)}-{secrets.token_hex(4)}"


def is_ours(path: Path) -> bool:
    """Return whether ``path`` lies in something named by :func:`new_name`: it lasts no longer than a run."""
    return any(_OURS.match(part) for part in path.parts)


def is_orphan(name: str) -> bool:
    """Return whether ``name`` was made by :func:`new_name` in a process of this machine that is dead."""
    owner = _OURS.fullmatch(name)
    if owner is None or int(owner["space"]) != _pid_space():
        return False
    return _started(int(owner["pid"])) != int(owner["started"])


def _pid_space() -> int:
    """Return which set of process numbers ours belongs to, so that others' are never judged dead."""
    try:
        return Path("/proc/self/ns/pid").stat().st_ino
    except OSError:  # not Linux: nobody is ever judged dead
        return 0


def _started(pid: int) -> int:
    """Return when process ``pid`` began, in clock ticks after boot; 0 when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(text[text.rfind(")") + 2 :].split()[19])
