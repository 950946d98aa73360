"""One run in a sandbox that has been started, to its outcome: the same for every technology that confines."""

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from grader.model.errors import SandboxError
from grader.model.run import MIB, Limits, MemoryGuard, RunStatus, SandboxCommand, SandboxOutcome
from grader.plugins.interfaces import Sandbox
from grader.running.holding.limits import Guard, Inside
from grader.running.holding.starvation import Starvation
from grader.running.inside import WRITABLE
from grader.running.staging.collect import collect
from grader.running.supervising.control import ControlChannel
from grader.running.supervising.ending import Ending, decide_ending
from grader.running.supervising.sandbox_process import SandboxProcess, Started, open_inside
from grader.running.supervising.supervise import Output, Watched, kill, supervise
from grader.words.catalogue import say
from grader.words.problems import problem_at

END_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One run: what was asked for, and everything opened for it."""

    command: SandboxCommand
    channel: ControlChannel
    guard: Guard
    output: Output

    def starvation(self) -> Starvation:
        """Return what measures how long the run is kept from its processors."""
        return Starvation(all_counted=self.guard.kind is not MemoryGuard.WATCHDOG)

    def outcome(
        self, ending: Ending, out: int, *, seconds: float, cpu_seconds: float, starved_seconds: float
    ) -> SandboxOutcome:
        """Collect the wanted files from ``out`` and put together what is known of the run."""
        room = self.command.limits.disk_bytes
        collected, refused = collect(out, self.command.wanted, self.command.into, most_bytes=room)
        return SandboxOutcome(
            status=ending.status,
            exit_code=ending.exit_code,
            signal=ending.signal,
            seconds=seconds,
            cpu_seconds=max(self.guard.usage.cpu_seconds, cpu_seconds),
            peak_memory_bytes=self.guard.usage.peak_bytes,
            memory_guard=self.guard.kind,
            output=bytes(self.output.kept),
            output_dropped=self.output.dropped,
            collected=collected,
            refused=refused,
            rows_sent=self.channel.rows_sent,
            starved_seconds=starved_seconds,
        )


def trust_it(started: Started, inside: Inside) -> None:
    """Take it as it is: for a technology of which every argument has its attack in the tests."""
    del started, inside


def attend(
    process: SandboxProcess,
    session: Session,
    held: ExitStack,
    *,
    ready_seconds: float,
    confirm: Callable[[Started, Inside], None] = trust_it,
) -> SandboxOutcome:
    """Let the command go once everything is in place and ``confirm`` has seen it; watch it; end it; collect.

    Raises:
        SandboxError: the sandbox failed; nothing is known about the program.
    """
    started = process.wait_until_ready(ready_seconds)
    out, inside = open_inside(started, WRITABLE, held)
    first = os.pidfd_open(started.first)
    held.callback(os.close, first)
    watched = Watched(
        process.descriptor,
        first,
        session.output,
        session.channel,
        session.guard,
        inside,
        session.starvation(),
    )
    held.callback(kill, watched)
    confirm(started, inside)
    try:
        session.guard.hold(inside)
    except OSError as error:
        raise SandboxError(say("memory-limit-not-set", reason=problem_at(error))) from error
    session.output.forget()
    watched.starvation.hold(inside)
    session.output.heard = session.command.heard
    begun = time.monotonic()
    session.channel.say_go()
    crossed = supervise(watched, session.command.limits, begun)
    seconds = time.monotonic() - begun
    session.guard.look()
    if crossed is None:
        # For bubblewrap of root, how the command ended is known from its own exit code alone.
        process.ends_within(END_SECONDS)
    kill(watched)
    # Left to end by itself it adds up the processor time of everything inside, and takes away its own.
    process.ends_within(END_SECONDS)
    process.kill()
    process.wait()
    session.output.drain()
    session.guard.look()
    ending = _ending(session, watched, process, crossed)
    return session.outcome(
        ending,
        out,
        seconds=seconds,
        cpu_seconds=process.cpu_seconds,
        starved_seconds=watched.starvation.seconds,
    )


def run_trial(sandbox: Sandbox) -> SandboxOutcome:
    """Run a program that does nothing.

    Raises:
        SandboxError: the sandbox failed.
    """
    with tempfile.TemporaryDirectory(prefix="grader-") as folder:
        command = SandboxCommand(
            argv=("/bin/true",),
            binds=(),
            environment=(),
            limits=Limits(wall_seconds=20, memory_bytes=64 * MIB, disk_bytes=MIB),
            wanted=(),
            into=Path(folder),
        )
        return sandbox.run(command)


def _ending(session: Session, watched: Watched, process: SandboxProcess, crossed: RunStatus | None) -> Ending:
    usage, inside, own = session.guard.usage, watched.inside, process.own_ending()
    if own is None and crossed is None and not usage.memory_crossed:
        raise SandboxError(say("run-killed-from-outside", program=process.program))
    return decide_ending(
        own,
        crossed=crossed,
        usage=usage,
        full_at_end=inside.any_full() or inside.files() > session.command.limits.files,
        ever_full=watched.ever_full,
    )
