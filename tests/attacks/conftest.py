"""The confined graders of the integration tests, and classes of attackers that are graded once per mode."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.running.confining.user_ids import ROOT_MODE_UIDS
from tests.attacks.classes import (
    ANOTHER_WALL,
    WITHOUT_TENSORFLOW,
    Classroom,
    Graded,
    left_behind,
    traces,
)
from tests.integration.confined import ORDINARY_USER
from tests.integration.conftest import confined, driver, warm_driver, warm_sandbox

__all__ = ["confined", "driver", "lesson", "warm_driver", "warm_sandbox"]

collect_ignore = ["programs", "honest_programs"]


@dataclass
class Lesson:
    """Honest students graded alone, then the same among attackers; and what both left on the machine."""

    course: Path
    alone: Graded
    together: Graded
    left: dict[str, list[str]]


CLASSES = {
    "root": None,
    "user": ANOTHER_WALL | WITHOUT_TENSORFLOW,
    "everybody_as_user": None,
    "everybody_warm_as_root": None,
    "everybody_warm_as_user": None,
}
"""Whom the class graded in a mode holds, None: everybody. As an ordinary user one mode is all there is."""
if os.geteuid() != 0:
    CLASSES = {"user": None, "everybody_warm_as_user": None}


def _about(item: pytest.Item) -> set[str]:
    """Return the students that a test says something about; of a whole class: none."""
    named = {name for mark in item.iter_markers("of") for name in mark.args}
    params = getattr(item, "callspec").params  # noqa: B009 - items with a lesson have one
    return named | ({params["student"]} if "student" in params else set())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a class says nothing about: who is not in it."""
    left = []
    for item in items:
        if "lesson" in getattr(item, "fixturenames", ()):
            members = CLASSES[item.callspec.params["lesson"]]  # type: ignore[attr-defined]
            if members is not None and not _about(item) <= members:
                left.append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=pytest.mark.slow) if name.startswith("everybody") else name
        for name in CLASSES
    ],
)
def lesson(request: pytest.FixtureRequest) -> Iterator[Lesson]:
    mode = request.param.rpartition("_")[2]
    folder = Path("/var/tmp") / f"attacked-{mode}-{os.getpid()}"
    folder.mkdir(mode=0o755)
    user = ORDINARY_USER if os.geteuid() == 0 else os.geteuid()
    ids = ROOT_MODE_UIDS if mode == "root" else range(user, user + 1)
    before = traces(ids)
    try:
        classroom = Classroom(mode, folder, only=CLASSES[request.param])
        started = ("--warm",) if "warm" in request.param else ()
        alone = classroom.grade("honest", *started)
        together = classroom.grade("all", *started)
        yield Lesson(classroom.course, alone, together, left_behind(before, ids, classroom.scratch))
    finally:
        shutil.rmtree(folder)
