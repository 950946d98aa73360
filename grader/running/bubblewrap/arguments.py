"""What bubblewrap is told: from a command to its argument list. Pure, apart from looking at /lib.

Two modes, and every argument has an attack behind it (docs/explanation; tests/integration):

* an ordinary user gets a user namespace that forbids further ones, with our own pid 1;
* root gets no user namespace (inside one, root would stay root of the machine): the program runs as
  an unused ordinary user, lent to this sandbox alone, below bubblewrap's own pid 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.model.run import Bind, Limits, SandboxCommand
from grader.running.inside import (
    CONTROL_FD,
    HOST_NAME,
    PAGE,
    STAGE0,
    WORK,
    WRITABLE,
    Mode,
    hidden_places,
    machine_files,
    machine_folders,
    machine_links,
    with_harness,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptors:
    """Numbers of the open files that bubblewrap inherits."""

    seccomp: int | None
    """None: the first program inside sees to the filter itself."""
    info: int
    control: int
    status: int
    etc: tuple[tuple[str, int], ...]
    """Small files made for the sandbox: (path inside, descriptor)."""


def bubblewrap_arguments(
    command: SandboxCommand,
    *,
    mode: Mode,
    descriptors: Descriptors,
    harness: Path,
    devices: Sequence[str] = (),
    hidden: Sequence[Path] = (),
    powers: Sequence[str] | None = None,
) -> list[str]:
    """Return the arguments for ``bwrap --args``; the program itself is not among them.

    ``devices`` are arguments that lend a GPU; ``hidden`` are folders of this machine that stay empty
    inside even where a bind would show them; ``powers`` are capabilities for a first program of ours that
    makes further walls, None: no more than any program needs to begin.
    """
    binds = with_harness(command.binds, harness)
    return [
        *_namespaces(mode),
        *_environment(command, descriptors),
        *_devices(mode, command.limits, devices),
        *_writable(mode, command.limits),
        *_machine(),
        *_small_files(descriptors),
        *_binds(binds),
        *_hidden(binds, hidden),
        *("--remount-ro", "/", "--chdir", WORK),
        *_capabilities(mode, powers),
        *(() if descriptors.seccomp is None else ("--seccomp", str(descriptors.seccomp))),
        *("--info-fd", str(descriptors.info)),
    ]


def program(
    command: SandboxCommand, *, mode: Mode, descriptors: Descriptors, python: str, processes: int
) -> list[str]:
    """Return what bubblewrap starts: the first program inside, and after it the command.

    ``python`` is an interpreter by its path inside; ``processes`` the limit set inside.
    """
    stage0 = [
        *(python, "-I", "-S", STAGE0, "exec" if mode.as_root else "init"),
        *(str(descriptors.control), str(descriptors.status)),
        *(str(processes), str(command.limits.disk_bytes), "--", *command.argv),
    ]
    return [*become_nobody(mode), *stage0] if mode.as_root else stage0


def become_nobody(mode: Mode) -> list[str]:
    """Return the ``setpriv`` that takes root's identity and every capability away."""
    return [
        *("/usr/bin/setpriv", "--reuid", str(mode.uid), "--regid", str(mode.uid)),
        *("--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"),
    ]


def _namespaces(mode: Mode) -> list[str]:
    user = ["--unshare-user", "--disable-userns", "--uid", str(mode.uid), "--gid", str(mode.uid)]
    return [
        *([] if mode.as_root else user),
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        *("--unshare-cgroup-try", "--hostname", HOST_NAME, "--new-session", "--die-with-parent"),
        # setpriv's change of user would take the tie to the grader off pid 1, so as root
        # bubblewrap itself stays pid 1.
        *([] if mode.as_root else ["--as-pid-1"]),
    ]


def _environment(command: SandboxCommand, descriptors: Descriptors) -> list[str]:
    arguments = ["--clearenv"]
    for name, value in command.environment:
        arguments += ["--setenv", name, value]
    return [*arguments, "--setenv", CONTROL_FD, str(descriptors.control)]


def _devices(mode: Mode, limits: Limits, devices: Sequence[str]) -> list[str]:
    return [
        *("--proc", "/proc", "--dev", "/dev"),
        *_tmpfs(mode, limits, "/dev/shm"),  # noqa: S108 - inside the sandbox
        *devices,
        *("--remount-ro", "/dev"),
    ]


def _writable(mode: Mode, limits: Limits) -> list[str]:
    places = [place for place in WRITABLE if not place.startswith("/dev/")]
    return [argument for place in places for argument in _tmpfs(mode, limits, place)]


def _tmpfs(mode: Mode, limits: Limits, target: str) -> list[str]:
    pages = max(1, -(-limits.disk_bytes // PAGE))
    permissions = "1777" if mode.as_root else "0700"
    return ["--perms", permissions, "--size", str(pages * PAGE), "--tmpfs", target]


def _machine() -> list[str]:
    arguments = [part for name in machine_folders() for part in ("--ro-bind", name, name)]
    for name, target in machine_links():
        arguments += ["--symlink", target, name]
    arguments += ["--perms", "0755", "--dir", "/etc"]
    return [*arguments, *(part for name in machine_files() for part in ("--ro-bind", name, name))]


def _small_files(descriptors: Descriptors) -> list[str]:
    arguments = []
    for path, descriptor in descriptors.etc:
        arguments += ["--perms", "0444", "--file", str(descriptor), path]
    return arguments


def _binds(binds: Sequence[Bind]) -> list[str]:
    arguments: list[str] = []
    shown = [PurePosixPath("/usr")]
    made = {PurePosixPath(place) for place in WRITABLE}
    for bind in binds:
        target = PurePosixPath(bind.target)
        for parent in reversed(target.parents[:-1]):
            inside = any(parent.is_relative_to(place) for place in shown)
            if not inside and parent not in made:
                # bubblewrap would make it readable for root alone.
                arguments += ["--perms", "0755", "--dir", str(parent)]
                made.add(parent)
        arguments += ["--ro-bind", str(bind.source), str(target)]
        shown.append(target)
    return arguments


def _hidden(binds: Sequence[Bind], hidden: Sequence[Path]) -> list[str]:
    arguments: list[str] = []
    for place in hidden_places(binds, hidden):
        arguments += ["--perms", "0755", "--size", str(PAGE), "--tmpfs", place, "--remount-ro", place]
    return arguments


def _capabilities(mode: Mode, powers: Sequence[str] | None) -> list[str]:
    if powers is None:
        powers = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP") if mode.as_root else ()
    return ["--cap-drop", "ALL", *(part for cap in powers for part in ("--cap-add", cap))]
