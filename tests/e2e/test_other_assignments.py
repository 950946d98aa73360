"""``-a`` grades the assignment named and nothing else."""

from pathlib import Path

import pytest

from tests.e2e.classroom import grader, lay_out_course, results

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.grading]


def test_work_for_another_assignment_is_not_graded_as_the_one_named(tmp_path: Path) -> None:
    course = lay_out_course(tmp_path / "course")
    for slug in ("digits", "pele"):
        place = course / "submissions" / "eva" / slug
        place.mkdir(parents=True)
        (place / f"{slug}.py").write_text("QP = [0] * 898\n")
    ended = grader(
        "grade", "submissions", "-a", "pele", "--runs", "1", "--lang", "en", cwd=course, timeout=120
    )
    assert ended.status == 0, ended.err
    assert set(results(course)) == {("eva", "pele")}
    assert "passed over" not in ended.err
