"""Podman and docker behind the same door as bubblewrap: same first programs, same watching, same collecting.

The engine makes the container and limits it; nothing of what it says is believed. Our first program inside
comes to a socket of ours, is looked at from outside through the kernel, and only then told to go. The
grader holds the container's writable file systems open and collects when everything inside is dead.
"""

import base64
import json
import os
import platform
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.model.errors import SandboxError, SandboxUnavailable
from grader.model.run import Bind, Limits, RunStatus, SandboxCommand, SandboxOutcome
from grader.running.confining import seccomp
from grader.running.confining.check_binds import check_binds
from grader.running.confining.user_ids import lend_user_id, lock_folder
from grader.running.containers.arguments import (
    MEETING,
    Container,
    container_arguments,
    remove_arguments,
    whole_pages,
)
from grader.running.containers.confirm_walls import Expected, confirm_walls
from grader.running.containers.engine_client import PROGRAMS, DockerClient, EngineClient, podman_client
from grader.running.containers.engine_guard import EngineGuard
from grader.running.containers.engine_process import EngineFiles, EngineProcess
from grader.running.containers.rendezvous import Rendezvous
from grader.running.holding.limits import Guard, Inside, nproc, process_limit
from grader.running.inside import (
    HARNESS_SOURCE,
    OUR_PACKAGE,
    STAGE0,
    WRITABLE,
    Mode,
    folders_there,
    hidden_places,
    interpreter_for,
    machine_files,
    machine_folders,
    small_files,
    with_harness,
)
from grader.running.machine import gpu_devices, prepare_gpu
from grader.running.owned_names import new_name
from grader.running.staging.workspace import neutral_folder
from grader.running.supervising.control import ControlChannel
from grader.running.supervising.run_confined import Session, attend, run_trial
from grader.running.supervising.run_resources import run_resources
from grader.running.supervising.sandbox_process import Started
from grader.running.supervising.supervise import Output
from grader.words.catalogue import say

READY_SECONDS = 30.0
FIRST_USER = 1000
"""Of a rootless engine, which has user ids of its own to give."""

DELEGATE = "systemctl edit user@.service ([Service] Delegate=cpu cpuset io memory pids)"


class ContainerSandbox:
    """Runs untrusted programs in containers of one engine on this machine: root's, or one's own.

    Safe to use from worker processes and threads.
    """

    name = ""
    as_stranger = True
    """The program is a user of its own, who may read what everybody may."""

    def __init__(self, client: EngineClient, *, ready_seconds: float) -> None:
        self._client = client
        self._ready_seconds = ready_seconds
        self._cores = os.cpu_count() or 1

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Run ``command`` to its end or to a limit; when this returns, nothing of it is alive.

        Everything in ``binds`` must be readable for others (``chmod -R a+rX``).

        Raises:
            SandboxUnavailable: this machine cannot confine programs with this engine.
            SandboxError: the sandbox itself failed, or something that was asked for does not hold.
        """
        filter_ = self._require()
        with run_resources() as held:
            return self._run(command, filter_, held)

    def probe(self) -> None:
        """Return when a trivial program runs confined on this machine.

        Raises:
            SandboxUnavailable: it does not; the message says why and what to do.
        """
        self._require()
        try:
            self._client.sweep()
            outcome = run_trial(self)
        except SandboxUnavailable:
            raise
        except SandboxError as error:
            if error.message.key == "memory-limit-not-set":
                reason = say("engine-limits-not-held", engine=self.name, reason=error.message, mend=DELEGATE)
            else:
                reason = self._failed(error.message)
            raise SandboxUnavailable(reason) from error
        if outcome.status is not RunStatus.OK:
            told = outcome.output.decode(errors="replace").strip() or outcome.status.value
            raise SandboxUnavailable(self._failed(f"{told}."))

    def _failed(self, reason: object) -> Any:
        return say("engine-trial-failed", engine=self.name, found=self._client.version, reason=reason)

    def _require(self) -> bytes:
        """Return the system-call filter, when the engine answers."""
        if platform.system() != "Linux":
            raise SandboxUnavailable(say("sandbox-needs-linux", system=platform.system()))
        filter_ = seccomp.filter_for(platform.machine())
        if filter_ is None:
            known = ", ".join(seccomp.ARCHITECTURES)
            raise SandboxUnavailable(
                say("processor-without-syscall-filter", machine=platform.machine(), known=known)
            )
        self._client.require()
        return filter_

    def _run(self, command: SandboxCommand, filter_: bytes, held: ExitStack) -> SandboxOutcome:
        scratch = held.enter_context(neutral_folder())
        container = self._container(command, scratch, held)
        start, remove = self.launch(container, scratch)
        files = EngineFiles(held)
        session = Session(
            command=command,
            channel=held.enter_context(ControlChannel(command.rows_on_request, command.told)),
            guard=self.guard(command.limits),
            output=Output(files.output_read, command.limits.output_kept_bytes),
        )
        process = EngineProcess(
            start,
            program=self.name,
            environment=self._client.environment(),
            remove=remove,
            files=files,
            session=session,
            meeting=held.enter_context(Rendezvous(container.meeting)),
            order=order_for(command, container.python, filter_, nproc(session.guard, container.processes)),
        )
        held.callback(process.close)
        room = self.room(command.limits.disk_bytes)
        confirm = Confirm(expected_of(container, room), self.name)
        return attend(process, session, held, ready_seconds=self._ready_seconds, confirm=confirm)

    def _container(self, command: SandboxCommand, scratch: Path, held: ExitStack) -> Container:
        binds = with_harness(command.binds, HARNESS_SOURCE)
        check_binds(binds, as_stranger=self.as_stranger)
        user = self.user_inside(command.slot, held)
        if command.gpu is not None:
            prepare_gpu(command.gpu)
        profile = scratch / "seccomp.json"
        profile.write_text(json.dumps(seccomp.profile_for(platform.machine())))
        return Container(
            name=new_name(),
            image=self._client.require_image(),
            user=user,
            limits=command.limits,
            processes=process_limit(command.limits, self._cores),
            binds=(*system_binds(scratch / "etc", user), *binds),
            hidden=hidden_places(binds, (OUR_PACKAGE, *folders_there(command.hidden))),
            meeting=scratch / "meeting",
            profile=profile,
            python=interpreter_for(command),
            devices=() if command.gpu is None else gpu_devices(command.gpu),
        )

    def launch(self, container: Container, scratch: Path) -> tuple[Sequence[str], Sequence[str]]:
        """Return the command lines that start ``container``, and that take it away."""
        del scratch
        run = container_arguments(container, self._client.dialect)
        remove = remove_arguments(container.name)
        return self._client.command_line("run", *run), self._client.command_line(*remove)

    def guard(self, limits: Limits) -> Guard:
        """Return what compares the engine's limits with ``limits``, and reads what is used."""
        return EngineGuard(limits, self._cores)

    def room(self, disk_bytes: int) -> int:
        """Return the size that every writable place has, for a limit of ``disk_bytes``."""
        return whole_pages(disk_bytes)

    def user_inside(self, slot: int, held: ExitStack) -> int:
        """Return the user id that the program has inside, lent until ``held`` ends."""
        if self._client.as_root:
            return held.enter_context(lend_user_id(slot, folder=lock_folder()))
        return FIRST_USER + slot


