"""No sandbox: ``--sandbox=none``, typed by hand, and ``grader check`` where there is no bubblewrap.

The program runs as the user, in temporary folders that stand for the places inside a sandbox. Paths
inside are translated wherever a job names them: see :mod:`grader.running.inside_paths`.

Held: time, and the output kept. Memory is watched on Linux. Nothing else is promised.
"""

import os
import platform
import select
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.model.run import Limits, MemoryGuard, RunStatus, SandboxCommand, SandboxOutcome
from grader.running.holding.limits import TICK_SECONDS, Inside, Usage, cpu_crossed
from grader.running.holding.starvation import Starvation
from grader.running.holding.watchdog import Watchdog
from grader.running.inside import CONTROL_FD, OUT, WORK
from grader.running.inside_paths import SCRATCH, InsidePaths, lay_out
from grader.running.staging.collect import collect
from grader.running.supervising.control import ControlChannel
from grader.running.supervising.ending import Ending, decide_ending, from_return_code
from grader.running.supervising.run_resources import run_resources
from grader.running.supervising.supervise import Output

_POSIX = os.name == "posix"
_LINUX = platform.system() == "Linux"
_OUTPUT_SECONDS = 2.0
_TOLD = "GRADER_TOLD"
"""Where there is no channel; the harness takes it out of the environment."""
_PIPE_PIECES = 32
"""Reads that empty any pipe (at most 1 MiB), however many bytes keep coming."""


