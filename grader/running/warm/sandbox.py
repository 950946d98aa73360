"""The sandbox that starts runs warm where it can: bubblewrap, with a mother for each kind of run."""

import base64
import os
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing.util import Finalize
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from grader.model.errors import SandboxError
from grader.model.run import Bind, Cold, MemoryGuard, SandboxCommand, SandboxOutcome
from grader.running.bubblewrap.sandbox import BubblewrapSandbox, BubblewrapSession
from grader.running.holding.limits import nproc
from grader.running.holding.watchdog import Watchdog
from grader.running.inside import (
    HARNESS,
    OUR_PACKAGE,
    PAGE,
    WRITABLE,
    folders_there,
    hidden_places,
    machine_files,
    machine_folders,
    machine_links,
    small_files,
)
from grader.running.supervising.run_confined import attend
from grader.running.supervising.run_resources import run_resources
from grader.running.warm.mother import Kind, Mother
from grader.running.warm.process import WarmProcess

if TYPE_CHECKING:
    from grader.model.message import Message

READY_SECONDS = 15.0
MOST_RUNS = 200
"""Of one mother; then another is started."""
MOST_MOTHERS = 2


class WarmSandbox:
    """Bubblewrap whose programs have their libraries loaded already, where nothing speaks against it.

    What must be started cold is: ``cold`` runs it, and the outcome says why. Safe to use like ``cold``.
    """

    name = "bubblewrap"

    def __init__(self, cold: BubblewrapSandbox | None = None, *, most_runs: int = MOST_RUNS) -> None:
        self._cold = cold or BubblewrapSandbox()
        self._most_runs = most_runs
        self._mothers: list[Mother] = []
        self._busy = threading.Lock()
        self._process = 0
        self.doubt: Message | None = None
        """What spoke against the last run that was started cold for a doubt."""

    def __getstate__(self) -> Mapping[str, Any]:
        """Go to a worker process without mothers: she starts her own."""
        return {**vars(self), "_mothers": [], "_process": 0, "_busy": None}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Begin in this process."""
        vars(self).update(state, _busy=threading.Lock())

    @property
    def memory_guard(self) -> MemoryGuard:
        """Which mechanism holds the memory limit of a cold run here."""
        return self._cold.memory_guard

    @property
    def version(self) -> str:
        """The version of bubblewrap."""
        return self._cold.version

    def probe(self) -> None:
        """Return when a trivial program runs confined on this machine.

        Raises:
            SandboxUnavailable: it does not; the message says why and what to do.
        """
        self._cold.probe()

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Run ``command`` to its end or to a limit; when this returns, nothing of it is alive.

        Raises:
            SandboxUnavailable: this machine cannot confine programs.
            SandboxError: the sandbox itself failed; nothing is known about the program.
        """
        if command.warm is None:
            return self._cold.run(command)
        cold = _why_cold(command)
        if cold is None:
            with run_resources() as held:
                outcome = self._run_warm(self._cold.session(command, held), held)
                if isinstance(outcome, SandboxOutcome):
                    return replace(outcome, warm=True)
            cold = outcome
        return replace(self._cold.run(command), cold=cold)

    def close(self) -> None:
        """End every mother; nothing runs meanwhile."""
        while self._mothers:
            self._mothers.pop().end()

    def _run_warm(self, session: BubblewrapSession, held: ExitStack) -> SandboxOutcome | Cold:
        """Return the outcome, or why it cannot be warm; in that case its program has not begun."""
        try:
            mother = self._mother(session)
        except SandboxError as error:
            self.doubt = error.message
            return Cold.DOUBT
        command = session.command
        assert command.warm is not None  # noqa: S101 - looked at before
        if mother.names & command.warm.names:
            return Cold.MODULE
        if session.guard.launcher:  # it holds what it starts, and the run is started by its mother
            session = replace(session, guard=Watchdog(command.limits))
        process = WarmProcess(
            mother, channel=session.channel, output=session.output, status=session.files.status_read
        )
        held.callback(mother.clear)
        held.callback(process.close)
        try:
            mother.fork(_asked(session, mother), _handed(session))
            session.files.close_inside()
            session.channel.inside.close()
            return attend(process, session, held, ready_seconds=READY_SECONDS)
        except SandboxError as error:
            self._retire(mother)
            if process.let_in:
                raise
            self.doubt = error.message
            return Cold.DOUBT
        finally:
            if process.doubted or mother.runs >= self._most_runs:
                held.callback(self._retire, mother)

    def _mother(self, session: BubblewrapSession) -> Mother:
        kind = Kind.of(session.command)
        with self._busy:
            if self._process != os.getpid():
                self._process = os.getpid()
                Finalize(None, self.close, exitpriority=10)
            known = self._known(kind)
        if known is not None:
            return known
        mother = Mother(kind, as_root=session.mode.as_root, bwrap=session.bwrap)
        self._mothers.append(mother)
        try:
            mother.wait_until_ready()
        except SandboxError:
            self._retire(mother)
            raise
        return mother

    def _known(self, kind: Kind) -> Mother | None:
        """Return this thread's mother of ``kind``; make room for another one where there is none.

        One whose thread is gone has died with it.
        """
        for gone in [mother for mother in self._mothers if not mother.alive]:
            self._retire(gone)
        mine = [mother for mother in self._mothers if mother.thread == threading.get_ident()]
        for mother in mine:
            if mother.kind == kind:
                self._mothers.remove(mother)
                self._mothers.append(mother)  # the one used last
                return mother
        for mother in mine[: len(mine) + 1 - MOST_MOTHERS]:
            self._retire(mother)
        return None

    def _retire(self, mother: Mother) -> None:
        if mother in self._mothers:
            self._mothers.remove(mother)
        mother.end()


