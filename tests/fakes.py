"""Fakes of our own ports: a sandbox that writes what a test says, and a progress that remembers."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from grader.model.errors import SandboxError
from grader.model.message import Message, Text
from grader.model.run import MemoryGuard, RunStatus, SandboxCommand, SandboxOutcome

Files = dict[str, bytes]


def npy(array: "np.ndarray[Any, Any]") -> bytes:
    """Return ``array`` as the bytes of an .npy file."""
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def served_folder(command: SandboxCommand) -> Path:
    """Return the served copy that a command would see as /data."""
    return next(bind.source for bind in command.binds if bind.target == "/data")


def secret_order(command: SandboxCommand) -> "np.ndarray[Any, Any]":
    """Return the order the test rows were served in: only a test can know it."""
    order: np.ndarray[Any, Any] = np.load(served_folder(command).parent / "secret" / "order.npy")
    return order


@dataclass
class FakeSandbox:
    """Runs nothing: calls ``program`` and writes what it returns as if a program had left it."""

    program: Callable[[SandboxCommand], Files]
    status: RunStatus = RunStatus.OK
    output: bytes = b""
    name: str = "fake"
    calls: list[SandboxCommand] = field(default_factory=list)

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Write the files into ``command.into``."""
        self.calls.append(command)
        files = self.program(command)
        if command.heard is not None:
            command.heard(self.output)
        for name, content in files.items():
            (command.into / name).write_bytes(content)
        return SandboxOutcome(
            status=self.status,
            exit_code=0 if self.status is RunStatus.OK else 1,
            signal=None,
            seconds=1.0,
            cpu_seconds=1.0,
            peak_memory_bytes=1 << 20,
            memory_guard=MemoryGuard.NONE,
            output=self.output,
            output_dropped=0,
            collected=tuple(files),
            refused=(),
            rows_sent=False,
        )

    def probe(self) -> None:
        """Always works."""


@dataclass
class BusyMachine:
    """Lets others keep the first ``times`` runs from their processors until their time is over."""

    quiet: FakeSandbox
    times: int
    share: float = 0.7
    """Of its time limit, that a run was ready and had no processor."""
    name: str = "fake"

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Run, and on a busy machine come to the time limit, with half of what there was to leave."""
        outcome = self.quiet.run(command)
        if len(self.quiet.calls) > self.times:
            return outcome
        limit = command.limits.wall_seconds
        (command.into / "half-written").touch()
        return replace(outcome, status=RunStatus.TIMEOUT, seconds=limit, starved_seconds=self.share * limit)

    def probe(self) -> None:
        """Always works."""


class DeadSandbox:
    """A sandbox that fails every time, as a full disk or a missing kernel feature would make it."""

    name = "fake"

    def run(self, command: SandboxCommand) -> SandboxOutcome:  # noqa: ARG002 - the port's
        """Fail."""
        raise SandboxError(Text("o disco está cheio", "the disk is full"))

    def probe(self) -> None:
        """Claims to work."""


@dataclass
class RememberingProgress:
    """Remembers what it was told."""

    said: list[Message] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    def say(self, message: Message) -> None:
        """Remember one thing."""
        self.said.append(message)

    def begin(self, total: int, what: Message) -> None:  # noqa: ARG002 - the port's
        """Remember the size of a round."""
        self.rounds.append(total)

    def started(self, label: str) -> None:
        """Nothing."""

    def advance(self, label: str, seconds: float) -> None:
        """Nothing."""

    def printed(self, piece: bytes) -> None:
        """Remember what a program printed."""
        self.heard.append(piece)

    def end(self) -> None:
        """Nothing."""


def fixed_clock() -> datetime:
    """Return the same moment every time."""
    return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
