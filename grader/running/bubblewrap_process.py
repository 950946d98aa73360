"""One bubblewrap process: started, waited for until all is in place, let go, and its end read."""

import json
import os
import select
import signal
import struct
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from grader.model.errors import SandboxError
from grader.running.bubblewrap_arguments import Descriptors
from grader.running.control import ControlChannel
from grader.running.ending import Ending, from_shell_code, from_wait_status
from grader.running.limits import Inside
from grader.running.supervise import Output
from grader.words.catalogue import say

READY_SECONDS = 15.0
_RAW_STATUS = struct.Struct("=I")


class Files:
    """The open files that bubblewrap inherits; all closed with the stack that they were made on.

    Contents go through memory files: no path of ours is named to the sandbox.
    """

    def __init__(self, held: ExitStack, seccomp: bytes, etc: dict[str, str]) -> None:
        self._held = held
        self.output_read, self.output_write = self._pipe()
        self.info_read, self.info_write = self._pipe()
        self.status_read, self.status_write = self._pipe()
        self.seccomp = self.memory("seccomp", seccomp)
        self.etc = tuple((path, self.memory("etc", text.encode())) for path, text in etc.items())
        for descriptor in (self.output_read, self.info_read, self.status_read):
            os.set_blocking(descriptor, False)

    def descriptors(self, channel: ControlChannel) -> Descriptors:
        """Return the numbers that the arguments speak of."""
        return Descriptors(
            seccomp=self.seccomp,
            info=self.info_write,
            control=channel.inside.fileno(),
            status=self.status_write,
            etc=self.etc,
        )

    def memory(self, name: str, content: bytes) -> int:
        """Return a memory file of ``content``, at its beginning."""
        descriptor = os.memfd_create(name)
        self._held.callback(os.close, descriptor)
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    def close_inside(self) -> None:
        """Close the ends that only the sandbox uses."""
        for descriptor in (self.output_write, self.info_write, self.status_write):
            with suppress(OSError):
                os.close(descriptor)

    def _pipe(self) -> tuple[int, int]:
        read, write = os.pipe()
        self._held.callback(os.close, read)
        # Closed before by close_inside, unless the start failed; a number is never closed twice.
        return read, write


@dataclass(slots=True)
class Started:
    """What bubblewrap has said before the command starts."""

    first: int | None = None
    """Pid 1 of the sandbox, by its number out here."""
    ready: int | None = None
    """The first program of ours inside, which said R."""


class BubblewrapProcess:
    """The outer bubblewrap. Start and wait in the same thread: it dies with the thread, not the process."""

    def __init__(
        self,
        command_line: Sequence[str],
        *,
        environment: dict[str, str],
        files: Files,
        inherited: Sequence[int],
        channel: ControlChannel,
        output: Output,
    ) -> None:
        self._files = files
        self._channel = channel
        self._output = output
        self.cpu_seconds = 0.0
        self.code: int | None = None
        self._process = subprocess.Popen(
            command_line,
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=files.output_write,
            stderr=files.output_write,
            pass_fds=inherited,
            # Ctrl-C is for the grader, which then ends the sandbox itself.
            start_new_session=True,
        )
        self.descriptor = os.pidfd_open(self._process.pid)
        files.close_inside()
        channel.inside.close()

    def wait_until_ready(self) -> Started:
        """Return once everything is in place inside.

        Raises:
            SandboxError: it ended before, or said nothing for ``READY_SECONDS``.
        """
        end = time.monotonic() + READY_SECONDS
        started = Started()
        info = b""
        info_open = True
        while started.first is None or started.ready is None:
            poll = select.poll()
            poll.register(self.descriptor, select.POLLIN)
            poll.register(self._output.descriptor, select.POLLIN)
            if started.ready is None:
                poll.register(self._channel.fileno(), select.POLLIN)
            if info_open:
                poll.register(self._files.info_read, select.POLLIN)
            ready = dict(poll.poll(max(0.0, end - time.monotonic()) * 1000))
            if not ready:
                raise SandboxError(say("GR606", seconds=READY_SECONDS, reason=self.said()))
            if self._output.descriptor in ready:
                self._output.read()
            if self._files.info_read in ready:
                piece = os.read(self._files.info_read, 4096)
                info += piece
                info_open = bool(piece)
                started.first = _child(info)
            if started.ready is None and self._channel.fileno() in ready:
                started.ready = self._hear_ready()
            if self.descriptor in ready and (started.first is None or started.ready is None):
                raise self._ended_early()
        return started

    def said(self) -> str:
        """Return bubblewrap's own words so far, or a dash."""
        self._output.drain()
        return self._output.kept.decode(errors="replace").strip()[-500:] or "-"

    def wait(self) -> None:
        """Wait for its end; only when that is near, or after :meth:`kill`."""
        if self.code is None:
            _, status, used = os.wait4(self._process.pid, 0)
            self.code = self._process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_seconds = used.ru_utime + used.ru_stime

    def ends_within(self, seconds: float) -> bool:
        """Return whether it ends by itself in this time."""
        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def kill(self) -> None:
        """End it; the sandbox inside dies with it."""
        if self.code is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)

    def close(self) -> None:
        """Leave neither the process nor its descriptor behind."""
        self.kill()
        self.wait()
        os.close(self.descriptor)

    def own_ending(self, *, as_root: bool) -> Ending | None:
        """Return how the command ended, when the process has ended; None if nobody could tell."""
        if as_root:
            return from_shell_code(self.code) if self.code is not None and self.code >= 0 else None
        try:
            record = os.read(self._files.status_read, _RAW_STATUS.size)
        except BlockingIOError:
            record = b""
        if len(record) != _RAW_STATUS.size:
            return None
        return from_wait_status(_RAW_STATUS.unpack(record)[0])

    def _hear_ready(self) -> int | None:
        try:
            return self._channel.take_ready()
        except ConnectionError:
            raise self._ended_early() from None

    def _ended_early(self) -> SandboxError:
        self.kill()
        self.wait()
        return SandboxError(say("GR613", reason=self.said()))


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
        raise SandboxError(say("GR613", reason=f"{error.filename}: {error.strerror}")) from error
    inside = Inside(first=started.ready or 0, proc=opened[-1], writable=tuple(opened[:-1]))
    return opened[0], inside


def _open_folder(path: Path, held: ExitStack) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    held.callback(os.close, descriptor)
    return descriptor


def _child(info: bytes) -> int | None:
    try:
        return int(json.loads(info)["child-pid"])
    except ValueError:  # not all of it has come yet
        return None