class UnsafeSandbox:
    """Runs a program unconfined, behind the same interface as a sandbox.

    ``environment`` is added below every command's own (a machine's ``LD_LIBRARY_PATH``, say).
    """

    name = "none"

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = dict(environment or {})

    @property
    def memory_guard(self) -> MemoryGuard:
        """A watchdog on Linux, elsewhere nothing."""
        return MemoryGuard.WATCHDOG if _LINUX else MemoryGuard.NONE

    def probe(self) -> None:
        """Return: there is nothing that could be missing."""

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Run ``command`` unconfined to its end or to a limit, then end its process group.

        A process that left the group lives on: nothing here can hold it.

        Raises:
            SandboxError: the program could not be started, or its files not be copied.
        """
        with run_resources() as held:
            # Windows keeps a file that is open; it then stays in the temporary folder.
            folder = tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True)
            root = Path(held.enter_context(folder)).resolve()
            return self._run(command, root, held)

    def _run(self, command: SandboxCommand, root: Path, held: ExitStack) -> SandboxOutcome:
        paths = lay_out(command, root)
        channel = held.enter_context(ControlChannel(command.rows_on_request)) if _POSIX else None
        if channel:
            channel.tell(command.told)
        read, write = os.pipe()
        output = Output(read, command.limits.output_kept_bytes, command.heard)
        begun = time.monotonic()
        try:
            process = subprocess.Popen(
                paths.command_line(command.argv),
                env=self._env(command, paths, channel),
                cwd=paths.real(WORK),
                stdin=subprocess.DEVNULL,
                stdout=write,
                stderr=write,
                pass_fds=(channel.inside.fileno(),) if channel else (),
                start_new_session=_POSIX,
            )
        except OSError:
            os.close(read)
            raise
        finally:
            os.close(write)
        held.callback(_end, process)
        if channel:
            channel.inside.close()
        reader = _Reader(output)
        held.callback(reader.close)
        watchdog, starvation = _watch(process, command, held)
        crossed = _supervise(
            process,
            command.limits,
            channel=channel,
            output=output,
            watchdog=watchdog,
            starvation=starvation,
            begun=begun,
        )
        seconds = time.monotonic() - begun
        own = _own_ending(process) if crossed is None else None
        _end(process)
        reader.finish()
        return _outcome(
            command,
            Path(paths.real(OUT)),
            _Facts(
                ending=decide_ending(
                    own, crossed=crossed, usage=watchdog.usage, full_at_end=False, ever_full=False
                ),
                seconds=seconds,
                starved_seconds=starvation.seconds,
                usage=watchdog.usage,
                guard=self.memory_guard,
                output=output,
                rows_sent=bool(channel and channel.rows_sent),
            ),
        )

    def _env(
        self, command: SandboxCommand, paths: InsidePaths, channel: ControlChannel | None
    ) -> dict[str, str]:
        environment = dict(self._environment)
        if not _POSIX:  # no program starts on Windows without it
            environment["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")
        environment |= {name: paths.real_list(value) for name, value in command.environment}
        if channel:
            environment[CONTROL_FD] = str(channel.inside.fileno())
        elif command.told:
            environment[_TOLD] = command.told.hex()
        home = Path(environment.get("HOME", ""))
        if home.is_relative_to(paths.real(SCRATCH)):
            home.mkdir(parents=True, exist_ok=True)
        return environment


class _Reader:
    """Reads the output in a thread, and stops when told to.

    The pipe may never end: a process that left the group can hold it open for ever.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self._stop = threading.Event()
        if _POSIX:
            os.set_blocking(output.descriptor, False)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Take what still lies in the pipe, but not what comes after."""
        self._stop.set()
        self._thread.join(_OUTPUT_SECONDS)
        if _POSIX:
            for _ in range(_PIPE_PIECES):
                if not self._output.read():
                    return

    def close(self) -> None:
        """Close the pipe, unless (on Windows) the thread still waits on it."""
        self._stop.set()
        self._thread.join(_OUTPUT_SECONDS)
        if not self._thread.is_alive():
            os.close(self._output.descriptor)

    def _read(self) -> None:
        while self._output.open and not self._stop.is_set():
            if not self._output.read() and _POSIX:
                select.select([self._output.descriptor], [], [], TICK_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    ending: Ending
    seconds: float
    starved_seconds: float
    usage: Usage
    guard: MemoryGuard
    output: Output
    rows_sent: bool


def _watch(
    process: "subprocess.Popen[bytes]", command: SandboxCommand, held: ExitStack
) -> tuple[Watchdog, Starvation]:
    watchdog, starvation = Watchdog(command.limits, group=process.pid), Starvation(group=process.pid)
    if _LINUX:
        proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
        held.callback(os.close, proc)
        inside = Inside(process.pid, proc, ())
        watchdog.hold(inside)
        starvation.hold(inside)
    return watchdog, starvation


def _supervise(
    process: "subprocess.Popen[bytes]",
    limits: Limits,
    *,
    channel: ControlChannel | None,
    output: Output,
    watchdog: Watchdog,
    starvation: Starvation,
    begun: float,
) -> RunStatus | None:
    while process.returncode is None and not _ended(process):
        left = begun + limits.wall_seconds - time.monotonic()
        if left <= 0:
            return RunStatus.TIMEOUT
        if output.total > limits.output_killed_bytes:
            return RunStatus.OUTPUT
        watchdog.look()
        starvation.look(watchdog.usage.cpu_seconds)
        if watchdog.usage.memory_crossed:
            return RunStatus.MEMORY
        if cpu_crossed(limits, watchdog.usage):
            return RunStatus.TIMEOUT
        _serve(channel, min(TICK_SECONDS, left))
    return None


def _serve(channel: ControlChannel | None, seconds: float) -> None:
    """Answer the channel if it asks, for up to ``seconds``; without one, let the time pass."""
    if channel is None or not (channel.listening or channel.answering):
        time.sleep(seconds)
        return
    answering = channel.answering
    heard, writable, _ = select.select(
        [] if answering else [channel], [channel] if answering else [], [], seconds
    )
    if writable:
        channel.send()
    elif heard:
        channel.hear()


def _ended(process: "subprocess.Popen[bytes]") -> bool:
    """Return whether the program has ended, without collecting it: its group must stay ours."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13, Windows
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _own_ending(process: "subprocess.Popen[bytes]") -> Ending:
    _end_group(process)
    return from_return_code(process.wait())


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.returncode is None:
        _end_group(process)
        process.wait()


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError, PermissionError):
        if _POSIX:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _outcome(command: SandboxCommand, out: Path, facts: _Facts) -> SandboxOutcome:
    collected, refused = _collect(out, command)
    return SandboxOutcome(
        status=facts.ending.status,
        exit_code=facts.ending.exit_code,
        signal=facts.ending.signal,
        seconds=facts.seconds,
        cpu_seconds=facts.usage.cpu_seconds,
        peak_memory_bytes=facts.usage.peak_bytes,
        memory_guard=facts.guard,
        output=bytes(facts.output.kept),
        output_dropped=facts.output.dropped,
        collected=collected,
        refused=refused,
        rows_sent=facts.rows_sent,
        starved_seconds=facts.starved_seconds,
    )


def _collect(out: Path, command: SandboxCommand) -> Any:
    if not _POSIX:
        return collect(out, command.wanted, command.into)
    descriptor = os.open(out, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return collect(descriptor, command.wanted, command.into)
    finally:
        os.close(descriptor)
