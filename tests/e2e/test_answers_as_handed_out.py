"""Assignments as handed out: the reference passes, the starter does not, what is wrong is caught.

A wrong answer's file begins with the id of the check that is to catch it.
"""

import json
import shutil
from pathlib import Path

import pytest

from grader.cli.main import run

ROOT = Path(__file__).parents[2]
TOGETHER = (("tensors", "activations"), ("california", "functional-api", "hyperparameters", "subclass-model"))
"""What one grading looks at."""


def _hand_in(folder: Path, student: str, slug: str, file: Path) -> None:
    place = folder / student / slug
    place.mkdir(parents=True)
    shutil.copyfile(file, place / f"{slug}{file.suffix}")


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.runtime
@pytest.mark.parametrize("slugs", TOGETHER, ids="-".join)
def test_each_answer_gets_what_it_deserves(tmp_path: Path, slugs: tuple[str, ...]) -> None:
    wrong: dict[tuple[str, str], str] = {}
    for slug in slugs:
        solutions = ROOT / "reference_solutions" / slug
        _hand_in(tmp_path / "in", "reference", slug, solutions / "solution.py")
        _hand_in(tmp_path / "in", "starter", slug, ROOT / "assignments" / slug / "starter.ipynb")
        for number, file in enumerate(sorted((solutions / "wrong").iterdir())):
            _hand_in(tmp_path / "in", f"wrong-{number}", slug, file)
            wrong[f"wrong-{number}", slug] = file.name.partition("-")[0]
    for name in ("assignments", "reference_solutions"):
        for slug in slugs:
            shutil.copytree(ROOT / name / slug, tmp_path / "course" / name / slug)
    arguments = ["-C", str(tmp_path / "course"), "-o", str(tmp_path / "out"), "-q", "--gpu", "none"]
    chosen = [word for slug in slugs for word in ("-a", slug)]
    assert run(["grade", str(tmp_path / "in"), *arguments, *chosen]) == 0
    results = json.loads((tmp_path / "out" / "results.json").read_bytes())["submissions"]
    assert len(results) == len(wrong) + 2 * len(slugs)
    for one in results:
        failed = {check["id"] for check in one["checks"] if check["outcome"] == "failed"}
        student, slug = one["student"], one["assignment"]
        if student == "reference":
            assert (one["verdict"], one["points"]) == ("passed", 10.0), slug
        elif student == "starter":
            assert (one["verdict"], "runs" in failed) == ("failed", False), slug
        else:
            assert one["verdict"] == "failed", (student, slug)
            assert wrong[student, slug] in failed, (student, slug)
