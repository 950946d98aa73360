"""docs/reference/attacks.md and the marks on the tests say the same."""

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reference" / "attacks.md"
LISTED = 50
SECTIONS = ("Listed", "Our own", "Honest look-alikes")
NONE = "—"
MARK = re.compile(r"""mark\.attack\(\s*((?:["']\w+["'],?\s*)+)\)""")
ROW = re.compile(r"^\| (\w+) \| .+ \| .+ \| ([^|]+) \|$", re.MULTILINE)


@cache
def rows(section: str) -> dict[str, set[str]]:
    """Return the names of a section, each with the files that the page says test it."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    found = ROW.findall(text)
    names = [name for name, _ in found if name != "name"]
    assert len(names) == len(set(names)), f"doubled names in {section}"
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(found) == len(lines), f"a row of {section} cannot be read"
    return {name: set(re.findall(r"`([^`]+)`", where)) for name, where in found if name != "name"}


@cache
def marked() -> dict[str, set[str]]:
    """Return the names that tests carry, each with the files of these tests."""
    found: dict[str, set[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for names in MARK.findall(path.read_text(encoding="utf-8")):
            for name in re.findall(r"\w+", names):
                found.setdefault(name, set()).add(path.relative_to(TESTS).as_posix())
    return found


def page() -> dict[str, set[str]]:
    return {name: where for section in SECTIONS for name, where in rows(section).items()}


def test_all_attacks_of_the_list_are_there() -> None:
    assert len(rows("Listed")) == LISTED


def test_a_name_stands_in_one_section_only() -> None:
    assert sum(len(rows(section)) for section in SECTIONS) == len(page())


def test_every_mark_stands_on_the_page() -> None:
    assert set(marked()) - set(page()) == set()


@pytest.mark.parametrize("name", sorted(page()))
def test_an_attack_is_tested_where_the_page_says(name: str) -> None:
    assert page()[name] == marked().get(name, set())


def test_every_mark_is_written_so_that_it_can_be_counted() -> None:
    for path in TESTS.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path != Path(__file__):
            assert text.count("mark.attack(") == len(MARK.findall(text)), path.name
