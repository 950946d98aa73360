"""An assignment that brings its own dataset: what it says must agree with what the data are."""

from pathlib import Path

import pytest

from grader.coursefiles.load_course import load_course
from grader.model.assignment import Assignment, Basis, Labels
from grader.model.errors import CourseError
from grader.wiring import known_names
from tests.unit.coursefiles.written import VALID, a_course

TEXT = VALID.replace('dataset = "mnist"', 'dataset = "data"')
DEFINITION = """title = { pt-BR = "Inventado", en = "Made up" }
kind = "classification"
classes = ["oak", "pine"]
reader = "csv"
[table]
target = "kind"
[split]
by = "even"
rows = { table = "all.csv" }
[[file]]
name = "all.csv"
"""
PUBLIC = DEFINITION + f'sha256 = "{"0" * 64}"\n'
HIDDEN = DEFINITION + "hidden = true\n"
NUMBERS = PUBLIC.replace('"classification"\nclasses = ["oak", "pine"]', '"regression"')


def loaded(folder: Path, definition: str, text: str = TEXT) -> Assignment:
    course = a_course(folder, text)
    data = course / "assignments" / "mnist-dense" / "data"
    data.mkdir()
    (data / "dataset.toml").write_text(definition, encoding="utf-8")
    return load_course(course, known_names()).assignments[0]


def codes(folder: Path, definition: str, text: str = TEXT) -> list[str | None]:
    with pytest.raises(CourseError) as caught:
        loaded(folder, definition, text)
    return [message.code for message in caught.value.messages]


@pytest.mark.parametrize(
    ("definition", "labels"),
    [(PUBLIC, Labels.CANARY), (HIDDEN, Labels.NONE), (NUMBERS, Labels.NONE)],
)
def test_what_is_served_follows_from_the_data(tmp_path: Path, definition: str, labels: Labels) -> None:
    assignment = loaded(tmp_path, definition)
    assert assignment.data.own
    assert assignment.data.labels is labels


def test_random_labels_can_be_asked_for_in_words(tmp_path: Path) -> None:
    text = TEXT.replace('dataset = "data"', 'dataset = "data"\nlabels = "none"')
    assert loaded(tmp_path / "a", HIDDEN, text).data.labels is Labels.NONE
    assert loaded(tmp_path / "b", PUBLIC, text).data.labels is Labels.NONE


@pytest.mark.parametrize(("definition", "basis"), [(PUBLIC, Basis.RECIPE), (HIDDEN, Basis.RUN)])
def test_the_programs_own_runs_decide_where_only_the_course_has_the_labels(
    tmp_path: Path, definition: str, basis: Basis
) -> None:
    assert loaded(tmp_path / "silent", definition).verdict.basis is basis
    said = TEXT + '[verdict]\nbasis = "recipe"\n'
    assert loaded(tmp_path / "said", definition, said).verdict.basis is Basis.RECIPE


@pytest.mark.parametrize(("definition", "code"), [(HIDDEN, "GR514"), (NUMBERS, "GR515")])
def test_canaries_where_there_can_be_none_are_a_mistake(tmp_path: Path, definition: str, code: str) -> None:
    text = TEXT.replace('dataset = "data"', 'dataset = "data"\nlabels = "canary"')
    assert codes(tmp_path, definition, text) == [code]


def test_mistakes_of_both_files_are_told_at_once(tmp_path: Path) -> None:
    found = codes(tmp_path, PUBLIC.replace("reader", "raeder"), TEXT.replace('"keras3"', '"keras4"'))
    assert found == ["GR105", "GR103", "GR102"]


def test_a_missing_definition_is_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        load_course(a_course(tmp_path, TEXT), known_names())
    assert "dataset.toml" in caught.value.message.en


def test_another_definition_is_another_version(tmp_path: Path) -> None:
    one, other = loaded(tmp_path / "a", PUBLIC), loaded(tmp_path / "b", PUBLIC + "# a word more\n")
    assert one.run_version != other.run_version
    assert one.version != other.version


def test_the_near_miss_of_the_own_dataset_is_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        load_course(a_course(tmp_path, TEXT.replace('"data"', '"dta"')), known_names())
    assert "did you mean 'data'" in caught.value.message.en
