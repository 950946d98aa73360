"""``grader calibrate`` with the real reference solution of digits."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.classroom import Ended, grader, lay_out_course

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.grading]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def calibrated(course: Path) -> Ended:
    return grader("calibrate", "digits", "--runs", "2", "-j", "2", "--format", "json", cwd=course)


@pytest.fixture(scope="module")
def row(calibrated: Ended) -> dict[str, Any]:
    (found,) = json.loads(calibrated.out)
    return dict(found)


@pytest.mark.takes(40, "the reference solution is run twice")
def test_it_tells_the_noise_the_chance_to_pass_and_a_bar_in_whole_rows(row: dict[str, Any]) -> None:
    assert (row["assignment"], row["metric"], row["threshold"]) == ("digits", "error_rate", 0.055)
    assert row["runs"] == len(row["values"]) == 2
    assert row["mean"] == pytest.approx(sum(row["values"]) / 2)
    assert row["resolution"] == pytest.approx(1 / 898)
    assert row["p_pass_low"] <= row["p_pass"] == 1 <= row["p_pass_high"]
    assert row["runs_to_separate"] >= 1
    assert row["mean"] < row["proposed"] <= 1
    assert row["proposed_errors"] == pytest.approx((row["mean"] + row["proposed_margin"]) * 898 - 0.5)


def test_its_record_has_the_rows_of_a_run(course: Path, row: dict[str, Any]) -> None:
    record = json.loads((course / "reference_solutions" / "digits" / "record.json").read_text())
    assert record["rows"]["n"] == 898
    assert record["metrics"][0]["values"] == row["values"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("proposed threshold", "runs that tell the mean from the threshold")),
        ("pt-BR", ("limiar proposto", "execuções que separam a média do limiar")),
    ],
)
def test_kept_runs_are_told_again_in_either_language(
    course: Path, calibrated: Ended, language: str, words: tuple[str, str]
) -> None:
    assert calibrated.status == 0
    again = grader("calibrate", "digits", "--runs", "2", "--lang", language, cwd=course, timeout=60)
    assert again.status == 0, again.err
    shown = " ".join(again.out.split())
    for one in words:
        assert one in shown


def test_a_bar_the_reference_cannot_meet_is_not_blessed(course: Path, calibrated: Ended) -> None:
    assert calibrated.status == 0
    file = course / "assignments" / "digits" / "assignment.toml"
    asked = file.read_text(encoding="utf-8")
    file.write_text(asked.replace("below = 0.055", "below = 0.002"), encoding="utf-8")
    found = grader("calibrate", "digits", "--runs", "2", "--format", "json", cwd=course, timeout=60)
    file.write_text(asked, encoding="utf-8")
    assert found.status == 1
    assert json.loads(found.out)[0]["p_pass"] == 0
