"""The share of each run: a small class is not held short, a large one stays within what all may keep."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.model.run import MIB
from grader.orchestration.room import MOST_OF_A_BATCH, room_of_each

FREE = {"plenty": 10**12, "little": 1000 * MIB, "none": 0}


@pytest.fixture(params=FREE)
def free(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    left = FREE[request.param]
    monkeypatch.setattr("grader.orchestration.room.shutil.disk_usage", lambda _: SimpleNamespace(free=left))
    return left


def test_no_number_of_runs_keeps_more_than_a_grading_may(free: int, tmp_path: Path) -> None:
    for runs in (0, 1, 10, 200, 1400, 4000):
        each = room_of_each(runs, tmp_path)
        assert 4 * MIB <= each <= 64 * MIB
        if each > 4 * MIB:
            assert runs * each <= min(MOST_OF_A_BATCH, free // 2)


def test_a_class_of_forty_has_as_much_room_for_each_run_as_one_program_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("grader.orchestration.room.shutil.disk_usage", lambda _: SimpleNamespace(free=10**12))
    assert room_of_each(40 * 6, tmp_path) == room_of_each(1, tmp_path) == 64 * MIB
