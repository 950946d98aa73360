"""The command of a container engine: where it is, whether its engine answers, the image it keeps for us."""

import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.model.errors import SandboxError, SandboxUnavailable
from grader.running.containers.arguments import (
    DOCKER,
    PODMAN,
    Dialect,
    empty_image,
    image_name,
    remove_arguments,
    version_of,
)
from grader.running.inside import machine_links
from grader.running.owned_names import is_orphan
from grader.words.catalogue import say
from grader.words.problems import problem_at

PROGRAMS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ANSWER_SECONDS = 60
_NOTHING = "/nonexistent"
_MOST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Answered:
    """What a command of the engine's answered."""

    well: bool
    told: str
    words: str
    """What it said besides, on one line."""


class EngineClient:
    """One engine of this machine, as user ``user``.

    ``program`` is its command, else the first of its name on the path ``search``.
    """

    def __init__(self, dialect: Dialect, *, program: Path | None, search: str, user: int) -> None:
        self.dialect = dialect
        self.user = user
        self.version = ""
        self._program = program
        self._search = search
        self._image = ""

    @property
    def as_root(self) -> bool:
        """Whether the engine is root's, so that users inside are users of the machine."""
        return self.user == 0

    def require(self) -> None:
        """Return when the engine answers, and is new enough.

        Raises:
            SandboxUnavailable: it does not; the message says why and what to do.
        """
        name, needed = self.dialect.name, ".".join(map(str, self.dialect.needed))
        if self._program is None:
            path = shutil.which(name, path=self._search)
            if path is None:
                raise SandboxUnavailable(
                    say(
                        "engine-not-installed",
                        engine=name,
                        program=name,
                        package=self.dialect.package,
                        needed=needed,
                    )
                )
            self._program = Path(path)
        if not self.version:
            answered = self.ask(*self.dialect.version)
            if not answered.well:
                mend = self.dialect.start_as_root if self.as_root else self.dialect.start
                raise SandboxUnavailable(
                    say("engine-not-answering", engine=name, reason=answered.words, mend=mend)
                )
            self.version = ".".join(map(str, version_of(answered.told)))
        if version_of(self.version) < self.dialect.needed:
            raise SandboxUnavailable(
                say(
                    "engine-too-old",
                    engine=name,
                    found=self.version,
                    needed=needed,
                    package=self.dialect.package,
                )
            )

    def require_image(self) -> str:
        """Return the name of an image without a single file, made here where the engine has none.

        Raises:
            SandboxError: the engine does not take it.
        """
        if not self._image:
            image = empty_image(machine_links())
            name = image_name(image)
            if not self.ask("image", "inspect", name).well:
                taken = self.ask("import", "-", name, content=image)
                if not taken.well:
                    raise SandboxError(say("sandbox-not-started", reason=taken.words))
            self._image = name
        return self._image

    def sweep(self) -> None:
        """Take away the containers of graders of this machine that were killed."""
        names = self.ask("ps", "--all", "--filter", "name=grader-", "--format", "{{.Names}}").told.split()
        for name in filter(is_orphan, names):
            self.ask(*remove_arguments(name))

    def ask(self, *words: str, content: bytes = b"") -> Answered:
        """Return what the engine answers to a command.

        Raises:
            SandboxError: it does not answer in time, or cannot be started.
        """
        try:
            done = subprocess.run(
                self.command_line(*words),
                env=self.environment(),
                cwd="/",
                input=content,
                capture_output=True,
                timeout=ANSWER_SECONDS,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise SandboxError(say("sandbox-not-started", reason=problem_at(error))) from error
        words_said = " ".join(done.stderr.decode(errors="replace").split())[-_MOST_WORDS:]
        return Answered(done.returncode == 0, done.stdout.decode(errors="replace"), words_said or "-")

    def command_line(self, *words: str) -> list[str]:
        """Return the command line for ``words``: no other engine than this machine's own is ever asked."""
        return [str(self._program), *self._global(), *words]

    def environment(self) -> dict[str, str]:
        """Return what the client needs to find its engine: nothing of the grader's own environment."""
        variables = {"PATH": PROGRAMS, "HOME": pwd.getpwuid(self.user).pw_dir}
        runtime = Path(f"/run/user/{self.user}")
        if runtime.is_dir():
            variables["XDG_RUNTIME_DIR"] = str(runtime)
        return variables

    def _global(self) -> Sequence[str]:
        return ()


class DockerClient(EngineClient):
    """Docker's own client, with the socket named: no context, no configuration, no other machine."""

    def __init__(self, *, program: Path | None, search: str, user: int, socket: Path | None = None) -> None:
        super().__init__(DOCKER, program=program, search=search, user=user)
        self._socket = socket

    def _global(self) -> Sequence[str]:
        own = Path("/var/run/docker.sock" if self.as_root else f"/run/user/{self.user}/docker.sock")
        return ("--config", _NOTHING, "--host", f"unix://{self._socket or own}")


def podman_client(*, program: Path | None, search: str, user: int) -> EngineClient:
    """Return podman: it has no engine that would have to run, and is its user's own."""
    return EngineClient(PODMAN, program=program, search=search, user=user)
