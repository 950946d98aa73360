"""Sandboxes for tests, in both modes: of root in this process, of an ordinary user in a child."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pytest

import grader
from grader.plugins.interfaces import Sandbox
from grader.running.bubblewrap_sandbox import BubblewrapSandbox

DRIVER = Path(__file__).with_name("sandbox_driver.py")
sys.path.insert(0, str(DRIVER.parent))
from sandbox_driver import answer  # noqa: E402 - the driver is also a program of its own

ORDINARY_USER = 65533
INNER_PYTHON = "/usr/bin/python3"
MIB = 1024 * 1024
MODES = ("root", "user") if os.geteuid() == 0 else ("user",)


@dataclass
class Driver:
    """A grader of an ordinary user, in a process of its own; started when first asked."""

    folder: Path
    as_root: bool = False
    process: "subprocess.Popen[str] | None" = None

    def command_line(self) -> list[str]:
        drop = ["setpriv", "--reuid", str(ORDINARY_USER), "--regid", str(ORDINARY_USER)]
        user = [*drop, "--clear-groups"] if os.geteuid() == 0 and not self.as_root else []
        return [*user, INNER_PYTHON, "-B", str(self.folder / DRIVER.name)]

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.command_line(),
            env={"PYTHONPATH": str(self.folder), "GRADER_TEST_SECRET": "a secret of the grader"},
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

    def run(self, code: str, **options: Any) -> SimpleNamespace:
        """Run Python ``code``; ``options`` are limits, or parts of the command."""
        return SimpleNamespace(**self.answer(self.request(code, **options)))

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.mode == "root":
            return answer(self.sandbox, request)
        return self.driver.answer(request)

    def request(self, code: str, **options: Any) -> dict[str, Any]:
        self.number += 1
        command = {
            "argv": [INNER_PYTHON, "-c", code],
            "binds": [],
            "environment": [["HOME", "/tmp/home"], ["PATH", "/usr/bin:/bin"]],
            "wanted": [],
            "into": str(self.into),
            "slot": 0,
            "rows": None,
        }
        limits = {"wall_seconds": 10, "memory_bytes": 512 * MIB, "disk_bytes": 8 * MIB}
        for name, value in options.items():
            (command if name in command else limits)[name] = value
        return {**command, "limits": limits}

    @property
    def into(self) -> Path:
        """Where the files of the latest run were collected."""
        return self.folder / f"into-{self.number}"


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    folder = Path(tempfile.mkdtemp(prefix="ordinary-"))
    folder.chmod(0o755)
    package = Path(grader.__file__).parent
    (folder / "grader").mkdir()
    for name in ("__init__.py", "model", "words", "plugins", "running"):
        source = package / name
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / "grader" / name, ignore=ignore)
        else:
            shutil.copy(source, folder / "grader" / name)
    shutil.copy(DRIVER, folder)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    driver = Driver(folder)
    yield driver
    driver.stop()
    shutil.rmtree(folder)


@pytest.fixture(params=MODES)
def confined(request: pytest.FixtureRequest, driver: Driver) -> Iterator[Confined]:
    folder = Path(tempfile.mkdtemp(prefix="shown-"))
    folder.chmod(0o755)
    if request.param == "user" and os.geteuid() == 0:
        os.chown(folder, ORDINARY_USER, ORDINARY_USER)
    yield Confined(request.param, folder, driver, BubblewrapSandbox())
    shutil.rmtree(folder)


def _pipes(process: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout
