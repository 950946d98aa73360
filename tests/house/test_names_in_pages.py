"""Modules, functions, classes and files that pages name exist, by those names."""

import ast
import importlib
import re
from functools import cache

from tests.house.documents import ROOT, code, names_in, pages, table, text_of

NAMED = re.compile(r"((?:`\w+`, )*`\w+`) in `(grader/[\w/]+\.py)`")
PATH = re.compile(r"(?<!file of its own, )`((?:grader|tests|docs|examples|benchmarks|tools)/[\w./-]+)`")
SCHEMA = re.compile(r"grader/[a-z]+/v\d+")
GLOSSARY = table(text_of("docs/reference/glossary.md"))


def _named(text: str) -> list[tuple[str, str]]:
    """Return each name that ``text`` gives a place, with the place."""
    return [(name, place[2]) for place in NAMED.finditer(text) for name in re.findall(r"\w+", place[1])]


def _is_there(name: str, place: str) -> bool:
    if "/harness/" in place:  # imported inside a sandbox only
        return place in code() and name in names_in(code()[place].body)
    module = importlib.import_module(place.removesuffix(".py").replace("/", "."))
    return hasattr(module, name)


def test_each_step_of_the_road_names_where_it_is_in_the_code() -> None:
    _, *steps = re.split(r"^\d+\. ", text_of("docs/explanation/the-road.md"), flags=re.MULTILINE)
    assert len(steps) > 8
    for step in steps:
        named = _named(step)
        assert named, f"no `function` in `grader/….py`: {step.splitlines()[0]}"
        assert [(name, place) for name, place in named if not _is_there(name, place)] == []


def test_files_that_pages_name_from_the_top_exist() -> None:
    told_of_their_day = {ROOT / "CHANGELOG.md", *(ROOT / "docs" / "decisions").glob("*.md")}
    missing = [
        f"{page.relative_to(ROOT)}: {path}"
        for page in pages()
        if page not in told_of_their_day
        for path in PATH.findall(page.read_text(encoding="utf-8"))
        if not SCHEMA.fullmatch(path) and not (ROOT / path).exists()
    ]
    assert missing == []


@cache
def _defined() -> tuple[set[str], dict[str, set[str]]]:
    """Return the functions, classes and modules of ours, and of each class what it holds."""
    plain: set[str] = set()
    classes: dict[str, set[str]] = {}
    for place, module in code().items():
        plain |= names_in(module.body) | {place.rsplit("/", 1)[1].removesuffix(".py")}
        for node in module.body:
            if isinstance(node, ast.ClassDef):
                classes.setdefault(node.name, set()).update(names_in(node.body))
    return plain, classes


def _exists(name: str) -> bool:
    if "/" in name:
        return (ROOT / name).exists()
    plain, classes = _defined()
    holder, _, held = name.partition(".")
    return held in classes.get(holder, ()) if held else name in plain


def test_each_word_of_the_glossary_is_what_the_code_calls_it() -> None:
    named = {row[0]: re.findall(r"`([^`]+)`", row[2]) for row in GLOSSARY}
    assert [word for word, names in named.items() if not names] == []
    assert [name for names in named.values() for name in names if not _exists(name)] == []


def test_a_word_stands_once_in_the_glossary() -> None:
    words = [word for row in GLOSSARY for word in row[0].split(", ")]
    assert len(words) == len(set(words))
