"""Looks from outside whether a container is closed as it was asked to be, before anything hostile runs in it.

What an engine leaves out depends on its version, its configuration and the kernel, and it often says so
only in a warning. So nothing is believed: namespaces, powers, mounts and sizes are read from the kernel.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.model.errors import SandboxError
from grader.model.message import Joined, Message
from grader.running.holding.limits import Inside
from grader.words.catalogue import say
from grader.words.problems import problem_at

_ESCAPED = re.compile(r"\\([0-7]{3})")

NAMESPACES = ("net", "pid", "ipc", "uts", "mnt")
POWERS = ("CapInh", "CapPrm", "CapEff", "CapAmb")
KERNELS_OWN = ("/proc", "/sys", "/dev")
"""Below these an engine mounts what it likes: who is not root and has no power can write nothing there."""

ENGINES_OWN = (
    *("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/passwd", "/etc/group", "/etc/localtime"),
    "/run/.containerenv",
)
"""Small files that engines mount unasked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a container was asked to be.

    ``shown`` are the places where something of this machine is seen, ``writable`` those that can be
    written, of ``bytes_each``.
    """

    shown: tuple[str, ...]
    writable: tuple[str, ...]
    bytes_each: int


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount inside: where, and how."""

    place: str
    options: frozenset[str]


def confirm_walls(first: int, inside: Inside, expected: Expected, *, engine: str) -> None:
    """Return when the container of process ``first`` is closed on all sides.

    Raises:
        SandboxError: it is not; the message names every gap.
    """
    try:
        gaps = list(find_gaps(Path("/proc"), first, inside, expected))
    except OSError as error:
        why = problem_at(error)
        raise SandboxError(say("engine-confinement-not-visible", engine=engine, reason=why)) from error
    if gaps:
        told = Joined("; ", tuple(gaps))
        raise SandboxError(say("engine-sandbox-not-closed", engine=engine, gaps=told))


def find_gaps(proc: Path, first: int, inside: Inside, expected: Expected) -> Iterator[Message]:
    """Yield what is not as it was asked for; ``proc`` is where /proc lies."""
    here, there = proc / "self", proc / str(first)
    for name in NAMESPACES:
        if (here / "ns" / name).stat().st_ino == (there / "ns" / name).stat().st_ino:
            yield say("wall.namespace", name=name)
    yield from _powers((there / "status").read_text())
    interfaces = [line.partition(":")[0].strip() for line in (there / "net/dev").read_text().splitlines()[2:]]
    if set(interfaces) - {"lo"}:
        yield say("wall.network", names=", ".join(sorted(set(interfaces) - {"lo"})))
    yield from _mounts(read_mounts((there / "mountinfo").read_text()), expected)
    for place, descriptor in zip(expected.writable, inside.writable, strict=True):
        room = os.fstatvfs(descriptor)
        size = room.f_blocks * room.f_frsize
        if size != expected.bytes_each:
            yield say("wall.size", place=place, size=size, asked=expected.bytes_each)


def read_mounts(mountinfo: str) -> list[Mount]:
    """Return the mounts of a ``mountinfo``; of those at one place the last, which is the one seen."""
    mounts: dict[str, Mount] = {}
    for line in mountinfo.splitlines():
        fields = line.split(" ")
        place = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), fields[4])
        mounts[place] = Mount(place, frozenset(fields[5].split(",")))
    return list(mounts.values())


def _powers(status: str) -> Iterator[Message]:
    facts = {name: value.split() for name, _, value in (line.partition(":") for line in status.splitlines())}
    if facts["NSpid"][-1] != "1":
        yield say("wall.first")
    if "0" in facts["Uid"] or "0" in facts["Gid"] or "0" in facts["Groups"]:
        yield say("wall.root")
    held = [name for name in POWERS if int(facts[name][0], 16)]
    if held:
        yield say("wall.powers", names=", ".join(held))
    if facts["NoNewPrivs"] != ["1"]:
        yield say("wall.new_powers")
    if facts["Seccomp"] != ["2"]:
        yield say("wall.filter")


def _mounts(mounts: list[Mount], expected: Expected) -> Iterator[Message]:
    for mount in mounts:
        if mount.place in expected.writable:
            lacking = {"nosuid", "nodev"} - mount.options
            if lacking:
                yield say("wall.options", place=mount.place, options=", ".join(sorted(lacking)))
            continue
        if _below(mount.place, KERNELS_OWN):
            continue
        if not _below(mount.place, expected.shown) and mount.place not in ("/", *ENGINES_OWN):
            yield say("wall.mount", place=mount.place)
        elif "ro" not in mount.options:
            yield say("wall.writable", place=mount.place)
    lost = set(expected.writable) - {mount.place for mount in mounts}
    if lost:
        yield say("wall.lost", places=", ".join(sorted(lost)))


def _below(place: str, folders: tuple[str, ...]) -> bool:
    return any(PurePosixPath(place).is_relative_to(folder) for folder in folders)
