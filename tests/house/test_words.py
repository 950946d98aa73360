"""The catalogue and the code agree: all that is said is there, all that has a code is said."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

import grader
from grader.words.catalogue import codes

SOURCE = Path(grader.__file__).parent
SPEAKERS = ("say", "phrase")
CODE = re.compile(r"GR\d{3}")


@cache
def _trees() -> tuple[tuple[str, ast.Module], ...]:
    files = sorted(SOURCE.rglob("*.py"))
    return tuple((str(f.relative_to(SOURCE)), ast.parse(f.read_text(encoding="utf-8"))) for f in files)


@cache
def _templates() -> str:
    return "\n".join(f.read_text(encoding="utf-8") for f in sorted(SOURCE.rglob("*.html")))


def _spoken() -> Iterator[tuple[str, ast.expr]]:
    """Yield what stands in the place of a code in every call of ``say`` and ``phrase``."""
    for name, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
                yield from ((f"{name}:{node.lineno}", one) for one in _branches(node.args[0]))


def _branches(code: ast.expr) -> Iterator[ast.expr]:
    if isinstance(code, ast.IfExp):
        yield from _branches(code.body)
        yield from _branches(code.orelse)
    else:
        yield code


def _pattern(code: ast.JoinedStr) -> re.Pattern[str]:
    parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in code.values]
    return re.compile("".join(parts))


def _constants() -> set[str]:
    return {
        node.value
        for _, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _entries() -> list[tuple[str, str, dict[str, str]]]:
    return [
        (file.name, code, entry)
        for file in resources.files("grader.words").iterdir()
        if file.name.endswith(".toml")
        for code, entry in tomllib.loads(file.read_text(encoding="utf-8")).items()
    ]


def test_everything_said_is_in_the_catalogue() -> None:
    known = set(codes())
    literal = [(place, c.value) for place, c in _spoken() if isinstance(c, ast.Constant)]
    literal += [
        ("template", code) for code in re.findall(r"\b(?:say|phrase)\(\s*['\"]([^'\"]+)", _templates())
    ]
    assert len(literal) > 100
    assert [(place, code) for place, code in literal if code not in known] == []


def test_what_is_said_under_a_composed_name_is_in_the_catalogue() -> None:
    composed = [(place, _pattern(c)) for place, c in _spoken() if isinstance(c, ast.JoinedStr)]
    assert composed
    lost = [(place, p.pattern) for place, p in composed if not any(p.fullmatch(code) for code in codes())]
    assert lost == []


def test_every_code_written_anywhere_in_the_code_is_in_the_catalogue() -> None:
    written = {code for text in _constants() for code in CODE.findall(text)}
    assert written - set(codes()) == set()


def test_nothing_in_the_catalogue_is_never_said() -> None:
    constants = _constants() | set(re.findall(r"['\"]([A-Za-z0-9_.-]+)['\"]", _templates()))
    composed = [_pattern(c) for _, c in _spoken() if isinstance(c, ast.JoinedStr)]
    unsaid = [c for c in codes() if c not in constants and not any(p.fullmatch(c) for p in composed)]
    assert [code for code in unsaid if CODE.fullmatch(code)] == []


@pytest.mark.parametrize(("code", "entry"), [pytest.param(c, e, id=c) for _, c, e in _entries()])
def test_every_entry_says_the_same_in_both_languages(code: str, entry: dict[str, str]) -> None:
    assert set(entry) == {"pt", "en"}
    assert _fields(entry["pt"]) == _fields(entry["en"])
    for text in entry.values():
        assert text == text.strip() or not CODE.fullmatch(code)


def _fields(text: str) -> set[tuple[str, str]]:
    """Return the fields of a sentence and how each is written; ``{x}`` and ``{x:num}`` are not the same."""
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(text) if name is not None}


def test_codes_keep_to_the_hundred_of_their_file() -> None:
    hundreds: dict[str, set[str]] = {}
    for file, code, _ in _entries():
        if CODE.fullmatch(code):
            hundreds.setdefault(code[:3], set()).add(file)
    assert all(code[0] == "G" for code in hundreds)
    assert set(hundreds) <= {f"GR{n}" for n in range(1, 10)}


def test_no_code_stands_in_two_files() -> None:
    names = [code for _, code, _ in _entries()]
    assert len(names) == len(set(names)) == len(codes())
