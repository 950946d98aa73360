"""Where a case of the conformance suite works: the sandbox, and a folder of this machine."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from grader.model.run import MIB, Bind, Limits, SandboxCommand, SandboxOutcome, Wanted
from grader.plugins.interfaces import Sandbox

DEFAULTS = Limits(wall_seconds=20, memory_bytes=256 * MIB, disk_bytes=4 * MIB, processes=64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Testbed:
    """A sandbox under test.

    ``folder`` is readable for everybody on this machine and belongs to one case; ``python`` is an
    interpreter (3.7 or newer) by its path inside, ``binds`` what it needs to be there. ``token`` is a
    word that stands nowhere else: what carries it comes from this case.
    """

    sandbox: Sandbox
    folder: Path
    python: str
    binds: tuple[Bind, ...] = ()
    token: str = field(default_factory=lambda: f"conformance{secrets.token_hex(8)}")
    _numbers: Iterator[int] = field(default_factory=count)

    def command(
        self,
        code: str,
        *,
        limits: Limits = DEFAULTS,
        wanted: tuple[Wanted, ...] = (),
        binds: tuple[Bind, ...] = (),
        rows: Path | None = None,
    ) -> SandboxCommand:
        """Return the command that runs Python ``code``; its command line carries the token."""
        return SandboxCommand(
            argv=(self.python, "-c", code, self.token),
            binds=(*self.binds, *binds),
            environment=(("HOME", "/tmp/home"), ("PATH", "/usr/bin:/bin")),  # noqa: S108 - inside
            limits=limits,
            wanted=wanted,
            into=self.folder / f"into-{next(self._numbers)}",
            rows_on_request=rows,
        )

    def run(
        self,
        code: str,
        *,
        limits: Limits = DEFAULTS,
        wanted: tuple[Wanted, ...] = (),
        binds: tuple[Bind, ...] = (),
        rows: Path | None = None,
    ) -> SandboxOutcome:
        """Run Python ``code`` in the sandbox."""
        return self.sandbox.run(self.command(code, limits=limits, wanted=wanted, binds=binds, rows=rows))

    def shown(self, name: str, content: bytes) -> Path:
        """Return a new file of this case's folder that everybody may read."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.parent.chmod(0o755)
        path.write_bytes(content)
        path.chmod(0o644)
        return path

    def alive(self) -> tuple[int, ...]:
        """Return the processes of this machine whose command line carries the token."""
        token = self.token.encode()
        return tuple(number for number, line in _command_lines() if token in line)

    def running(self, command: SandboxCommand) -> tuple[int, ...]:
        """Return the processes of this machine that are the program of ``command`` itself."""
        told = b"\0".join(part.encode() for part in command.argv)
        # One that was forked and not started anew may have more room for its command line than it needs.
        return tuple(number for number, line in _command_lines() if line.rstrip(b"\0") == told)


def _command_lines() -> Iterator[tuple[int, bytes]]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield int(path.parent.name), path.read_bytes()
        except OSError:  # it has just ended
            continue
