"""The notes' own program 5, all 80 epochs of it, on the real data."""

from pathlib import Path

import pytest

from tests.e2e.classroom import PROGRAMS, grader, hand_in, lay_out_course, real_data, results

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.data, pytest.mark.slow]


def test_program_5_is_measured_between_1_5_and_1_9_per_cent_from_captured_predictions(
    tmp_path: Path,
) -> None:
    real_data()
    course = lay_out_course(tmp_path / "course")
    hand_in(course, "notes", "mnist-dense", PROGRAMS / "mnist" / "programa5.py")
    ended = grader("grade", "submissions", "--runs", "1", "--lang", "en", cwd=course)
    assert ended.status == 0, ended.err
    row = results(course)["notes", "mnist-dense"]
    assert row["evidence"] == "captured"
    assert 0.015 <= row["metrics"]["error_rate"]["value"] <= 0.019
    assert row["findings"] == []