def _why_cold(command: SandboxCommand) -> Cold | None:
    if command.warm is not None and command.warm.unless is not None:
        return command.warm.unless
    return None if command.gpu is None else Cold.GPU


def _own(command: SandboxCommand) -> tuple[Bind, ...]:
    """Return the binds that are this run's alone, shallowest first."""
    standing = command.warm.standing if command.warm else ()
    own = (bind for bind in command.binds if bind not in standing and bind.target != HARNESS)
    return tuple(sorted(own, key=lambda bind: len(PurePosixPath(bind.target).parts)))


def _asked(session: BubblewrapSession, mother: Mother) -> dict[str, Any]:
    """Return what the child that begins the run is told."""
    command, mode, own = session.command, session.mode, _own(session.command)
    pages = max(1, -(-command.limits.disk_bytes // PAGE))
    shown = [HARNESS, *machine_folders(), *machine_files(), *(bind.target for bind in mother.kind.standing)]
    return {
        "argv": command.argv,
        "environment": dict(command.environment),
        "uid": mode.uid if mode.as_root else None,
        "processes": nproc(session.guard, session.processes),
        "file_bytes": command.limits.disk_bytes,
        "filter": base64.b64encode(session.filter).decode(),
        "walls": {
            "shown": _outermost(shown),
            "links": machine_links(),
            "files": small_files(mode),
            "writable": [place for place in WRITABLE if not place.startswith("/dev/")],
            "bytes": pages * PAGE,
            "mode": "1777" if mode.as_root else "0700",
            "binds": mother.show(own),
            "hidden": hidden_places(own, (OUR_PACKAGE, *folders_there(command.hidden))),
        },
    }


def _outermost(paths: list[str]) -> list[str]:
    """Return those of ``paths`` that lie in no other of them."""
    each = {PurePosixPath(path) for path in paths}
    return sorted(
        str(one) for one in each if not any(one != other and one.is_relative_to(other) for other in each)
    )


def _handed(session: BubblewrapSession) -> list[int]:
    return [session.channel.inside.fileno(), session.files.status_write, session.files.output_write]