class PodmanSandbox(ContainerSandbox):
    """Podman, of root or rootless."""

    name = "podman"

    def __init__(
        self,
        *,
        program: Path | None = None,
        search: str = PROGRAMS,
        ready_seconds: float = READY_SECONDS,
    ) -> None:
        client = podman_client(program=program, search=search, user=os.geteuid())
        super().__init__(client, ready_seconds=ready_seconds)


class DockerSandbox(ContainerSandbox):
    """Docker: for root the machine's engine, for anybody else their own rootless one.

    ``socket`` is where the engine listens, if not at its usual place.
    """

    name = "docker"

    def __init__(
        self,
        *,
        program: Path | None = None,
        search: str = PROGRAMS,
        ready_seconds: float = READY_SECONDS,
        socket: Path | None = None,
    ) -> None:
        client = DockerClient(program=program, search=search, user=os.geteuid(), socket=socket)
        super().__init__(client, ready_seconds=ready_seconds)


@dataclass(frozen=True, slots=True)
class Confirm:
    """Looks at a container from outside before anything hostile runs in it."""

    expected: Expected
    engine: str

    def __call__(self, started: Started, inside: Inside) -> None:
        """Return when everything that was asked for holds.

        Raises:
            SandboxError: something does not; the message names it.
        """
        confirm_walls(started.first, inside, self.expected, engine=self.engine)


def expected_of(container: Container, room: int) -> Expected:
    """Return what is to be seen of ``container`` from outside, each writable place having ``room``."""
    return Expected(
        shown=(MEETING, *(bind.target for bind in container.binds), *container.hidden),
        writable=WRITABLE,
        bytes_each=room,
    )


def order_for(command: SandboxCommand, python: str, filter_: bytes, processes: int) -> dict[str, Any]:
    """Return what our first program inside is told: the filter, the environment, what comes next."""
    return {
        "filter": base64.b64encode(filter_).decode(),
        "environment": dict(command.environment),
        "first": [python, "-I", "-S", STAGE0],
        "rest": [str(processes), str(command.limits.disk_bytes), "--", *command.argv],
    }


def system_binds(folder: Path, user: int) -> tuple[Bind, ...]:
    """Return the system as it is shown inside; the small files that name ``user`` are made in ``folder``."""
    folder.mkdir()
    own = []
    for path, text in {**small_files(Mode(as_root=False, uid=user)), "/etc/resolv.conf": ""}.items():
        file = folder / Path(path).name
        file.write_text(text)
        file.chmod(0o644)
        own.append(Bind(source=file, target=path))
    shown = (Bind(source=Path(place), target=place) for place in (*machine_folders(), *machine_files()))
    return (*shown, *own)
