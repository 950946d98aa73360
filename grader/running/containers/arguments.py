"""What podman and docker are told: from a command to an argument list. Pure.

Nothing of the command itself is among the arguments: our first program inside fetches it
(``rendezvous.py``). Each argument is asked for here and seen from outside afterwards
(``confirm_walls.py``, ``engine_guard.py``): an engine that leaves one out runs nothing.
"""

import io
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.model.digest import digest_bytes
from grader.model.errors import SandboxError
from grader.model.run import Bind, Limits
from grader.running.inside import HARNESS, HOST_NAME, PAGE, WORK, WRITABLE
from grader.words.catalogue import say

MEETING = "/meeting"
"""Where the folder of the socket is shown inside."""

ENTER = f"{HARNESS}/enter.py"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - inside the sandbox
OPEN_FILES = 4096

_NOT_SAID = set(',"\r\n')
"""Characters that end a field of ``--mount``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One engine: what it wants said besides, and what people are told of it."""

    name: str
    package: str
    needed: tuple[int, ...]
    """The oldest version that knows every argument."""
    version: tuple[str, ...]
    """The command that tells the version, and nothing else."""
    start: str
    start_as_root: str
    """What starts an engine that does not answer."""
    more: tuple[str, ...]


PODMAN = Dialect(
    name="podman",
    package="podman",
    needed=(4, 0),
    version=("version", "--format", "{{.Client.Version}}"),
    start="podman system migrate",
    start_as_root="podman system migrate",
    more=(
        *("--pid", "private", "--uts", "private", "--userns", "host"),
        *("--read-only-tmpfs=false", "--http-proxy=false", "--systemd=false", "--image-volume", "ignore"),
    ),
)
DOCKER = Dialect(
    name="docker",
    package="docker.io",
    needed=(20, 10),
    version=("version", "--format", "{{.Server.Version}}"),
    start="systemctl --user start docker",
    start_as_root="systemctl start docker",
    # Processes and host name are always a docker container's own; docker has no word for it.
    more=("--userns", "host"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container to be made: everything by paths of this machine and names of our own."""

    name: str
    image: str
    user: int
    limits: Limits
    processes: int
    """How many may live inside, our first program included."""
    binds: tuple[Bind, ...]
    """All that is shown, outer folders first."""
    hidden: tuple[str, ...]
    meeting: Path
    profile: Path
    """The system-call filter, as an engine reads it."""
    python: str
    """An interpreter by its path inside."""
    devices: tuple[str, ...] = ()


def container_arguments(container: Container, dialect: Dialect) -> list[str]:
    """Return the arguments of the engine's ``run``, which end with our first program inside.

    Raises:
        SandboxError: a path that no engine can be told.
    """
    user = f"{container.user}:{container.user}"
    return [
        *("--rm", "--name", container.name, "--pull", "never", "--log-driver", "none"),
        *("--network", "none", "--ipc", "private", "--cgroupns", "private", "--hostname", HOST_NAME),
        *dialect.more,
        *("--user", user, "--cap-drop", "ALL", "--read-only", "--no-healthcheck"),
        *("--security-opt", "no-new-privileges", "--security-opt", "label=disable"),
        *("--security-opt", f"seccomp={container.profile}"),
        *_limits(container),
        *_writable(container),
        *_shown(container),
        *(part for device in container.devices for part in ("--device", device)),
        *("--workdir", WORK, "--entrypoint", container.python, container.image),
        *("-I", "-S", ENTER, f"{MEETING}/socket"),
    ]


def remove_arguments(name: str) -> list[str]:
    """Return the arguments that take a container away, alive or not."""
    return ["rm", "--force", "--volumes", name]


def whole_pages(size: int) -> int:
    """Return ``size`` as a tmpfs keeps it."""
    return max(1, -(-size // PAGE)) * PAGE


def empty_image(links: Iterable[tuple[str, str]]) -> bytes:
    """Return an image, as ``import`` reads one: places to show things at, ``links``, and no file at all."""
    places = ("etc", "proc", "sys", "dev", "usr", *(place.strip("/") for place in (MEETING, HARNESS)))
    # Open as the file systems that come there: some engines copy what they find.
    folders = {**dict.fromkeys(places, 0o755), **{place.strip("/"): 0o1777 for place in WRITABLE}}
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, mode in folders.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            archive.addfile(entry)
        for name, target in links:
            entry = tarfile.TarInfo(name.strip("/"))
            entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, target, 0o777
            archive.addfile(entry)
    return stream.getvalue()


def image_name(image: bytes) -> str:
    """Return the name that ``image`` is kept under: another image has another."""
    return f"localhost/grader-sandbox:{digest_bytes(image)[:12]}"


def _limits(container: Container) -> list[str]:
    limits, size = container.limits, str(container.limits.memory_bytes)
    return [
        # As much with swap as without: no swap.
        *("--memory", size, "--memory-swap", size, "--pids-limit", str(container.processes)),
        *("--ulimit", "core=0:0", "--ulimit", f"nofile={OPEN_FILES}:{OPEN_FILES}"),
        *("--ulimit", f"nproc={2 * container.processes}:{2 * container.processes}"),
        *("--ulimit", f"fsize={limits.disk_bytes}:{limits.disk_bytes}"),
    ]


def _writable(container: Container) -> list[str]:
    size = whole_pages(container.limits.disk_bytes)
    arguments = ["--shm-size", str(size)]
    for place in WRITABLE:
        if place != SHARED_MEMORY:
            arguments += ["--tmpfs", f"{place}:rw,nosuid,nodev,exec,mode=1777,size={size}"]
    return arguments


def _shown(container: Container) -> list[str]:
    arguments = _mount(container.meeting, MEETING)
    for bind in container.binds:
        arguments += _mount(bind.source, bind.target)
    # What an engine would show unasked, and what must not be seen: an empty folder in its place.
    closed = ["/dev/mqueue", *container.hidden, *([] if container.devices else ["/sys"])]
    for place in closed:
        arguments += ["--mount", f"type=tmpfs,dst={place},ro,tmpfs-size={PAGE},tmpfs-mode=0555"]
    return arguments


def check_path(*paths: str) -> None:
    """Return when an engine can be told ``paths``.

    Raises:
        SandboxError: one of them would be read as something else.
    """
    for path in paths:
        if _NOT_SAID & set(path) or not PurePosixPath(path).is_absolute():
            raise SandboxError(say("sandbox-path-unusable", path=path))


def _mount(source: Path, target: str) -> list[str]:
    check_path(str(source), target)
    return ["--mount", f"type=bind,src={source},dst={target},readonly"]


def version_of(told: str) -> tuple[int, ...]:
    """Return the version that an engine ``told``, as far as it is numbers: ``4.9.4-rhel`` is (4, 9, 4)."""
    numbers: list[int] = []
    for part in told.strip().lstrip("v").split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)
