"""A mother: a process inside bubblewrap that has libraries loaded, and is asked to fork runs.

She is started once and told nothing of any run. What a run needs of this machine's files lies, while it
lasts, in her room: a folder that she is shown as a whole and that no run sees.
"""

import array
import json
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.model.errors import SandboxError
from grader.model.run import MIB, Bind, Limits, SandboxCommand
from grader.running.bubblewrap.arguments import Descriptors, bubblewrap_arguments
from grader.running.bubblewrap.process import Files
from grader.running.inside import HARNESS, OUR_PACKAGE, Mode, folders_there, small_files
from grader.running.owned_names import new_name
from grader.running.staging.workspace import harness_folder
from grader.running.supervising.sandbox_process import readable, start_apart
from grader.running.supervising.supervise import Output
from grader.words.catalogue import say

PROGRAM = f"{HARNESS}/mother.py"
ROOM = "/runs"
READY_SECONDS = 120.0
ANSWER_SECONDS = 10.0
PADDING = 32 * 1024
"""So much of her command line a run may write its own over."""
FORK = b"F"
LONGEST = 1 << 20
POWERS = ("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SETPCAP")
POWERS_OF_ROOT = ("CAP_SETUID", "CAP_SETGID")
_LIMITS = Limits(wall_seconds=READY_SECONDS, memory_bytes=1024 * MIB, disk_bytes=64 * MIB)


@dataclass(frozen=True, slots=True)
class Kind:
    """What two runs must have in common to be of one mother."""

    python: str
    modules: tuple[str, ...]
    standing: tuple[Bind, ...]
    environment: tuple[tuple[str, str], ...]
    hidden: tuple[Path, ...]

    @classmethod
    def of(cls, command: SandboxCommand) -> "Kind":
        """Return the kind of ``command``, which can be started warm."""
        assert command.warm is not None  # noqa: S101 - looked at before
        return cls(
            command.argv[0],
            command.warm.modules,
            command.warm.standing,
            # More threads than her own would be hers; a run is told its number when it begins.
            tuple((k, "1" if k == "OPENBLAS_NUM_THREADS" else v) for k, v in command.environment),
            command.hidden,
        )


class Mother:
    """One mother, started by this thread and used by no other: she dies with the thread."""

    def __init__(self, kind: Kind, *, as_root: bool, bwrap: Path) -> None:
        """Start her; :meth:`wait_until_ready` before the first fork."""
        self.kind = kind
        self.thread = threading.get_ident()
        self.runs = 0
        self.names: frozenset[str] = frozenset()
        """What she has loaded, by names without dots."""
        self._held = ExitStack()
        try:
            self._start(as_root=as_root, bwrap=bwrap)
        except BaseException:
            self.end()
            raise

    def _start(self, *, as_root: bool, bwrap: Path) -> None:
        mode = Mode.root(0) if as_root else Mode.ordinary()
        folder = tempfile.TemporaryDirectory(prefix=f"{new_name()}-", ignore_cleanup_errors=True)
        place = Path(self._held.enter_context(folder))
        self._room = place / "room"
        self._room.mkdir()
        harness = place / "harness"
        shutil.copytree(harness_folder(), harness)
        for path in (place, harness, *harness.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        self.wire, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._held.callback(self.wire.close)
        files = Files(self._held, b"", small_files(mode))
        descriptors = Descriptors(
            seccomp=None, info=files.info, control=inside.fileno(), status=files.status_write, etc=files.etc
        )
        arguments = bubblewrap_arguments(
            self._command(harness),
            mode=mode,
            descriptors=descriptors,
            harness=harness,
            hidden=(OUR_PACKAGE, *folders_there(self.kind.hidden)),
            powers=POWERS + (POWERS_OF_ROOT if as_root else ()),
        )
        given = files.memory("arguments", b"".join(a.encode() + b"\0" for a in arguments))
        program = [self.kind.python, PROGRAM, ",".join(self.kind.modules), "x" * PADDING]
        self.process = start_apart(
            [str(bwrap), "--args", str(given), *program],
            {},
            words=files.output_write,
            inherited=[given, files.info, inside.fileno(), *(number for _, number in files.etc)],
        )
        self._output = Output(files.output_read, keep=64 * 1024)
        files.close_inside()
        inside.close()

    def _command(self, harness: Path) -> SandboxCommand:
        binds = (
            *self.kind.standing,
            Bind(source=self._room, target=ROOM),
            Bind(source=harness, target=HARNESS),
        )
        return SandboxCommand(
            argv=(self.kind.python,),
            binds=binds,
            environment=self.kind.environment,
            limits=_LIMITS,
            wanted=(),
            into=self._room,
            hidden=self.kind.hidden,
        )

    def wait_until_ready(self) -> None:
        """Return when everything is loaded.

        Raises:
            SandboxError: she has ended, or is not ready in time.
        """
        told = self.answer(READY_SECONDS)
        if "threads" not in told:
            raise SandboxError(say("sandbox-not-started", reason=told.get("failed") or self.said()))
        self.names = frozenset(told["names"])

    @property
    def alive(self) -> bool:
        """Whether she has not ended."""
        return self.process.poll() is None

    def said(self) -> str:
        """Return her own words so far, or a dash."""
        self._output.drain()
        return self._output.kept.decode(errors="replace").strip()[-500:] or "-"

    def show(self, binds: Sequence[Bind]) -> list[tuple[str, str]]:
        """Lay the run's own files into the room and return pairs of where she and where the run sees them."""
        self.clear()
        pairs = []
        for number, bind in enumerate(binds):
            target = self._room / str(number)
            if bind.source.is_dir():
                shutil.copytree(bind.source, target, copy_function=_link)
            else:
                _link(str(bind.source), str(target))
            pairs.append((f"{ROOM}/{number}", bind.target))
        return pairs

    def clear(self) -> None:
        """Leave nothing of a run in the room."""
        for path in self._room.iterdir() if self._room.is_dir() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def fork(self, asked: dict[str, Any], descriptors: Sequence[int]) -> None:
        """Ask for a run; who is forked says R on the control channel that is handed over.

        Raises:
            SandboxError: she is gone.
        """
        self.runs += 1
        self._output.drain()
        handed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        try:
            self.wire.send(FORK)
            self.wire.sendmsg([json.dumps(asked).encode()], handed)
        except OSError as error:
            raise SandboxError(say("sandbox-not-started", reason=self.said())) from error

    def answer(self, seconds: float) -> dict[str, Any]:
        """Return what she tells next; nothing when she is gone or says nothing in this time."""
        if not readable([self.wire.fileno()], seconds):
            return {}
        with suppress(OSError, ValueError):
            told: dict[str, Any] = json.loads(self.wire.recv(LONGEST) or b"{}")
            return told
        return {}

    def end(self) -> None:
        """End her, and everything that she has forked; leave no file of hers."""
        process = getattr(self, "process", None)
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            process.wait()
        self._held.close()


def _link(source: str, target: str) -> str:
    """Give a file a second name, or copy it where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        shutil.copymode(source, target)
    return target
