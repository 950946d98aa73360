"""Apptainer behind the same door: an ordinary user's containers, for machines that have no other.

Looked at from outside like every container; what this version or this machine does not hold is refused.
"""

import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from grader.model.errors import SandboxUnavailable
from grader.running.containers.apptainer_arguments import (
    NEEDED,
    apptainer_arguments,
    apptainer_configuration,
    folders_and_files,
    session_size,
)
from grader.running.containers.arguments import Container, Dialect
from grader.running.containers.engine_client import PROGRAMS, EngineClient
from grader.running.containers.sandbox import READY_SECONDS, ContainerSandbox
from grader.running.inside import machine_links
from grader.words.catalogue import say

APPTAINER = Dialect(
    name="apptainer",
    package="apptainer",
    needed=NEEDED,
    version=("version",),
    start="-",
    start_as_root="-",
    more=(),
)


class ApptainerClient(EngineClient):
    """Apptainer keeps no images and no containers: there is nothing to import or to sweep."""

    def require(self) -> None:
        """Return when apptainer is there, and new enough.

        Raises:
            SandboxUnavailable: it is not; or this is root, for whom it sets no limit on what is written.
        """
        if self.as_root:
            raise SandboxUnavailable(say("apptainer-root-without-disk-limit"))
        super().require()

    def require_image(self) -> str:
        """Return nothing: a folder is the image."""
        return ""

    def sweep(self) -> None:
        """Do nothing: what a killed grader leaves ends by itself."""

    def environment(self) -> dict[str, str]:
        """Return what finds systemd too, which makes the cgroup."""
        found = super().environment()
        bus = Path(f"/run/user/{self.user}/bus")
        return {**found, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}"} if bus.exists() else found


class ApptainerSandbox(ContainerSandbox):
    """Apptainer of an ordinary user, in a user namespace of its own."""

    name = "apptainer"
    as_stranger = False

    def __init__(
        self,
        *,
        program: Path | None = None,
        search: str = PROGRAMS,
        ready_seconds: float = READY_SECONDS,
    ) -> None:
        client = ApptainerClient(APPTAINER, program=program, search=search, user=os.geteuid())
        super().__init__(client, ready_seconds=ready_seconds)

    def launch(self, container: Container, scratch: Path) -> tuple[Sequence[str], Sequence[str]]:
        """Lay out the container's root and return what starts it, and what takes it away."""
        configuration, root, empty = scratch / "apptainer.conf", scratch / "root", scratch / "empty"
        configuration.write_text(apptainer_configuration(container))
        empty.mkdir()
        lay_out_root(root, container)
        told = apptainer_arguments(container, configuration=configuration, root=root, empty=empty)
        return self._client.command_line(*told), ("/bin/true",)

    def room(self, disk_bytes: int) -> int:
        """Return the size that every writable place has, all of them together."""
        return session_size(disk_bytes)

    def user_inside(self, slot: int, held: ExitStack) -> int:
        """Return the user's own id: no other is to be had."""
        del slot, held
        return self._client.user


def lay_out_root(root: Path, container: Container) -> None:
    """Make the folder ``root``: places to show things at, the system's links, and no content."""
    root.mkdir()
    for name, target in machine_links():
        (root / name.strip("/")).symlink_to(target)
    for place, is_file in folders_and_files(container):
        path = root / place.strip("/")
        # A place inside one that is shown: it exists there.
        with suppress(FileExistsError, NotADirectoryError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch() if is_file else path.mkdir(exist_ok=True)
