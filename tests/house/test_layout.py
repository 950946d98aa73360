"""What the project promises about itself, looked at by a machine."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli.main import COMMANDS
from grader.cli.schema import schemas

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "scipy", "pydantic", "rich", "nbformat", "jinja2", "requests", "PIL", "uv", "platformdirs")


def _imported_by(*arguments: str) -> set[str]:
    """Return the modules that one command line leaves imported."""
    program = (
        "import sys; from grader.cli.main import run\n"
        f"run({list(arguments)!r})\n"
        "print('|'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stderr.splitlines()[-1].split("|"))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], [], ["-h"]])
def test_help_stays_light(arguments: list[str]) -> None:
    imported = _imported_by(*arguments)
    assert imported & set(HEAVY) == set()
    commands = set(COMMANDS.values())
    assert imported & commands == set()


def test_every_command_is_in_its_reference() -> None:
    text = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"`grader {name}" in text, name


def test_every_command_of_the_reference_exists() -> None:
    text = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`grader ([a-z]+)", text)) <= set(COMMANDS)


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_published_schemas_are_those_of_the_code(name: str) -> None:
    published = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert published == schemas()[name], "run: make schemas"
    assert json.loads(published)["$schema"].startswith("https://json-schema.org/")


def _requirements() -> list[Path]:
    return sorted(
        path
        for folder in ("requirements", "grader/runtimes/locks")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    )


def test_no_two_files_of_tests_have_one_name() -> None:
    """Python would take one for the other where both are collected, as ``make slow`` does."""
    files = [file.name for file in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({name for name in files if files.count(name) > 1}) == []


def test_no_requirement_names_an_index() -> None:
    assert len(_requirements()) > 4
    for path in _requirements():
        text = path.read_text(encoding="utf-8")
        found = re.findall(
            r"^.*(?:://|--index|--extra-index|--find-links|^-i\b|^-f\b).*$", text, re.MULTILINE
        )
        assert found == [], path.name


def test_no_module_and_no_function_is_too_long() -> None:
    long_ones = []
    for path in sorted((ROOT / "grader").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 400:
            long_ones.append(f"{path.name}: {text.count(chr(10))} lines")
        long_ones += [
            f"{path.name}: {node.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > 70
        ]
    assert long_ones == []


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "core", "manager"])
def test_no_room_is_called_nothing(word: str) -> None:
    assert [p for p in (ROOT / "grader").rglob("*") if p.stem == word] == []


def test_nothing_of_a_students_is_opened_as_code_outside_the_sandbox() -> None:
    banned = re.compile(
        r"^\s*(?:import|from) (pickle|shelve|marshal|tensorflow|keras|h5py|joblib)\b", re.MULTILINE
    )
    for path in sorted((ROOT / "grader").rglob("*.py")):
        if "harness" not in path.parts:
            assert not banned.search(path.read_text(encoding="utf-8")), path.name
