"""The confined graders of the integration tests, and classes of attackers that are graded once per mode."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.running.user_ids import ROOT_MODE_UIDS
from tests.attacks.classes import Classroom, Graded, left_behind, traces
from tests.integration.confined import MODES, ORDINARY_USER
from tests.integration.conftest import confined, driver

__all__ = ["confined", "driver", "lesson"]

collect_ignore = ["programs", "honest_programs"]


@dataclass
class Lesson:
    """Honest students graded alone, then the same among attackers; and what both left on the machine."""

    course: Path
    alone: Graded
    together: Graded
    left: dict[str, list[str]]


@pytest.fixture(scope="session", params=MODES)
def lesson(request: pytest.FixtureRequest) -> Iterator[Lesson]:
    folder = Path("/var/tmp") / f"attacked-{request.param}-{os.getpid()}"
    folder.mkdir(mode=0o755)
    user = ORDINARY_USER if os.geteuid() == 0 else os.geteuid()
    ids = ROOT_MODE_UIDS if request.param == "root" else range(user, user + 1)
    before = traces(ids)
    try:
        classroom = Classroom(request.param, folder)
        alone = classroom.grade("honest")
        together = classroom.grade("all")
        yield Lesson(classroom.course, alone, together, left_behind(before, ids, classroom.scratch))
    finally:
        shutil.rmtree(folder)
