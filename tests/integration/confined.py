"""Runs programs confined for tests: as root in this process, as an ordinary user in a child."""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from grader.plugins.interfaces import Sandbox
from tests.integration.promises import Promises
from tests.integration.sandbox_driver import answer

DRIVER = Path(__file__).with_name("sandbox_driver.py")

ORDINARY_USER = 65533 - int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
"""One for each worker: the kernel counts processes by user, and no test shall feel another one's."""
IN_ENVIRONMENT = "a secret of the grader"
"""Stands in the grader's environment."""
INNER_PYTHON = "/usr/bin/python3"
MIB = 1024 * 1024
MODES = ("root", "user") if os.geteuid() == 0 else ("user",)


@dataclass
class Driver:
    """A grader of an ordinary user, in a process of its own; started when first asked."""

    folder: Path
    as_root: bool = False
    process: "subprocess.Popen[str] | None" = None
    warm: bool = False

    def command_line(self) -> list[str]:
        drop = ["setpriv", "--reuid", str(ORDINARY_USER), "--regid", str(ORDINARY_USER)]
        user = [*drop, "--clear-groups"] if os.geteuid() == 0 and not self.as_root else []
        # A shell that starts tests in the background has them ignore Ctrl-C; a person's shell does not.
        return [
            "/usr/bin/env",
            "--default-signal=INT",
            *user,
            INNER_PYTHON,
            "-B",
            str(self.folder / DRIVER.name),
            *(["warm"] if self.warm else []),
        ]

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.command_line(),
            env={"PYTHONPATH": str(self.folder), "GRADER_TEST_SECRET": IN_ENVIRONMENT},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.process is None:
            self.process = self.start()
        ask, hear = _pipes(self.process)
        ask.write(json.dumps(request) + "\n")
        ask.flush()
        answered: dict[str, Any] = json.loads(hear.readline())
        return answered

    def stop(self) -> None:
        if self.process is not None:
            with self.process:
                self.process.communicate()


@dataclass
class Confined:
    """Runs programs confined in one mode, and says what came of them."""

    mode: str
    folder: Path
    """World-readable; things to bind lie here."""
    driver: Driver
    sandbox: Sandbox
    number: int = field(default=0)
    promises: Promises | None = None
    told: list[str] = field(default_factory=list)
    """All that came out of the runs."""

    def run(self, code: str, **options: Any) -> SimpleNamespace:
        """Run Python ``code``; ``options`` are limits, or parts of the command."""
        return SimpleNamespace(**self.answer(self.request(code, **options)))

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        here = self.mode == "root"
        answered = answer(self.sandbox, request) if here else self.driver.answer(request)
        self.told.append(str(answered["text"]))
        for name in answered.get("collected", ()):
            self.told.append((Path(request["into"]) / name).read_bytes().decode(errors="replace"))
        return answered

    def keep_promises(self) -> None:
        """Fail unless the machine is as it was before the runs, and nothing came out of it."""
        if self.promises is not None:
            process = self.driver.process
            grader = process.pid if process is not None and self.mode == "user" else os.getpid()
            self.promises.kept(grader, "\n".join(self.told))
            assert IN_ENVIRONMENT not in "\n".join(self.told)

    def request(self, code: str, **options: Any) -> dict[str, Any]:
        self.number += 1
        marker = [self.promises.marker] if self.promises else []
        command = {
            "argv": [INNER_PYTHON, "-c", code, *marker],
            "binds": [],
            "environment": [["HOME", "/tmp/home"], ["PATH", "/usr/bin:/bin"]],
            "wanted": [],
            "into": str(self.into),
            "slot": 0,
            "rows": None,
            "hidden": [],
        }
        limits = {"wall_seconds": 10, "memory_bytes": 512 * MIB, "disk_bytes": 8 * MIB}
        for name, value in options.items():
            (command if name in command else limits)[name] = value
        return {**command, "limits": limits}

    @property
    def into(self) -> Path:
        """Where the files of the latest run were collected."""
        return self.folder / f"into-{self.number}"


def _pipes(process: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout
