"""One container: the engine's client outside, our first program inside, and what ties the two to us."""

import os
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from grader.model.errors import SandboxError
from grader.running.containers.rendezvous import Rendezvous
from grader.running.supervising.ending import Ending
from grader.running.supervising.run_confined import Session
from grader.running.supervising.sandbox_process import SandboxProcess, Started, read_status, start_apart
from grader.words.catalogue import say
from grader.words.problems import problem_at

REMOVE_SECONDS = 30
MOST_WORDS = 2000


class EngineFiles:
    """The open files of one container; all closed with the stack that they were made on."""

    def __init__(self, held: ExitStack) -> None:
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        held.callback(self._ours.close)
        held.callback(self._theirs.close)
        self._ours.setblocking(False)
        self.output_read, self.output_write = os.pipe()
        held.callback(os.close, self.output_read)
        self._writer = held.enter_context(os.fdopen(self.output_write, "wb", buffering=0))
        os.set_blocking(self.output_read, False)
        # So that programs can open /dev/stdout, whatever user the engine makes of them.
        os.fchmod(self.output_write, 0o666)
        self.words = os.memfd_create("words")
        """What the engine itself says."""
        held.callback(os.close, self.words)

    @property
    def tie(self) -> int:
        """The end that the first program inside holds: gone from here, it ends."""
        return self._theirs.fileno()

    @property
    def status(self) -> int:
        """Where the first program inside tells how the command ended; -1 when that was cut."""
        return self._ours.fileno()

    def close_inside(self) -> None:
        """Close the ends that only the container uses."""
        self._theirs.close()
        self._writer.close()

    def cut(self) -> None:
        """Let go of the container: its first program ends, and everything inside with it."""
        self._ours.close()


class EngineProcess(SandboxProcess):
    """An engine's client that runs one container in the foreground.

    ``remove`` is the command line that takes the container away, where a client was killed.
    """

    def __init__(
        self,
        command_line: Sequence[str],
        *,
        program: str,
        environment: dict[str, str],
        remove: Sequence[str],
        files: EngineFiles,
        session: Session,
        meeting: Rendezvous,
        order: dict[str, Any],
    ) -> None:
        process = start_apart(command_line, environment, words=files.words)
        super().__init__(process, channel=session.channel, output=session.output)
        self.program = program
        self._environment = environment
        self._remove = remove
        self._files = files
        self._meeting = meeting
        self._order = order
        self._own: Ending | None = None

    def wait_until_ready(self, seconds: float) -> Started:
        """Hand over what the container needs, and return once everything is in place inside.

        Raises:
            SandboxError: it ended before, or nobody came for so many ``seconds``.
        """
        end = time.monotonic() + seconds
        given = (self._channel.inside.fileno(), self._files.tie, self._files.output_write)
        try:
            came = self._meeting.meet(self._order, given, also=self.descriptor, seconds=seconds)
        except OSError as error:
            raise SandboxError(say("sandbox-not-started", reason=problem_at(error))) from error
        finally:
            self._files.close_inside()
            self._channel.inside.close()
        if not came:
            raise self.ended_early() if self.ends_within(0) else self.late(seconds)
        return super().wait_until_ready(end - time.monotonic())

    def said(self) -> str:
        """Return the engine's own words so far, and those of our first program inside."""
        words = os.pread(self._files.words, MOST_WORDS, 0).decode(errors="replace")
        self._output.drain()
        inside = self._output.kept.decode(errors="replace")
        return " ".join(f"{words} {inside}".split())[-500:] or "-"

    def wait(self) -> None:
        """Wait for the client's end; what it used is none of the program's."""
        super().wait()
        self.cpu_seconds = 0.0

    def kill(self) -> None:
        """End the client, and take away the container that it leaves."""
        if self.code is not None or self.ends_within(0):
            return
        self._own = read_status(self._files.status)
        self._files.cut()
        super().kill()
        subprocess.run(
            self._remove,
            env=self._environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=REMOVE_SECONDS,
            check=False,
        )

    def own_ending(self) -> Ending | None:
        """Return how the command ended, as our first program inside has told."""
        return self._own or read_status(self._files.status)
