"""One bubblewrap process: started, waited for until all is in place, let go, and its end read."""

import json
import os
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from grader.running.bubblewrap.arguments import Descriptors
from grader.running.inside import STAGE0
from grader.running.supervising.control import ControlChannel
from grader.running.supervising.ending import Ending, from_shell_code
from grader.running.supervising.sandbox_process import (
    SandboxProcess,
    Started,
    read_status,
    readable,
    start_apart,
)
from grader.running.supervising.supervise import Output

GONE_SECONDS = 5.0


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


class BubblewrapProcess(SandboxProcess):
    """The outer bubblewrap. Start and wait in the same thread: it dies with the thread, not the process."""

    program = "bubblewrap"

    def __init__(
        self,
        command_line: Sequence[str],
        *,
        environment: dict[str, str],
        files: Files,
        inherited: Sequence[int],
        channel: ControlChannel,
        output: Output,
        as_root: bool,
    ) -> None:
        process = start_apart(command_line, environment, words=files.output_write, inherited=inherited)
        super().__init__(process, channel=channel, output=output)
        self._files = files
        self._as_root = as_root
        files.close_inside()
        channel.inside.close()

    def started(self, ready: int) -> Started:
        """Return the first process, whose number bubblewrap has told."""
        # Written before anything inside could say that it is ready.
        info = os.pread(self._files.info, 65536, 0)
        return Started(int(json.loads(info)["child-pid"]), ready)

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
        super().close()
        # Our first program inside ends when nobody can tell it to go.
        self._channel.close()
        end = time.monotonic() + GONE_SECONDS
        # The pipe ends when the last of those that inherited it is dead.
        while self._output.open and time.monotonic() < end:
            if not self._output.read() and self._output.open:
                readable([self._output.descriptor], end - time.monotonic())

    def own_ending(self) -> Ending | None:
        """Return how the command ended, when the process has ended; None if nobody could tell."""
        if self._as_root:
            return from_shell_code(self.code) if self.code is not None and self.code >= 0 else None
        return read_status(self._files.status_read)


def sweep_orphans() -> None:
    """End what a killed grader left of a sandbox that was just being started.

    A bubblewrap killed at the wrong moment leaves a child that waits for its word for ever. Such a child
    is pid 1 of its own namespace, and its parent is not the bubblewrap of the same command line.
    """
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command_line = (folder / "cmdline").read_bytes()
            if not _is_ours(command_line):
                continue
            status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
            parent = Path("/proc", status["PPid"].strip(), "cmdline").read_bytes()
            first_inside = status["NSpid"].split()[1:] == ["1"]
            if first_inside and parent != command_line and int(status["Uid"].split()[0]) == os.getuid():
                os.kill(int(folder.name), signal.SIGKILL)
        except (OSError, KeyError, ValueError):  # it has ended meanwhile
            continue


def _is_ours(command_line: bytes) -> bool:
    words = command_line.split(b"\0")
    return words[0].endswith(b"bwrap") and words[1:2] == [b"--args"] and STAGE0.encode() in words
