"""The command line on worker processes of its own: a real scheduler, TLS, every probe, bubblewrap."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import numpy as np
ax = np.loadtxt("ax.txt", skiprows=1)
ay = np.loadtxt("ay.txt", skiprows=1).astype(int)
qx = np.loadtxt("qx.txt", skiprows=1)
middles = np.array([ax[ay == digit].mean(axis=0) for digit in range(10)])
QP = ((qx[:, None, :] - middles) ** 2).sum(axis=2).argmin(axis=1)
"""

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.runtime,
    pytest.mark.slow,
    pytest.mark.takes(120, "a worker makes every probe of doctor before it takes a run"),
]


def _grader(*arguments: str, place: Path) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "grader", *arguments)
    environment = {**os.environ, "LC_ALL": "en_GB.UTF-8"}
    return subprocess.run(
        command, cwd=place, capture_output=True, text=True, env=environment, timeout=240, check=False
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one assignment that asks for an error rate alone, and two students."""
    folder = tmp_path_factory.mktemp("course")
    assignment = folder / "assignments" / "digits" / "assignment.toml"
    assignment.parent.mkdir(parents=True)
    assignment.write_text(
        'assignment.title = { pt-BR = "Algarismos", en = "Digits" }\nassignment.points = 10\n'
        'data.dataset = "digits"\ndeliver.from = ["predictions"]\nrun.runs = { min = 1, max = 1 }\n'
        'check = [{ id = "error", kind = "metric", metric = "error_rate", below = 0.2, points = 10 }]\n'
        "audits = { pair = false, placebo = false, fresh = false }\n"
    )
    for student in ("ana", "bia"):
        file = folder / "submissions" / student / "digits" / "digits.py"
        file.parent.mkdir(parents=True)
        file.write_text(f"# {student}{PROGRAM}")
    return folder


def test_a_class_is_graded_on_workers_as_it_is_here_and_what_they_made_stands_here(course: Path) -> None:
    there = _grader(
        *("grade", "submissions", "-C", ".", "-j", "2", "--gpu", "none"),
        *("--scheduler", "local"),
        place=course,
    )
    assert there.returncode == 0, there.stderr
    assert "Workers: 2; programs at a time: 2." in there.stderr
    assert "distributed" not in there.stderr
    results = json.loads((course / "reports" / "results.json").read_bytes())
    assert [one["status"] for one in results["submissions"]] == ["graded", "graded"]
    assert len({json.dumps(one["metrics"]) for one in results["submissions"]}) == 1
    runs = sorted((course / ".grader" / "runs").glob("*/*/run.json"))
    assert len(runs) == 2
    here = _grader("grade", "submissions", "-C", ".", "--gpu", "none", place=course)
    assert here.returncode == 0, here.stderr
    again = json.loads((course / "reports" / "results.json").read_bytes())
    assert [one["metrics"] for one in again["submissions"]] == [
        one["metrics"] for one in results["submissions"]
    ]
    assert sorted((course / ".grader" / "runs").glob("*/*/run.json")) == runs
