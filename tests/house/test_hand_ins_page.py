"""docs/reference/hand-ins.md lists every program that is handed in, as ``make hand-ins`` writes it."""

import re

import pytest

from tests.hand_ins.listed import HERE, HandIn, classes, hand_ins, notebook
from tests.hand_ins.page import PAGE, accused_honest, page, read, without_cause

TEXT = PAGE.read_text(encoding="utf-8")
SHOWN, READ_AS = read(TEXT)
HANDED_IN = hand_ins()
BY_NAME = {one.name: SHOWN[one.place] for one in HANDED_IN if one.place in SHOWN}
RERUN = "run: make hand-ins"


def test_every_program_is_on_the_page_and_no_other() -> None:
    assert set(SHOWN) == {one.place for one in HANDED_IN}, RERUN
    assert set(READ_AS) == {one.name for one in classes()}, RERUN


def test_the_page_is_as_the_command_writes_it() -> None:
    assert page(HANDED_IN, BY_NAME, READ_AS) == TEXT, RERUN


def test_every_row_says_when_it_was_graded() -> None:
    assert [place for place, one in SHOWN.items() if not re.fullmatch(r"20\d\d-\d\d-\d\d", one.day)] == []


def test_no_two_programs_are_handed_in_by_one_student() -> None:
    names = [one.name for one in HANDED_IN]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_every_program_of_the_folder_is_listed() -> None:
    places = {one.file for one in HANDED_IN}
    there = (HERE / "programs").glob("*/*")
    assert [str(file) for file in there if file not in places and file.name != "__pycache__"] == []


def test_sixty_programs_and_more_are_written_for_the_page() -> None:
    assert len([one for one in HANDED_IN if one.place.startswith("hand_ins/")]) >= 60


def test_no_honest_program_is_accused_and_only_gaps_that_are_named_need_a_person_without_cause() -> None:
    assert accused_honest(HANDED_IN, BY_NAME) == []
    waiting = without_cause(HANDED_IN, BY_NAME)
    assert set(waiting) <= {one.name for one in HANDED_IN if one.gap}
    assert len(waiting) <= 1


@pytest.mark.parametrize("one", HANDED_IN, ids=lambda one: one.place)
def test_what_became_of_a_program_is_what_should(one: HandIn) -> None:
    was = BY_NAME[one.name]
    assert (was.ending in one.should and not was.amiss) is not bool(one.gap)


def test_cells_parted_by_marks_become_a_notebook() -> None:
    text = "# %% [markdown]\n# Olá.\n# %%\nx = 1\n\n# %% [out 0.97]\nprint(x)\n"
    assert '"cell_type": "markdown", "metadata": {}, "source": "Olá."' in notebook(text)
    assert '"text": "0.97\\n"' in notebook(text)
    assert '"source": "x = 1"' in notebook(text)
    assert len(notebook("# %% [picture 2]\nx = 1\n")) > 2_000_000
    assert '"2 4\\n"' in notebook("# %% [lines 3]\nx = 1\n")
