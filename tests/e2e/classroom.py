"""Lays out a course with submissions away from the checkout, and runs the command as a user would."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.wiring import cache_folder
from tests.integration.confined import ORDINARY_USER

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "tests" / "course_programs"
GRADER = Path(sys.executable).with_name("grader")


@dataclass(frozen=True)
class Ended:
    """How one command line ended."""

    status: int
    out: str
    err: str


def lay_out_course(folder: Path) -> Path:
    """Copy the shipped course to ``folder`` and return it."""
    for name in ("assignments", "reference_solutions"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def hand_in(course: Path, student: str, assignment: str, program: Path) -> None:
    """Put ``program`` where ``student`` would hand it in for ``assignment``."""
    place = course / "submissions" / student / assignment
    place.mkdir(parents=True)
    shutil.copyfile(program, place / program.name)


def grader(
    *arguments: str | Path, cwd: Path, timeout: float = 1500, environment: dict[str, str] | None = None
) -> Ended:
    """Run the grader's command line in ``cwd``."""
    done = subprocess.run(
        [str(GRADER), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **(environment or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Ended(status=done.returncode, out=done.stdout, err=done.stderr)


class OrdinaryUser:
    """A user of this machine with a copy of the grader and of a runtime, all below one folder.

    Started by an ordinary user, tests are this user already; as root they step down.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.number = ORDINARY_USER if os.geteuid() == 0 else os.geteuid()
        packages = next((Path(sys.prefix) / "lib").glob("python3*/site-packages"))
        _link_or_copy(packages, folder / "site")
        shutil.copytree(ROOT / "grader", folder / "checkout" / "grader")
        (folder / "cache" / "runtimes").mkdir(parents=True)
        for installed in (cache_folder() / "runtimes").iterdir():
            if (installed / "grader-complete").is_file():
                _link_or_copy(installed, folder / "cache" / "runtimes" / installed.name)
        subprocess.run(
            [
                "/usr/bin/find",
                folder,
                "-type",
                "d",
                "!",
                "-perm",
                "-755",
                "-exec",
                "/usr/bin/chmod",
                "755",
                "{}",
                "+",
            ],
            check=True,
        )
        os.chown(folder / "cache", self.number, -1)

    def own(self, folder: Path) -> None:
        """Make ``folder`` and all in it the user's."""
        subprocess.run(["/usr/bin/chown", "-hR", str(self.number), folder], check=True)

    def command(self, *arguments: str | Path) -> list[str]:
        """Return the command line that runs the grader as this user."""
        step_down = ["setpriv", f"--reuid={self.number}", f"--regid={self.number}", "--clear-groups"]
        command = ["/usr/bin/python3", "-m", "grader", *map(str, arguments)]
        return command if os.geteuid() != 0 else [*step_down, *command]

    def environment(self, home: Path) -> dict[str, str]:
        """Return what the grader needs to know."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "GRADER_CACHE_DIR": str(self._folder / "cache"),
            "PYTHONPATH": f"{self._folder / 'checkout'}:{self._folder / 'site'}",
        }

    def grader(self, *arguments: str | Path, cwd: Path, timeout: float = 180) -> Ended:
        """Run the grader's command line in ``cwd``."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=cwd,
            env=self.environment(cwd),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ended(status=done.returncode, out=done.stdout, err=done.stderr)


def _link_or_copy(source: Path, target: Path) -> None:
    """Copy a folder of ten thousand files by links; on another file system, by bytes."""
    if subprocess.run(
        ["/usr/bin/cp", "-al", source, target], stderr=subprocess.DEVNULL, check=False
    ).returncode:
        shutil.rmtree(target, ignore_errors=True)
        subprocess.run(["/usr/bin/cp", "-a", source, target], check=True)


def results(course: Path, folder: str = "reports") -> dict[tuple[str, str], dict[str, Any]]:
    """Return the rows of results.json by (student, assignment)."""
    document = json.loads((course / folder / "results.json").read_text(encoding="utf-8"))
    return {(row["student"], row["assignment"]): row for row in document["submissions"]}


def real_data() -> Path:
    """Return the folder of real datasets; its absence is told loudly."""
    folder = os.environ.get("GRADER_DATA_DIR")
    if not folder or not (Path(folder) / "mnist").is_dir():
        raise RuntimeError(
            "these tests need the real datasets: set GRADER_DATA_DIR (docs/how-to/provide-data.md)"
        )
    return Path(folder)
