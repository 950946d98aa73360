"""Every attack of docs/reference/attacks.md is tested where the page says, and nowhere else."""

import re

import pytest

from tests.house.attack_page import MARK, SECTIONS, TESTS, marked, rows

LISTED = 50
PAGE = {name: where for section in SECTIONS for name, where in rows(section)}
MARKED = marked()


def test_all_attacks_of_the_list_are_there() -> None:
    assert len(rows("Listed")) == LISTED


def test_a_name_stands_once() -> None:
    assert sum(len(rows(section)) for section in SECTIONS) == len(PAGE)


def test_every_mark_stands_on_the_page() -> None:
    assert set(MARKED) - set(PAGE) == set()


@pytest.mark.parametrize("name", sorted(PAGE))
def test_an_attack_is_tested_where_the_page_says(name: str) -> None:
    assert PAGE[name] == MARKED.get(name, set()), "run: python -m tests.house.attack_page"


def test_every_mark_is_written_so_that_it_is_found() -> None:
    for path in TESTS.rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        assert len(re.findall(r"mark\.attack\(", text)) == len(MARK.findall(text)), path.name
