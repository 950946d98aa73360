"""A check of values in a file: what cannot be meant is told, hidden values are in the version."""

from pathlib import Path

import pytest

from grader.coursefiles.load_course import load_course
from grader.model.ask import Ask
from grader.model.errors import CourseError
from tests.unit.coursefiles.written import KNOWN, told

TOML = """
[assignment]
title = { pt-BR = "Tensores", en = "Tensors" }
points = 4

[[check]]
id = "values"
kind = "values"
points = 4
expected = "values.toml"
values = [
  { names = ["soma"], equals = 14, points = 1 },
  { names = ["p", "produto"], equals = [[12, 6], [28, 14]], dtype = ["int", "float"] },
  { names = ["C"] },
]
"""


def a_course(folder: Path, text: str = TOML, hidden: str | None = "C = [1.5, 2]\n") -> Path:
    place = folder / "assignments" / "tensors"
    place.mkdir(parents=True)
    (place / "assignment.toml").write_text(text)
    if hidden is not None:
        beside = folder / "reference_solutions" / "tensors"
        beside.mkdir(parents=True)
        (beside / "values.toml").write_text(hidden)
    return folder


def test_it_needs_no_data_and_asks_for_every_name(tmp_path: Path) -> None:
    (loaded,) = load_course(a_course(tmp_path), KNOWN).assignments
    assert Ask(kind="values", names=("soma", "p", "produto", "C")) in loaded.asks
    assert not loaded.data.given


def test_another_hidden_value_is_another_version_of_the_assignment_and_the_same_run(tmp_path: Path) -> None:
    (one,) = load_course(a_course(tmp_path / "a"), KNOWN).assignments
    (other,) = load_course(a_course(tmp_path / "b", hidden="C = [1.5, 3]\n"), KNOWN).assignments
    assert one.version != other.version
    assert one.run_version == other.run_version


def test_a_machine_without_the_hidden_values_reads_the_course_all_the_same(tmp_path: Path) -> None:
    assert load_course(a_course(tmp_path, hidden=None), KNOWN).assignments


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("equals = 14,", "equal = 14,", "check.values.values.1.equal: unknown key; did you mean 'equals'?"),
        ("equals = 14,", "equals = 1979-05-27,", "a number, a text, true or false, or lists of these"),
        ("equals = 14,", "", 'check.values.values.1: nothing is expected of "soma"'),
        ('["int", "float"]', '["float23"]', "one of these: bool, int,"),
        ('"p", "produto"', '"p", "soma"', 'the variable "soma" stands in two values'),
        ('["soma"]', '["so ma"]', "a name as in Python"),
        ('["soma"]', "[]", "a list of at least 1 item"),
        ("points = 1 }", "points = 5 }", "add up to 5, but the check is worth 4"),
        ('{ names = ["C"] }', '{ names = ["C"], equals = 1 }', 'the value of "C" stands here, in equals'),
        ('{ names = ["C"] }', '{ names = ["c"] }', "values.toml, \"C\": unknown key; did you mean 'c'?"),
        ("[28, 14]], ", "[28, 14]], shape = [4], ", "equals has the shape (2, 2), but shape says (4,)"),
        ('"values.toml"', '"value.toml"', "value.toml is missing; here is values.toml"),
        ('"values.toml"', '"../values.toml"', "needed is a file's name, without folders"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_place_and_what_is_needed(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TOML
    with pytest.raises(CourseError) as caught:
        load_course(a_course(tmp_path, TOML.replace(old, new)), KNOWN)
    assert any(said in mistake for mistake in told(caught.value)), told(caught.value)


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        ("C = 1979-05-27\n", "C: got 1979-05-27; needed is a number, a text"),
        ("C = [1, [2]\n", "values.toml, "),
        ("", 'nothing is expected of "C"'),
    ],
)
def test_a_mistake_in_the_hidden_values_is_told_too(tmp_path: Path, hidden: str, said: str) -> None:
    with pytest.raises(CourseError) as caught:
        load_course(a_course(tmp_path, hidden=hidden), KNOWN)
    assert any(said in mistake for mistake in told(caught.value)), told(caught.value)
