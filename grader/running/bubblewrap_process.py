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
from grader.running.bubblewrap_arguments import STAGE0, Descriptors
from grader.running.control import ControlChannel
from grader.running.ending import Ending, from_shell_code, from_wait_status
from grader.running.limits import Inside
from grader.running.supervise import Output
from grader.words.catalogue import say

GONE_SECONDS = 5.0
_RAW_STATUS = struct.Struct("=I")


class Files:
    """The open files that bubblewrap inherits; all closed with the stack that they were made on.

    Contents go through memory files: no path of ours is named to the sandbox.
    """

    def __init__(self, held: ExitStack, seccomp: bytes, etc: dict[str, str]) -> None:
        self._held = held
        self._inside: list[int] = []
        held.callback(self.close_inside)
        self.output_read, self.output_write = self._pipe()
        self.status_read, self.status_write = self._pipe()
        self.seccomp = self.memory("seccomp", seccomp)
        # No pipe: bubblewrap would die writing to a grader that was killed, and its child wait for ever.
        self.info = self.memory("info", b"")
        self.etc = tuple((path, self.memory("etc", text.encode())) for path, text in etc.items())
        for descriptor in (self.output_read, self.status_read):
            os.set_blocking(descriptor, False)

    def descriptors(self, channel: ControlChannel) -> Descriptors:
        """Return the numbers that the arguments speak of."""
        return Descriptors(
            seccomp=self.seccomp,
            info=self.info,
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
        while self._inside:
            os.close(self._inside.pop())

    def _pipe(self) -> tuple[int, int]:
        read, write = os.pipe()
        self._held.callback(os.close, read)
        self._inside.append(write)
        return read, write


@dataclass(frozen=True, slots=True)
class Started:
    """A sandbox in which everything is in place, by process numbers out here."""

    first: int
    """Pid 1 inside."""
    ready: int
    """The first program of ours inside, which said R; pid 1 itself but as root."""


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

    def wait_until_ready(self, seconds: float) -> Started:
        """Return once everything is in place inside.

        Raises:
            SandboxError: it ended before, or said nothing for so many ``seconds``.
        """
        end = time.monotonic() + seconds
        ready: int | None = None
        while ready is None:
            told = _readable(
                [self.descriptor, self._output.descriptor, self._channel.fileno()], end - time.monotonic()
            )
            if not told:
                raise SandboxError(say("GR606", seconds=seconds, reason=self.said()))
            if self._output.descriptor in told:
                self._output.read()
            if self._channel.fileno() in told:
                ready = self._hear_ready()
            elif self.descriptor in told:
                raise self._ended_early()
        # Written before anything inside could say that it is ready.
        info = os.pread(self._files.info, 65536, 0)
        return Started(int(json.loads(info)["child-pid"]), ready)

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
        return bool(_readable([self.descriptor], seconds))

    def kill(self) -> None:
        """End it and what it has started so far.

        What is inside dies with bubblewrap only from a certain moment on: a child that still waits for
        its parent's word would wait for ever. So it is stopped first, and its children are looked up.
        """
        if self.code is not None or self.ends_within(0):
            return
        pid = self._process.pid
        signal.pidfd_send_signal(self.descriptor, signal.SIGSTOP)
        os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        with suppress(OSError):
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
        signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)

    def close(self) -> None:
        """Leave nothing behind: not the process, nor what it had started when it failed half way."""
        self.kill()
        self.wait()
        os.close(self.descriptor)
        # Our first program inside ends when nobody can tell it to go.
        self._channel.close()
        end = time.monotonic() + GONE_SECONDS
        # The pipe ends when the last of those that inherited it is dead.
        while self._output.open and time.monotonic() < end:
            if not self._output.read() and self._output.open:
                _readable([self._output.descriptor], end - time.monotonic())

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
    inside = Inside(first=started.ready, proc=opened[-1], writable=tuple(opened[:-1]))
    return opened[0], inside


def _readable(descriptors: Sequence[int], seconds: float) -> set[int]:
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poll.poll(max(0.0, seconds) * 1000)}


def _open_folder(path: Path, held: ExitStack) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    held.callback(os.close, descriptor)
    return descriptor


def sweep_orphans() -> None:
    """End what a killed grader left of a sandbox that was just being started.

    A bubblewrap killed at the wrong moment leaves a child that waits for its word for ever. Such a child
    is pid 1 of its own namespace, and its parent is not the bubblewrap of the same command line.
    """
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes()
            if not _is_ours(told):
                continue
            status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
            parent = Path("/proc", status["PPid"].strip(), "cmdline").read_bytes()
            first_inside = status["NSpid"].split()[1:] == ["1"]
            if first_inside and parent != told and int(status["Uid"].split()[0]) == os.getuid():
                os.kill(int(folder.name), signal.SIGKILL)
        except (OSError, KeyError, ValueError):  # it has ended meanwhile
            continue


def _is_ours(command_line: bytes) -> bool:
    words = command_line.split(b"\0")
    return words[0].endswith(b"bwrap") and words[1:2] == [b"--args"] and STAGE0.encode() in words
