"""``grader demo``: the shipped example class comes out as its README says."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.classroom import ROOT, Ended, grader, lay_out_course, results

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.grading]

EXPECTED = {
    ("ana-souza", "digits"): "passed",
    ("ana-souza", "pele"): "passed",
    ("bruno-carvalho", "digits"): "passed",
    ("bruno-carvalho", "pele"): "passed",
    ("carla-mendes", "digits"): "passed",
    ("carla-mendes", "pele"): "passed",
    ("diego-ramos", "pele"): "failed",
    ("elisa-prado", "digits"): "passed",
    ("fabio-nunes", "digits"): "failed",
    ("fabio-nunes", "pele"): "failed",
    ("gabriela-torres", "digits"): None,
    ("gabriela-torres", "pele"): "failed",
    ("heitor-barros", "digits"): "failed",
    ("heitor-barros", "pele"): "failed",
    ("iara-campos", "digits"): "failed",
    ("joana-lima", "digits"): "passed",
}
MARGINAL = ("diego-ramos", "digits")
LATER = (
    "ana-souza",
    "bruno-carvalho/digits",
    "carla-mendes",
    "diego-ramos",
    "elisa-prado",
    "iara-campos",
    "joana-lima",
)
"""Graded by make slow alone; without them each way of ending is left, in a tenth of the time."""
Rows = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module", params=["some", pytest.param("whole", marks=pytest.mark.slow)])
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = lay_out_course(tmp_path_factory.mktemp("demo"))
    shutil.copytree(ROOT / "examples", folder / "examples")
    for name in LATER if request.param == "some" else ():
        shutil.rmtree(folder / "examples" / "submissions" / name)
    return folder


@pytest.fixture(scope="module")
def demo(course: Path) -> Ended:
    return grader("demo", "--lang", "en", cwd=course)


@pytest.fixture(scope="module")
def rows(demo: Ended, course: Path) -> Rows:
    assert demo.status == 0, demo.err
    return results(course)


@pytest.mark.takes(60, "a part of the example class is graded")
def test_every_hand_in_of_the_example_class_comes_out_as_its_readme_says(rows: Rows, course: Path) -> None:
    there = {(place.parent.name, place.name) for place in course.glob("examples/submissions/*/*")}
    expected = {key: verdict for key, verdict in EXPECTED.items() if key in there}
    assert {key: row["verdict"] for key, row in rows.items() if key != MARGINAL} == expected
    assert set(expected.values()) == {"passed", "failed", None}


@pytest.mark.slow
@pytest.mark.parametrize("course", ["whole"], indirect=True)
def test_the_marginal_program_never_loses_points_to_luck_alone(rows: Rows) -> None:
    row = rows[MARGINAL]
    assert row["metrics"]["error_rate"]["value"] == pytest.approx(0.05, abs=0.012)
    settled = row["verdict"] != "inconclusive"
    assert settled or row["checks"][0]["points"] == row["checks"][0]["max_points"]


def test_it_ends_with_the_table_and_the_path_of_the_report(demo: Ended, course: Path) -> None:
    assert "bruno-carvalho" in demo.out
    assert demo.out.rstrip().endswith("index.html")
    assert (course / "reports" / "index.html").is_file()


def test_the_second_time_runs_nothing(course: Path, rows: Rows) -> None:
    again = grader("demo", "--lang", "en", cwd=course, timeout=120)
    assert again.status == 0, again.err
    assert "Runs to make" not in again.err
    assert results(course) == rows
