"""dataset.toml: every mistake at once, each with file, key, what was got and what is needed."""

import re
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.datasets import schema
from grader.datasets.catalogue import find_homes, loaders
from grader.datasets.dataset import By, Given, Loads, Source
from grader.datasets.own import own_dataset
from grader.datasets.read_definition import Home, read_definition
from grader.model.errors import CourseError
from tests.unit.datasets.own_data import CLASSES, HEAD, OwnData

SPLIT = '[split]\nby = "even"\nrows = { table = "all.csv" }\n'
TABLE = '[table]\ntarget = "kind"\n'
FILE = f'[[file]]\nname = "all.csv"\nsha256 = "{"0" * 64}"\n'
READER = 'reader = "csv"\n'
WHOLE = HEAD + CLASSES + READER + TABLE + SPLIT + FILE


def defined(course: Path, text: str) -> Any:
    folder = course / "assignments" / "trees" / "data"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.toml").write_text(text, encoding="utf-8")
    return own_dataset(folder.parent)


def mistakes(course: Path, text: str) -> list[tuple[str | None, str]]:
    with pytest.raises(CourseError) as caught:
        defined(course, text)
    return [(one.code, one.en) for one in caught.value.messages]


def test_a_definition_says_what_a_program_finds(tmp_path: Path) -> None:
    entry = defined(tmp_path, WHOLE)
    assert entry.split.by is By.EVEN
    assert entry.split.whole == Source(inputs="all.csv")
    assert entry.given == (Given(file="all.csv", rows="all", columns="all"),)
    assert not entry.labels_hidden
    assert entry.name == "trees"


def test_files_with_hidden_targets_alone_are_given_to_nobody(tmp_path: Path) -> None:
    own = OwnData(tmp_path)
    own.public("a.csv", "x,kind\n1,oak\n")
    own.public("q.csv", "x\n1\n")
    own.hidden("y.csv", "kind\noak\n")
    entry = own.define(
        READER,
        TABLE,
        '[split]\nby = "files"\ntrain = { table = "a.csv" }\ntest = { inputs = "q.csv", target = "y.csv" }',
    )
    assert [one.file for one in entry.given] == ["a.csv", "q.csv"]
    assert entry.labels_hidden
    assert not entry.rows_hidden


@pytest.mark.parametrize(
    ("before", "after", "code", "told"),
    [
        ("reader", "raeder", "GR102", "raeder: unknown key; did you mean 'reader'?"),
        (READER, "", "GR103", "reader: is missing"),
        ('"csv"', '"xls"', "GR104", "one of these: csv, text, npy, idx, images"),
        ('"csv"', '"own"', "GR104", "one of these: csv, text, npy, idx, images"),
        ('rows = { table = "all.csv" }', 'rows = { table = "al.csv" }', "GR105", "did you mean 'all.csv'"),
        ("[table]", "[table]\nheader = false", "GR519", "table.target"),
        (TABLE, "", "GR103", "table.target: is missing"),
        ('by = "even"', 'by = "even"\nevery = 3', "GR518", 'split.every: means nothing with by = "even"'),
        ('by = "even"', 'by = "every"', "GR103", "split.every: is missing"),
        ('by = "even"', 'by = "every"\nevery = 1', "GR104", "split.every: got 1"),
        ('by = "even"', 'by = "share"\nseed = 1\nshare = 1.0', "GR104", "a number below 1"),
        ('by = "even"', 'by = "indices"', "GR521", "places or places_from"),
        ('{ table = "all.csv" }', '{ inputs = "all.csv" }', "GR103", "split.rows.target: is missing"),
        ('{ table = "all.csv" }', '{ table = "all.csv", target = "all.csv" }', "GR521", "split.rows"),
        ('["oak", "pine"]', '["oak"]', "GR104", "at least 2"),
        ('["oak", "pine"]', '["oak", "oak"]', "GR520", "classes"),
        ('"classification"', '"regression"', "GR518", "classes"),
        ("0" * 64, "12", "GR104", "sha256sum"),
        ("sha256", "hidden = true\nsha256", "GR516", "file.1.sha256"),
        ('name = "all.csv"', 'name = "../all.csv"', "GR104", "without folders"),
        (READER, f'{READER}loader = "minst"\n', "GR105", "did you mean 'mnist'"),
    ],
)
def test_a_mistake_is_told_with_its_key_and_what_is_needed(
    tmp_path: Path, before: str, after: str, code: str, told: str
) -> None:
    found = mistakes(tmp_path, WHOLE.replace(before, after, 1))
    assert any(one == code and told in text for one, text in found), found
    assert all(text.startswith("assignments/trees/data/dataset.toml") for _, text in found)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = WHOLE.replace("reader", "raeder").replace('"even"', '"odd"').replace("all.csv", "", 1)
    assert {code for code, _ in mistakes(tmp_path, text)} >= {"GR102", "GR103", "GR104"}


