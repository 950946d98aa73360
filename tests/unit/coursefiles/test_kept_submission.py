from pathlib import Path

import pytest

from grader.coursefiles.find_submissions import read_single
from grader.coursefiles.kept_submission import read_kept
from grader.model.errors import CourseError
from grader.model.submission import Submission


def received(folder: Path, *names: str) -> Submission:
    """Return what ``read_single`` makes of a folder of these files, kept in ``folder/intake``."""
    place = folder / "ana"
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(
            '{"cells": [], "nbformat": 4}' if name.endswith(".ipynb") else f"# {name}\n"
        )
    read = read_single(place, "digits", student="ana", intake=folder / "intake")
    assert isinstance(read, Submission)
    return read


def again(folder: Path, files: list[tuple[str, str]]) -> Submission:
    intake = folder / "intake"
    read = read_kept(files, student="ana", assignment="digits", safe_id="ana", intake=intake)
    assert isinstance(read, Submission)
    return read


@pytest.mark.parametrize(
    "names",
    [("digits.py",), ("digits.py", "util.py", "data/x.txt"), ("work.ipynb",), ("all/a.py", "all/b/c.py")],
)
def test_a_kept_submission_is_the_one_that_was_graded(tmp_path: Path, names: tuple[str, ...]) -> None:
    graded = received(tmp_path, *names)
    kept = again(tmp_path, [(file.name, file.sha256) for file in graded.files])
    assert (kept.digest, kept.main, kept.kind) == (graded.digest, graded.main, graded.kind)
    assert [file.path.read_bytes() for file in kept.files] == [
        file.path.read_bytes() for file in graded.files
    ]


def test_a_copy_that_is_gone_is_told(tmp_path: Path) -> None:
    graded = received(tmp_path, "digits.py")
    graded.files[0].path.unlink()
    with pytest.raises(CourseError, match=r"digits\.py is not kept in this course"):
        again(tmp_path, [(graded.files[0].name, graded.files[0].sha256)])


def test_a_copy_that_was_changed_is_not_run(tmp_path: Path) -> None:
    graded = received(tmp_path, "digits.py")
    graded.files[0].path.write_text("import os\n")
    with pytest.raises(CourseError, match="its copy is gone or another"):
        again(tmp_path, [(graded.files[0].name, graded.files[0].sha256)])


@pytest.mark.parametrize("name", ["../digits.py", "/etc/digits.py", "a/../../x.py", "", "a//b.py", "a\0.py"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    graded = received(tmp_path, "digits.py")
    with pytest.raises(CourseError, match="is not kept in this course"):
        again(tmp_path, [(name, graded.files[0].sha256)])
