"""Attackers in a class change nothing for the others, for the grader and for the machine."""

import os

import pytest

from grader.running.owned_names import new_name
from tests.attacks.classes import HONEST, WITHOUT_TENSORFLOW, _below
from tests.attacks.conftest import Lesson

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.grading]

HOSTILE_AT_LEAST = 15
"""In the smallest class; the others have twice as many."""
GROWTH_KIB = 48 * 1024
"""Rows, pages and logs of forty students take some; a flood of one would take more."""


@pytest.mark.takes(150, "two classes are graded, and four attackers let their time run out")
def test_every_submission_has_a_grade_and_none_is_our_failure(lesson: Lesson) -> None:
    rows = lesson.together.rows
    assert lesson.together.ended.status == 0, lesson.together.ended.err
    assert len(rows) - len(lesson.alone.rows) >= HOSTILE_AT_LEAST
    assert {student: found["reason"] for student, found in rows.items() if found["status"] != "graded"} == {}


def test_honest_students_get_the_same_among_attackers(lesson: Lesson) -> None:
    kept = ("verdict", "points", "evidence", "reason")
    assert set(lesson.alone.rows) <= {program.stem for program in HONEST.iterdir()}
    assert len(lesson.alone.rows) >= len(WITHOUT_TENSORFLOW)
    for student, found in lesson.alone.rows.items():
        among = lesson.together.rows[student]
        assert among["runs"][0]["status"] == "ok", among["runs"]
        assert [found[name] for name in kept] == [among[name] for name in kept], student
        assert found["metrics"]["error_rate"]["value"] == among["metrics"]["error_rate"]["value"], student


@pytest.mark.parametrize(
    "student",
    [
        pytest.param("fortran", marks=pytest.mark.attack("honest_fortran_scores")),
        pytest.param("knn", marks=pytest.mark.attack("honest_numpy_only")),
        pytest.param("network", marks=pytest.mark.attack("honest_network", "honest_readers")),
        pytest.param("threads", marks=pytest.mark.attack("honest_threads")),
        pytest.param("tqdm_bars", marks=pytest.mark.attack("honest_progress_bars")),
    ],
)
def test_honest_look_alikes_are_graded_on_what_they_got_right(lesson: Lesson, student: str) -> None:
    found = lesson.together.rows[student]
    assert found["status"] == "graded"
    assert found["verdict"] != "failed"
    assert next(check for check in found["checks"] if check["id"] == "error")["points"] == 6


def test_what_a_grader_of_the_class_left_would_be_known_by_its_name() -> None:
    assert "-".join(new_name().split("-")[2:4]) in set(_below(os.getpid()))


def test_nothing_is_left_on_the_machine(lesson: Lesson) -> None:
    assert {what: found for what, found in lesson.left.items() if found} == {}


def test_the_graders_memory_does_not_grow_with_attackers(
    lesson: Lesson, pytestconfig: pytest.Config, capfd: pytest.CaptureFixture[str]
) -> None:
    few, many = lesson.alone, lesson.together
    told = (
        f"the grader's peak memory: {few.peak_kib} KiB with {len(few.rows)} submissions, "
        f"{many.peak_kib} KiB with {len(many.rows)}"
    )
    with capfd.disabled():
        pytestconfig.get_terminal_writer().line(f"\n{told}")
    assert many.peak_kib < few.peak_kib + GROWTH_KIB, told


def test_no_secret_of_a_run_lies_in_the_reports(lesson: Lesson) -> None:
    for reports in ("reports-honest", "reports-all"):
        names = [path.name for path in (lesson.course / reports).rglob("*")]
        assert not [name for name in names if "order" in name or "canar" in name or name.endswith(".npy")]
        key = (lesson.course / ".grader" / "certificate.key").read_bytes().strip()
        written = [path.read_bytes() for path in (lesson.course / reports).rglob("*") if path.is_file()]
        assert not any(key in content for content in written), "also not where a program printed what it read"
        assert (lesson.course / ".grader").stat().st_mode & 0o077 == 0
