"""Watches one running sandbox: keeps its output, answers its channel, ends it at a limit."""

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from grader.model.errors import SandboxError
from grader.model.run import Limits, RunStatus
from grader.running.holding.limits import TICK_SECONDS, Guard, Inside, cpu_crossed
from grader.running.holding.starvation import Starvation
from grader.running.supervising.control import ControlChannel
from grader.words.catalogue import say

PIECE = 64 * 1024
DEATH_SECONDS = 30.0


@dataclass(slots=True)
class Output:
    """The pipe that everything printed comes through: the first bytes kept, the rest counted."""

    descriptor: int
    keep: int
    heard: Callable[[bytes], None] | None = None
    """Told each piece that is kept, as it comes."""
    kept: bytearray = field(default_factory=bytearray)
    dropped: int = 0
    open: bool = True

    @property
    def total(self) -> int:
        """Return how many bytes came so far."""
        return len(self.kept) + self.dropped

    def read(self) -> bool:
        """Take one piece, without waiting; False when there is none at the moment."""
        try:
            piece = os.read(self.descriptor, PIECE)
        except BlockingIOError:
            return False
        if not piece:
            self.open = False
            return False
        room = max(0, self.keep - len(self.kept))
        self.kept += piece[:room]
        if self.heard is not None and room:
            self.heard(piece[:room])
        self.dropped += len(piece) - min(room, len(piece))
        return True

    def forget(self) -> None:
        """Drop what came before the command was let go: it is not the program's."""
        self.drain()
        self.kept.clear()
        self.dropped = 0

    def drain(self) -> None:
        """Take what still lies in the pipe when all its writers are dead."""
        while self.open and self.read():
            pass


@dataclass(slots=True)
class Watched:
    """What is needed to watch a sandbox and to end it."""

    bwrap: int
    """A descriptor that becomes readable when the outer bubblewrap has ended."""
    first: int
    """A descriptor of pid 1 inside: readable when everything inside is dead."""
    output: Output
    channel: ControlChannel
    guard: Guard
    inside: Inside
    starvation: Starvation
    ever_full: bool = False


def supervise(watched: Watched, limits: Limits, started: float) -> RunStatus | None:
    """Watch until the command ends or crosses a limit; return the limit, or None.

    ``started`` is when the command was let go, by the monotonic clock. The sandbox may still be
    alive when this returns.
    """
    deadline = started + limits.wall_seconds
    look_at = started
    while True:
        now = time.monotonic()
        if now >= deadline:
            return RunStatus.TIMEOUT
        if now >= look_at:
            look_at = now + TICK_SECONDS
            crossed = _crossed(watched, limits)
            if crossed is not None:
                return crossed
        ready = _wait(watched, min(deadline, look_at) - now)
        if watched.output.descriptor in ready:
            watched.output.read()
            if watched.output.total > limits.output_killed_bytes:
                return RunStatus.OUTPUT
        if watched.channel.fileno() in ready:
            _serve(watched.channel, ready[watched.channel.fileno()])
        if watched.bwrap in ready or watched.first in ready:
            return None


def kill(watched: Watched) -> None:
    """End everything inside and wait until it is dead.

    Raises:
        SandboxError: it does not die (a process stuck in a driver).
    """
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(watched.first, signal.SIGKILL)
    end = time.monotonic() + DEATH_SECONDS
    poll = select.poll()
    poll.register(watched.first, select.POLLIN)
    while not poll.poll(TICK_SECONDS * 1000):
        # A full pipe holds nobody back from dying, but a reader costs nothing.
        watched.output.read()
        if time.monotonic() > end:
            raise SandboxError(say("sandbox-processes-not-ending", seconds=DEATH_SECONDS))


def _wait(watched: Watched, seconds: float) -> dict[int, int]:
    poll = select.poll()
    poll.register(watched.bwrap, select.POLLIN)
    poll.register(watched.first, select.POLLIN)
    if watched.output.open:
        poll.register(watched.output.descriptor, select.POLLIN)
    channel = watched.channel
    if channel.answering:
        poll.register(channel.fileno(), select.POLLOUT)
    elif channel.listening:
        poll.register(channel.fileno(), select.POLLIN)
    return dict(poll.poll(max(0.0, seconds) * 1000))


def _serve(channel: ControlChannel, events: int) -> None:
    if channel.answering:
        channel.send()
    elif events:
        channel.hear()


def _crossed(watched: Watched, limits: Limits) -> RunStatus | None:
    watched.guard.look()
    watched.starvation.look(watched.guard.usage.cpu_seconds)
    watched.ever_full = watched.ever_full or watched.inside.any_full()
    if watched.guard.usage.memory_crossed:
        return RunStatus.MEMORY
    if watched.inside.files() > limits.files:
        return RunStatus.DISK
    if cpu_crossed(limits, watched.guard.usage):
        return RunStatus.TIMEOUT
    return None
