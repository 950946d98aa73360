"""The sandbox: bubblewrap, with limits held and everything measured from outside."""

import os
import platform
import re
import shutil
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from grader.model.errors import SandboxError, SandboxUnavailable
from grader.model.message import Message
from grader.model.run import (
    Limits,
    MemoryGuard,
    RunStatus,
    SandboxCommand,
    SandboxOutcome,
)
from grader.running.bubblewrap.arguments import bubblewrap_arguments, program
from grader.running.bubblewrap.process import BubblewrapProcess, Files, sweep_orphans
from grader.running.bubblewrap.why_no_bubblewrap import mend_of, recognise
from grader.running.confining import seccomp
from grader.running.confining.check_binds import check_binds
from grader.running.confining.user_ids import lend_user_id, lock_folder
from grader.running.holding.choose_guard import choose_guard
from grader.running.holding.limits import Guard, GuardMaker, nproc, process_limit
from grader.running.inside import (
    HARNESS_SOURCE,
    OUR_PACKAGE,
    Mode,
    folders_there,
    interpreter_for,
    small_files,
    with_harness,
)
from grader.running.machine import gpu_arguments, prepare_gpu
from grader.running.supervising.control import ControlChannel
from grader.running.supervising.run_confined import Session, attend, run_trial
from grader.running.supervising.run_resources import run_resources
from grader.running.supervising.supervise import Output
from grader.words.catalogue import say
from grader.words.problems import problem_at

NEEDED = (0, 8, 0)
"""The oldest bubblewrap with ``--disable-userns``."""

READY_SECONDS = 15.0
PROGRAMS = "/usr/local/bin:/usr/bin:/bin"


