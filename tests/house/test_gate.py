"""The gate is not passed by a run of tests that was cut short, nor by one that takes long for no reason."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHORT_AND_LONG = """
import time
import pytest

def test_short(): pass

def test_long(): time.sleep(0.3)

@pytest.mark.takes(1, "it sleeps")
def test_long_and_says_why(): time.sleep(0.3)
"""
ENDS_ITS_WORKER = """
import os

def pytest_runtest_logfinish(nodeid, location):
    if nodeid.endswith("[3]") and "PYTEST_XDIST_WORKER" in os.environ:
        os._exit(0)
"""
SIX = """
import pytest

@pytest.mark.parametrize("number", range(6))
def test_of_six(number):
    assert number < 6
"""

LONG = """
@pytest.mark.takes(60, "it says so")
def test_at_the_end_of_its_file(): pass
"""


@dataclass
class Course:
    """A folder of tests that is run as the gate runs ours."""

    folder: Path

    def run(self, tests: str, *options: str, conftest: str = "") -> "subprocess.CompletedProcess[str]":
        (self.folder / "conftest.py").write_text(conftest)
        (self.folder / "test_these.py").write_text(tests)
        (self.folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    takes(seconds, why)\n")
        plugins = ["-p", "xdist.plugin", "-p", "tests.gate", "-p", "tests.workers"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *plugins, *options],
            cwd=self.folder,
            env={**kept, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


def test_the_tests_of_a_file_stay_with_one_worker_and_the_longest_begin_first(course: Course) -> None:
    for name in ("short", "other"):
        (course.folder / f"test_{name}.py").write_text(SIX)
    (course.folder / "test_long.py").write_text(SIX + LONG)
    done = course.run(SIX, "-n", "2", "-vv")
    assert done.returncode == 0
    ran = re.findall(r"^\[(gw\d)\] .* PASSED (test_\w+)\.py", done.stdout, re.MULTILINE)
    assert len(ran) == 4 * 6 + 1
    assert len({file for _, file in ran}) == len(set(ran))
    with_the_long = next(worker for worker, file in ran if file == "test_long")
    assert next(file for worker, file in ran if worker == with_the_long) == "test_long"


def test_a_worker_that_ends_between_two_tests_fails_the_run(course: Course) -> None:
    two = ("-n", "2", "--max-worker-restart", "0")
    done = course.run(SIX, *two, conftest=ENDS_ITS_WORKER)
    assert done.returncode != 0
    assert "node down" in done.stdout


def test_a_test_that_ends_the_run_well_does_not_pass_the_gate(course: Course) -> None:
    done = course.run(SIX + "    if number == 3: pytest.exit('enough', returncode=0)\n")
    assert done.returncode == 1
    told = done.stdout.partition("tests never ended")[2]
    assert "test_of_six[2]" not in told
    assert "test_of_six[5]" in told


def test_a_long_test_needs_a_reason_and_times_are_kept_from_run_to_run(course: Course) -> None:
    file = course.folder / "build" / "times.json"
    bounded = ("--times", str(file), "--longest", "0.2")
    assert course.run(SHORT_AND_LONG, *bounded, "-k", "why").returncode == 0
    done = course.run(SHORT_AND_LONG, *bounded, "-k", "not why")
    assert done.returncode == 1
    shown = done.stdout.partition("THE GATE IS SHUT")[2]
    assert "test_these.py::test_long\n" in shown
    assert "test_short" not in shown
    told = json.loads(file.read_text())
    assert {name.partition("::")[2] for name in told} == {"test_short", "test_long", "test_long_and_says_why"}
    assert list(told)[-1].endswith("test_short")
    assert told["test_these.py::test_long"]["seconds"] >= 0.3
