from pathlib import Path

import pytest

from grader.coursefiles.load_course import load_course
from grader.model.errors import CourseError
from grader.model.message import Language
from tests.unit.coursefiles.written import KNOWN

ASSIGNMENT = """
[assignment]
title = { pt-BR = "a", en = "a" }
points = 1
[data]
dataset = "digits"
[[check]]
id = "runs"
kind = "runs"
points = 1
"""


def course(folder: Path, text: str | None) -> Path:
    place = folder / "psi" / "assignments" / "one"
    place.mkdir(parents=True)
    (place / "assignment.toml").write_text(ASSIGNMENT)
    if text is not None:
        (folder / "psi" / "course.toml").write_text(text, encoding="utf-8")
    return folder / "psi"


def test_a_course_is_called_what_its_file_says(tmp_path: Path) -> None:
    assert load_course(course(tmp_path, 'name = "Redes"\n'), KNOWN).name == "Redes"


def test_without_a_file_it_is_called_like_its_folder(tmp_path: Path) -> None:
    assert load_course(course(tmp_path, None), KNOWN).name == "psi"


def test_a_course_says_in_which_language_its_people_are_told_things(tmp_path: Path) -> None:
    assert load_course(course(tmp_path, 'name = "R"\nlanguage = "pt-BR"\n'), KNOWN).language is Language.PT
    assert load_course(tmp_path / "psi", KNOWN).language is Language.PT
    (tmp_path / "psi" / "course.toml").write_text('name = "R"\n')
    assert load_course(tmp_path / "psi", KNOWN).language is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('name = "R"\nlanguage = "pt"\n', "language"),
        ('nam = "x"\n', "nam"),
        ("name = 3\n", "name"),
        ("", "name"),
    ],
)
def test_mistakes_in_it_name_the_file_and_the_key(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(CourseError) as raised:
        load_course(course(tmp_path, text), KNOWN)
    assert any("course.toml" in m.en and key in m.en for m in raised.value.messages)


def test_a_missing_name_is_told_as_missing(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as raised:
        load_course(course(tmp_path, 'nome = "Redes"\n'), KNOWN)
    assert [m.code for m in raised.value.messages] == ["GR102", "GR103"]
