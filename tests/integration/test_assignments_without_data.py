"""An assignment that has no data is graded for what a program does: it runs, draws, holds, imports."""

import json
from pathlib import Path

import pytest

from grader.cli.main import run
from grader.cli.selftest import with_programs
from grader.coursefiles.load_course import load_course
from grader.model.errors import CourseError
from grader.wiring import known_names

TOML = """
[assignment]
title = { pt-BR = "Um gráfico", en = "A chart" }
points = 7

[[check]]
id = "drawn"
kind = "figure"
axes = 2
images = 1
colours = ["blue", "red"]
points = 2

[[check]]
id = "runs"
kind = "runs"
points = 1

[[check]]
id = "squares"
kind = "values"
points = 2
values = [
  { names = ["squares"], equals = [0, 1, 4, 9], dtype = ["int"] },
  { names = ["mean"], equals = 3.5 },
]

[[check]]
id = "modules"
kind = "imports"
forbid = ["wave", "sklearn.svm"]
points = 2
"""
FORBIDDEN = """
import importlib
importlib.import_module("wave")
print(1 / 0)
"""
DRAWS = """
import matplotlib.pyplot as plt
import numpy as np
squares = np.arange(4) ** 2
mean = squares.mean() + 1
left, right = plt.subplots(1, 2)[1]
left.set_title("Ankle boot", color="navy")
left.imshow([[0, 1], [2, 3]])
right.set_xlabel("Sneaker", color="r")
plt.show()
"""


def _course(folder: Path, toml: str = TOML) -> Path:
    place = folder / "assignments" / "chart"
    place.mkdir(parents=True)
    (place / "assignment.toml").write_text(toml, encoding="utf-8")
    return folder


@pytest.mark.takes(60, "two cold runs, one of them with matplotlib")
@pytest.mark.sandbox
@pytest.mark.runtime
def test_it_is_graded_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course = _course(tmp_path / "course")
    for student, text in (("ana", DRAWS), ("bia", FORBIDDEN)):
        place = tmp_path / "in" / student / "chart"
        place.mkdir(parents=True)
        (place / "chart.py").write_text(text)
    assert run(["grade", str(tmp_path / "in"), "-C", str(course), "-q", "--lang", "en"]) == 0
    results = json.loads((course / "reports" / "results.json").read_bytes())
    points = {one["student"]: (one["points"], one["verdict"]) for one in results["submissions"]}
    assert points == {"ana": (6.0, "failed"), "bia": (0.0, "failed")}
    ana, bia = sorted(results["submissions"], key=lambda one: str(one["student"]))
    assert (ana["evidence"], ana["metrics"], ana["findings"]) == (None, {}, [])
    assert [check["outcome"] for check in bia["checks"]] == ["failed"] * 4
    assert "mean: there is 4.5; expected is 3.5." in ana["checks"][2]["message"]["en"]
    assert (
        "squares, mean: the program ended without any of these variables."
        in bia["checks"][2]["message"]["en"]
    )
    assert "ZeroDivisionError" in bia["checks"][1]["message"]["en"]
    assert "forbids: wave." in bia["checks"][3]["message"]["en"]
    assert "ana" in capsys.readouterr().out


def test_what_looks_at_predictions_is_a_mistake_without_data(tmp_path: Path) -> None:
    wrong = TOML.replace(
        "[[check]]",
        '[deliver]\nfrom = ["predict"]\n\n[[check]]\nid = "error"\nkind = "metric"\n'
        'metric = "error_rate"\nbelow = 0.1\npoints = 0\n\n[[check]]',
        1,
    )
    with pytest.raises(CourseError) as caught:
        load_course(_course(tmp_path, wrong), known_names())
    assert [message.code for message in caught.value.messages] == ["GR152", "GR153"]
    assert "check.error" in caught.value.messages[1].en


def test_what_a_run_depends_on_is_told_apart_from_an_assignment_with_data(tmp_path: Path) -> None:
    with_data = TOML.replace("[[check]]", '[data]\ndataset = "pele"\n\n[[check]]', 1)
    bare = load_course(_course(tmp_path / "bare"), known_names()).assignments[0]
    other = load_course(_course(tmp_path / "other", with_data), known_names()).assignments[0]
    assert not bare.data.given
    assert other.data.given
    assert bare.run_version != other.run_version
    assert [ask.kind for ask in bare.asks] == ["values", "figures"]


def test_there_is_nothing_to_calibrate_and_that_is_told_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = _course(tmp_path / "course")
    arguments = ["calibrate", "chart", "-C", str(course), "--lang", "en"]
    assert run(arguments) == 2
    assert "GR817" in capsys.readouterr().err
    solution = course / "reference_solutions" / "chart" / "solution.py"
    solution.parent.mkdir(parents=True)
    solution.write_text(DRAWS, encoding="utf-8")
    assert run(arguments) == 2
    told = capsys.readouterr().err
    assert "GR895" in told
    assert "grader check -a chart reference_solutions/chart/solution.py" in told
    assert not solution.with_name("record.json").exists()


def test_a_self_test_of_a_course_is_of_what_has_data_unless_it_is_named(tmp_path: Path) -> None:
    with_data = TOML.replace("[[check]]", '[data]\ndataset = "pele"\n\n[[check]]', 1)
    (bare,) = load_course(_course(tmp_path / "bare"), known_names()).assignments
    (other,) = load_course(_course(tmp_path / "other", with_data), known_names()).assignments
    assert with_programs((bare, other), named=False) == [other]
    assert with_programs((bare, other), named=True) == (bare, other)
    assert with_programs((bare,), named=False) == (bare,)