@pytest.mark.parametrize("name", ["x" * 300, "ç" * 200, "a\\u0000b"])
@pytest.mark.parametrize("how", ["hidden = true", f'sha256 = "{"0" * 64}"'])
def test_a_name_that_no_file_can_have_is_a_mistake_of_the_file_that_names_it(
    tmp_path: Path, name: str, how: str
) -> None:
    text = WHOLE.replace(FILE, f'[[file]]\nname = "{name}"\n{how}\n')
    with pytest.raises(CourseError) as caught:
        defined(tmp_path, text)
    assert "file.1.name" in " ".join(message.en for message in caught.value.messages)


def test_a_hidden_file_beside_the_definition_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "assignments" / "trees" / "data"
    folder.mkdir(parents=True)
    (folder / "all.csv").write_text("x,kind\n1,oak\n")
    text = WHOLE.replace(f'sha256 = "{"0" * 64}"', "hidden = true")
    assert [code for code, _ in mistakes(tmp_path, text)] == ["GR517"]


def test_an_assignment_without_the_folder_is_told_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "assignments" / "trees").mkdir(parents=True)
    with pytest.raises(CourseError) as caught:
        own_dataset(tmp_path / "assignments" / "trees")
    assert "dataset.toml" in caught.value.message.en


KNOWN = {
    name for table in vars(schema).values() if hasattr(table, "model_fields") for name in table.model_fields
}


@given(
    key=st.from_regex(re.compile(r"[a-z][a-z_]{0,12}", re.ASCII), fullmatch=True).filter(
        lambda name: name not in KNOWN and name not in ("file", "give")
    ),
    place=st.sampled_from(["title", "kind", "[table]", "[split]", "[[file]]"]),
)
def test_an_unknown_key_anywhere_is_one_clear_mistake(
    tmp_path_factory: pytest.TempPathFactory, key: str, place: str
) -> None:
    line = f"{key} = 1\n"
    text = line + WHOLE if place in ("title", "kind") else WHOLE.replace(place, f"{place}\n{line}")
    assert tomllib.loads(text)
    found = mistakes(tmp_path_factory.mktemp("course"), text)
    assert [code for code, _ in found] == ["GR102"]
    assert key in found[0][1]


PLUGIN = """title = { pt-BR = "folhas", en = "leaves" }
kind = "classification"
classes = ["oak", "pine"]
reader = "own"
layout = "none"
"""


def package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = folder / "leaf_package" / "leaves"
    inside.mkdir(parents=True)
    (folder / "leaf_package" / "__init__.py").write_text("")
    (inside / "__init__.py").write_text("raise RuntimeError('nobody asked for data yet')\n")
    (inside / "dataset.toml").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(folder))


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group="grader.datasets")


def test_another_packages_dataset_is_found_without_running_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, monkeypatch)
    homes = find_homes([entry("leaves", "leaf_package.leaves")])
    found = read_definition("leaves", homes["leaves"])
    assert found.title.en == "leaves"
    assert found.package == "leaf_package.leaves"
    assert "mnist" in homes


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("mnist", "leaf_package.leaves", "already"),
        ("Leaves", "leaf_package.leaves", "lower-case"),
        ("data", "leaf_package.leaves", "not 'data'"),
        ("leaves", "leaf_package", "dataset.toml"),
        ("leaves", "nowhere.leaves", "dataset.toml"),
    ],
)
def test_an_entry_point_that_names_no_dataset_is_told_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    package(tmp_path, monkeypatch)
    with pytest.raises(CourseError) as caught:
        find_homes([entry(name, value)])
    assert told in caught.value.message.en
    assert value in caught.value.message.en


def test_a_package_says_by_what_libraries_load_its_dataset(tmp_path: Path) -> None:
    loads = (
        'loader = "leaves"\n[loads]\nopenml = "Leaves-2"\nsklearn = "fetch_leaves"\ncolumns = ["w", "h"]\n'
    )
    (tmp_path / "dataset.toml").write_text(PLUGIN + loads)
    home = Home(folder=tmp_path, where="leaves/dataset.toml", package="leaves")
    entry = read_definition("leaves", home)
    assert entry.loader == "leaves"
    assert entry.loads == Loads(openml="Leaves-2", sklearn="fetch_leaves", columns=("w", "h"))
    (tmp_path / "dataset.toml").write_text(PLUGIN + 'loader = "datasets.leaves"\n')
    with pytest.raises(CourseError) as caught:
        read_definition("leaves", home)
    assert "the name of a Python module" in caught.value.message.en


def test_a_courses_own_data_are_loaded_by_all_names_of_the_loader_that_it_asks_for(tmp_path: Path) -> None:
    entry = defined(tmp_path, WHOLE.replace(READER, f'{READER}loader = "fashion_mnist"\n'))
    assert entry.loads == Loads(openml="Fashion-MNIST")
    assert entry.loads == loaders()["fashion_mnist"]


def test_a_packages_dataset_has_no_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "dataset.toml").write_text(PLUGIN + '[[file]]\nname = "x"\nhidden = true\n')
    with pytest.raises(CourseError) as caught:
        read_definition("leaves", Home(folder=tmp_path, where="leaves/dataset.toml", package="leaves"))
    assert any(one.code == "GR102" for one in caught.value.messages)
