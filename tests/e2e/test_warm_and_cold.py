"""A warm start gives the grade of a cold one: the five references, and the course text's own programs."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.classroom import PROGRAMS, ROOT, grader, hand_in, lay_out_course, real_data, results

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.data, pytest.mark.slow]
pytestmark.append(pytest.mark.takes(900, "a class is trained twice, fashion-mnist and mnist-dense in it"))

REFERENCES = ("digits", "pele", "noisynote", "fashion-mnist", "mnist-dense")
COURSE = {
    "programa4": ("mnist-dense", PROGRAMS / "mnist" / "programa4.py"),
    "convolucional": ("mnist-dense", PROGRAMS / "mnist" / "convolucional.py"),
    "pele_1": ("pele", PROGRAMS / "pele" / "pele_1_escondida.py"),
    "noisynote_do_texto": ("noisynote", PROGRAMS / "noisynote" / "noisynote.py"),
}
SPEC = "\n[audits]\npair = false\nplacebo = false\nfresh = false\n"
Certified = dict[tuple[str, str], dict[str, Any]]


def certified(course: Path, reports: str) -> Certified:
    """Return what the certificates say by student and assignment."""
    found = {}
    for path in (course / reports).rglob("*.certificate.json"):
        said = json.loads(path.read_bytes())
        found[said["student"], said["assignment"]] = said
    return found


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    real_data()
    course = lay_out_course(tmp_path_factory.mktemp("warm") / "course")
    for slug in REFERENCES:
        hand_in(course, "referencia", slug, ROOT / "reference_solutions" / slug / "solution.py")
        spec = course / "assignments" / slug / "assignment.toml"
        spec.write_text(spec.read_text(encoding="utf-8") + SPEC, encoding="utf-8")
    for student, (slug, program) in COURSE.items():
        hand_in(course, student, slug, program)
    options = ("-j", "2", "--gpu", "none", "--runs", "1")
    for reports, started in (("cold", ()), ("warm", ("--warm", "--force"))):
        ended = grader("grade", "submissions", "-o", reports, *options, *started, cwd=course, timeout=3000)
        assert ended.status == 0, ended.err
    return course


def test_the_runs_and_the_trainings_of_their_recipes_have_the_same_bits(course: Path) -> None:
    cold, warm = certified(course, "cold"), certified(course, "warm")
    assert len(cold) == len(REFERENCES) + len(COURSE)
    for whose, said in cold.items():
        again = warm[whose]
        for what in ("runs", "trainings"):
            first, second = ([one["predictions"] for one in each[what]] for each in (said, again))
            assert first == second, (whose, what)
        assert said["runs"][0]["predictions"], whose
        assert [said[key] for key in ("verdict", "points", "assurance")] == [
            again[key] for key in ("verdict", "points", "assurance")
        ], whose


def test_they_were_started_warm_indeed(course: Path) -> None:
    for whose, row in results(course, "warm").items():
        assert row["runs"][0]["warm"], (whose, row["runs"][0]["cold"])
    assert not any(row["runs"][0].get("warm") for row in results(course, "cold").values())
