"""Who follows the pages in a clone finds nothing new in ``git status``."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.documents import ROOT, fenced, text_of

GIT = shutil.which("git") or "git"
PLACES = (
    "my-class/me/digits/digits.ipynb",
    "my-reports/index.html",
    "reports/index.html",
    "examples/own-data/reports/index.html",
    "examples/own-data/.grader/runs",
    ".grader/runs",
)


@pytest.mark.parametrize("place", PLACES)
def test_what_the_pages_have_people_make_is_no_part_of_the_checkout(place: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run([GIT, "init", "-q", str(tmp_path)], check=True)
    asked = subprocess.run([GIT, "check-ignore", "-q", place], cwd=tmp_path, check=False)
    assert asked.returncode == 0


def test_the_places_are_those_of_the_tutorial() -> None:
    commands = "\n".join(fenced(text_of("docs/tutorials/first-class.md"), "sh"))
    made = set(re.findall(r"(?:--out|mkdir -p) (\S+?)(?:/\S*)?$", commands, re.MULTILINE))
    assert made == {"my-class", "my-reports"}
