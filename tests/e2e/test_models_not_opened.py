"""Programs whose model the grader does not open, where only the model counts: kept for a person."""

import csv
from pathlib import Path

import pytest

from tests.e2e.classroom import PROGRAMS, grader, hand_in, lay_out_course, results

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.grading, pytest.mark.slow]

NOT_OPENED = {"modelo_proprio": "Rede", "camada_lambda": "Lambda", "camada_propria": "Peso"}


def test_a_model_that_is_not_opened_is_no_zero_and_a_broken_file_is_one(tmp_path: Path) -> None:
    course = lay_out_course(tmp_path / "course")
    for name in (*NOT_OPENED, "arquivo_quebrado"):
        hand_in(course, name, "pele", PROGRAMS / "pele" / f"{name}.py")
    ended = grader("grade", "submissions", "-j", "2", "--runs", "1", "--lang", "en", cwd=course)
    assert ended.status == 0, ended.err
    found = results(course)
    for name, told in NOT_OPENED.items():
        row = found[name, "pele"]
        assert (row["status"], row["verdict"], row["points"]) == ("not_graded", None, None)
        assert row["reason"] == "unreadable"
        assert told in ended.out
    broken = found["arquivo_quebrado", "pele"]
    assert (broken["verdict"], broken["points"]) == ("failed", 0)
    book = (course / "reports" / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()
    points = {row["student"]: row["points"] for row in csv.DictReader(book)}
    assert points == dict.fromkeys(NOT_OPENED, "") | {"arquivo_quebrado": "0"}