class BubblewrapSandbox:
    """Runs untrusted programs in bubblewrap, as an ordinary user or as root.

    ``bwrap`` is the program, else the first of that name on the path ``search``; a sandbox that is not
    ready after ``ready_seconds`` is a failure of ours.

    Safe to use from worker processes and threads; every run starts and waits in the calling thread.
    """

    name = "bubblewrap"

    def __init__(
        self,
        *,
        bwrap: Path | None = None,
        search: str = PROGRAMS,
        ready_seconds: float = READY_SECONDS,
    ) -> None:
        self._search = search
        self._bwrap = bwrap
        self._ready_seconds = ready_seconds
        self._user = os.geteuid()
        self._cores = os.cpu_count() or 1
        self._maker: GuardMaker | None = None
        self._version = ""

    @property
    def memory_guard(self) -> MemoryGuard:
        """Which mechanism holds the memory limit here; tried on first use."""
        return self._guard_maker().kind

    @property
    def version(self) -> str:
        """The version of the bubblewrap found, such as ``0.8.0``.

        Raises:
            SandboxUnavailable: there is none, or it is too old.
        """
        self._require()
        return self._version

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Run ``command`` to its end or to a limit; when this returns, nothing of it is alive.

        As root, everything in ``binds`` must be readable for others (``chmod -R a+rX``).

        Raises:
            SandboxUnavailable: this machine cannot confine programs.
            SandboxError: the sandbox itself failed; nothing is known about the program.
        """
        with run_resources() as held:
            return self._run(self.session(command, held), held)

    def probe(self) -> None:
        """Return when a trivial program runs confined on this machine.

        Raises:
            SandboxUnavailable: it does not; the message says why and what to do.
        """
        self._require()
        try:
            outcome = run_trial(self)
        except SandboxUnavailable:
            raise
        except SandboxError as error:
            raise SandboxUnavailable(self._reason(error.message)) from error
        if outcome.status is not RunStatus.OK:
            told = outcome.output.decode(errors="replace").strip() or outcome.status.value
            raise SandboxUnavailable(say("bubblewrap-trial-failed", found=self._version, reason=told))

    def _run(self, session: "BubblewrapSession", held: ExitStack) -> SandboxOutcome:
        process = self._start(session)
        held.callback(process.close)
        return attend(process, session, held, ready_seconds=self._ready_seconds)

    def _start(self, session: "BubblewrapSession") -> BubblewrapProcess:
        command, mode, files = session.command, session.mode, session.files
        devices = []
        if command.gpu is not None:
            prepare_gpu(command.gpu)
            devices = gpu_arguments(command.gpu)
        descriptors = files.descriptors(session.channel)
        arguments = bubblewrap_arguments(
            command,
            mode=mode,
            descriptors=descriptors,
            harness=HARNESS_SOURCE,
            devices=devices,
            hidden=(OUR_PACKAGE, *folders_there(command.hidden)),
        )
        given = files.memory("arguments", b"".join(a.encode() + b"\0" for a in arguments))
        inherited = [given, files.seccomp, descriptors.info, descriptors.control]
        inherited += [descriptor for _, descriptor in descriptors.etc]
        if not mode.as_root:
            inherited.append(descriptors.status)
        guard = session.guard
        inside = program(
            command,
            mode=mode,
            descriptors=descriptors,
            python=interpreter_for(command),
            processes=nproc(guard, session.processes),
        )
        return BubblewrapProcess(
            [*guard.launcher, str(session.bwrap), "--args", str(given), *inside],
            environment=guard.launcher_environment,
            files=files,
            inherited=inherited,
            channel=session.channel,
            output=session.output,
            as_root=mode.as_root,
        )

    def session(self, command: SandboxCommand, held: ExitStack) -> "BubblewrapSession":
        """Open everything that one run of ``command`` needs; all of it is closed with ``held``.

        Raises:
            SandboxUnavailable: this machine cannot confine programs.
            SandboxError: something that the command names cannot be shown.
        """
        bwrap, filter_ = self._require()
        mode = self._mode(command.slot, held)
        check_binds(with_harness(command.binds, HARNESS_SOURCE), as_stranger=mode.as_root)
        files = Files(held, filter_, small_files(mode))
        if mode.as_root:
            # So that programs can open /dev/stdout, as they can as an ordinary user.
            os.fchown(files.output_write, mode.uid, mode.uid)
        return BubblewrapSession(
            command=command,
            mode=mode,
            bwrap=bwrap,
            channel=held.enter_context(ControlChannel(command.rows_on_request, command.told)),
            guard=self._guard(command.limits, held),
            files=files,
            filter=filter_,
            processes=process_limit(command.limits, self._cores),
            output=Output(files.output_read, command.limits.output_kept_bytes),
        )

    def _mode(self, slot: int, held: ExitStack) -> Mode:
        if self._user != 0:
            return Mode.ordinary()
        return Mode.root(held.enter_context(lend_user_id(slot, folder=lock_folder())))

    def _guard(self, limits: Limits, held: ExitStack) -> Guard:
        try:
            guard = self._guard_maker().make(limits)
        except OSError as error:
            raise SandboxError(say("memory-limit-not-set", reason=problem_at(error))) from error
        held.callback(guard.close)
        return guard

    def _guard_maker(self) -> GuardMaker:
        if self._maker is None:
            sweep_orphans()
            self._maker = choose_guard(cores=self._cores)
        return self._maker

    def _require(self) -> tuple[Path, bytes]:
        """Return bubblewrap and the filter, or say what is missing."""
        if platform.system() != "Linux":
            raise SandboxUnavailable(say("sandbox-needs-linux", system=platform.system()))
        needed = ".".join(map(str, NEEDED))
        if self._bwrap is None:
            found = shutil.which("bwrap", path=self._search)
            if found is None:
                raise SandboxUnavailable(say("bubblewrap-not-installed", needed=needed))
            self._bwrap = Path(found)
        if not self._version:
            self._version = _version(self._bwrap, needed)
        if tuple(map(int, self._version.split("."))) < NEEDED:
            raise SandboxUnavailable(say("bubblewrap-too-old", found=self._version, needed=needed))
        if self._user == 0 and not Path("/usr/bin/setpriv").exists():
            raise SandboxUnavailable(say("sandbox-program-missing", program="setpriv", package="util-linux"))
        filter_ = seccomp.filter_for(platform.machine())
        if filter_ is None:
            known = ", ".join(seccomp.ARCHITECTURES)
            raise SandboxUnavailable(
                say("processor-without-syscall-filter", machine=platform.machine(), known=known)
            )
        return self._bwrap, filter_

    def _reason(self, message: Message) -> Message:
        """Say why bubblewrap did not confine, and the command that mends it where one is known."""
        as_root = self._user == 0
        code = recognise(message.en, as_root=as_root)
        return say(code, found=self._version, reason=message, mend=mend_of(code, as_root=as_root))


@dataclass(frozen=True, slots=True, kw_only=True)
class BubblewrapSession(Session):
    """One run, with what bubblewrap needs for it."""

    mode: Mode
    bwrap: Path
    files: Files
    filter: bytes
    """The system-call filter."""
    processes: int
    """How many there may be inside."""


def _version(bwrap: Path, needed: str) -> str:
    try:
        output = subprocess.run(
            [str(bwrap), "--version"],
            env={},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=False,
        ).stdout.decode(errors="replace")
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxUnavailable(say("bubblewrap-not-installed", needed=needed)) from error
    found = re.search(r"\d+\.\d+(\.\d+)?", output)
    return found[0] if found else "0.0.0"
