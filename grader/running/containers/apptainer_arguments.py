"""What apptainer is told: from a container to its configuration and its argument list. Pure.

Only without root and without setuid (``--userns``): there alone it takes a configuration of ours, in which
the size of everything writable stands, and lets its processes be looked at.
"""

from collections.abc import Iterable
from pathlib import Path

from grader.model.run import MIB
from grader.running.containers.arguments import ENTER, MEETING, Container, check_path
from grader.running.inside import HOST_NAME, WORK, WRITABLE

NEEDED = (1, 1)
"""The oldest version that sets limits without root."""


def apptainer_configuration(container: Container) -> str:
    """Return the ``apptainer.conf`` of one container: nothing is shown that was not asked for."""
    settings = {
        "allow setuid": "no",
        "config passwd": "no",
        "config group": "no",
        "config resolv_conf": "no",
        "mount proc": "yes",
        "mount sys": "no",
        "mount dev": "minimal",
        "mount home": "no",
        "mount tmp": "no",
        "mount hostfs": "no",
        "user bind control": "yes",
        "enable overlay": "no",
        "enable underlay": "no",
        # One file system for all writable places together.
        "sessiondir max size": str(session_size(container.limits.disk_bytes) // MIB),
    }
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


def apptainer_arguments(container: Container, *, configuration: Path, root: Path, empty: Path) -> list[str]:
    """Return apptainer's arguments, which end with our first program inside.

    ``root`` is the folder that becomes the container's, ``empty`` one to show in place of what is hidden.

    Raises:
        SandboxError: a path that apptainer cannot be told.
    """
    size = str(container.limits.memory_bytes)
    shown = [(container.meeting, MEETING), *((bind.source, bind.target) for bind in container.binds)]
    shown += [(empty, place) for place in container.hidden]
    shown += [(Path(device), device) for device in container.devices]
    return [
        *("--config", str(configuration), "--silent", "exec", "--userns", "--containall", "--no-home"),
        *("--cleanenv", "--no-eval", "--no-umask", "--no-init", "--no-privs", "--pid", "--ipc", "--uts"),
        *("--hostname", HOST_NAME, "--net", "--network", "none"),
        *("--memory", size, "--memory-swap", size, "--pids-limit", str(container.processes)),
        *(part for place in WRITABLE for part in ("--scratch", place)),
        *(part for source, target in shown for part in _mount(source, target, container.devices)),
        *("--pwd", WORK, str(root), container.python, "-I", "-S", ENTER, f"{MEETING}/socket"),
    ]


def session_size(disk_bytes: int) -> int:
    """Return the size of the file system for everything writable: apptainer counts whole MiB."""
    return max(1, disk_bytes // MIB) * MIB


def folders_and_files(container: Container) -> Iterable[tuple[str, bool]]:
    """Yield each place that must exist in the container's root, outer ones first: (path, is it a file)."""
    for place in (*WRITABLE, "/proc", "/sys", "/dev", MEETING):
        yield place, False
    for bind in container.binds:
        yield bind.target, bind.source.is_file()


def _mount(source: Path, target: str, devices: tuple[str, ...]) -> list[str]:
    check_path(str(source), target)
    read_only = "" if target in devices else ",ro"
    return ["--mount", f"type=bind,source={source},destination={target}{read_only}"]
