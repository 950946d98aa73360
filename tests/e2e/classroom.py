"""Lays out a course with submissions away from the checkout, and runs the command as a user would."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
