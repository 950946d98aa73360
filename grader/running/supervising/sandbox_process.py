"""The process outside that holds a sandbox: waited for until all is in place, and its end read.

What every technology that confines has in common; how it is started and ended differs.
"""

import os
import select
import signal
import struct
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.model.errors import SandboxError
from grader.model.message import Joined, Text
from grader.running.holding.limits import Inside
from grader.running.supervising.control import ControlChannel
from grader.running.supervising.ending import Ending, from_wait_status
from grader.running.supervising.supervise import Output
from grader.words.catalogue import say
from grader.words.problems import problem_told

if TYPE_CHECKING:
    import subprocess

RAW_STATUS = struct.Struct("=I")


@dataclass(frozen=True, slots=True)
class Started:
    """A sandbox in which everything is in place, by process numbers out here."""

    first: int
    """Pid 1 inside."""
    ready: int
    """The first program of ours inside, which said R; pid 1 itself but as bubblewrap of root."""


def start_apart(
    command_line: Sequence[str], environment: dict[str, str], *, words: int, inherited: Sequence[int] = ()
) -> "subprocess.Popen[bytes]":
    """Start what holds a sandbox, in a session of its own; what it says goes into ``words``."""
    import subprocess

    return subprocess.Popen(
        command_line,
        env=environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=words,
        stderr=words,
        pass_fds=inherited,
        # Ctrl-C is for the grader, which then ends the sandbox itself.
        start_new_session=True,
    )


class SandboxProcess:
    """A process that holds a sandbox. Start and wait in the same thread."""

    program = ""
    """Its name, for people."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", *, channel: ControlChannel, output: Output
    ) -> None:
        self._process = process
        self._channel = channel
        self._output = output
        self.cpu_seconds = 0.0
        self.code: int | None = None
        self.descriptor = os.pidfd_open(process.pid)

    def wait_until_ready(self, seconds: float) -> Started:
        """Return once everything is in place inside.

        Raises:
            SandboxError: it ended before, or said nothing for so many ``seconds``.
        """
        end = time.monotonic() + seconds
        ready: int | None = None
        while ready is None:
            heard = readable(
                [self.descriptor, self._output.descriptor, self._channel.fileno()], end - time.monotonic()
            )
            if not heard:
                raise self.late(seconds)
            if self._output.descriptor in heard:
                self._output.read()
            if self._channel.fileno() in heard:
                ready = self._hear_ready()
            elif self.descriptor in heard:
                raise self.ended_early()
        return self.started(ready)

    def started(self, ready: int) -> Started:
        """Return what is known once process ``ready`` has said that it is."""
        return Started(ready, ready)

    def said(self) -> str:
        """Return the process's own words so far, or a dash."""
        self._output.drain()
        return self._output.kept.decode(errors="replace").strip()[-500:] or "-"

    def late(self, seconds: float) -> SandboxError:
        """Return the failure that it is not ready after so many ``seconds``."""
        return SandboxError(
            say("sandbox-not-ready-in-time", seconds=seconds, program=self.program, reason=self.said())
        )

    def ended_early(self) -> SandboxError:
        """End it and return the failure that it ended before it was ready."""
        self.kill()
        self.wait()
        return SandboxError(say("sandbox-not-started", reason=self.said()))

    def wait(self) -> None:
        """Wait for its end; only when that is near, or after :meth:`kill`."""
        if self.code is None:
            _, status, used = os.wait4(self._process.pid, 0)
            self.code = self._process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_seconds = used.ru_utime + used.ru_stime

    def ends_within(self, seconds: float) -> bool:
        """Return whether it ends by itself in this time."""
        return bool(readable([self.descriptor], seconds))

    def kill(self) -> None:
        """End it; nothing where it has ended."""
        if self.code is None and not self.ends_within(0):
            signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)

    def close(self) -> None:
        """Leave nothing behind: not the process, nor what it had started when it failed half way."""
        self.kill()
        self.wait()
        os.close(self.descriptor)

    def own_ending(self) -> Ending | None:
        """Return how the command ended, when the process has ended; None if nobody could tell."""
        raise NotImplementedError

    def _hear_ready(self) -> int | None:
        try:
            return self._channel.take_ready()
        except ConnectionError:
            raise self.ended_early() from None


def read_status(descriptor: int) -> Ending | None:
    """Return the ending that our first program inside has written to ``descriptor``, if it has.

    None too where ``descriptor`` is -1: nobody can be asked any more.
    """
    if descriptor < 0:
        return None
    try:
        record = os.read(descriptor, RAW_STATUS.size)
    except (BlockingIOError, ConnectionError):
        return None
    return from_wait_status(RAW_STATUS.unpack(record)[0]) if len(record) == RAW_STATUS.size else None


def open_inside(started: Started, places: Sequence[str], held: ExitStack) -> tuple[int, Inside]:
    """Open the sandbox's file systems from outside, before anything hostile runs in it.

    Returns the first of ``places`` as an open folder, and all of them for watching. They outlive the
    sandbox: its files can be read when nothing inside is alive any more.

    Raises:
        SandboxError: they cannot be opened.
    """
    root = Path(f"/proc/{started.first}/root")
    try:
        opened = [_open_folder(root / place.lstrip("/"), held) for place in (*places, "/proc")]
    except OSError as error:
        folder = str(error.filename)
        raise SandboxError(
            say("sandbox-not-started", reason=Joined(": ", (Text(folder, folder), problem_told(error))))
        ) from error
    inside = Inside(first=started.ready, proc=opened[-1], writable=tuple(opened[:-1]))
    return opened[0], inside


def readable(descriptors: Sequence[int], seconds: float) -> set[int]:
    """Return which of ``descriptors`` can be read, or have ended, in this time."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poll.poll(max(0.0, seconds) * 1000)}


def _open_folder(path: Path, held: ExitStack) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    held.callback(os.close, descriptor)
    return descriptor
