import re
import time
from pathlib import Path

import pytest

from grader.measuring.audits.fingerprint import fingerprint, likeness, shared_by_many

PROGRAMS = Path(__file__).parents[3] / "course_programs"
NOTES = (PROGRAMS / "mnist" / "programa5.py").read_text(encoding="utf-8")
OTHER = (PROGRAMS / "noisynote" / "noisynote.py").read_text(encoding="utf-8")


def renamed(source: str) -> str:
    for old, new in (
        ("AX", "x_train"),
        ("QX", "x_test"),
        ("AY2", "y_hot"),
        ("model", "rede"),
        ("score", "s"),
    ):
        source = re.sub(rf"(?<![.\w]){old}(?!\w)", new, source)
    return source


def test_comments_and_spaces_change_nothing() -> None:
    changed = "# meu programa\n" + NOTES.replace(" = ", "  =  ") + "\n\n# fim\n"
    assert fingerprint(changed).plain == fingerprint(NOTES).plain


def test_other_names_and_texts_are_the_same_program_renamed() -> None:
    changed = fingerprint(renamed(NOTES).replace("Test error", "Erro"))
    assert changed.plain != fingerprint(NOTES).plain
    assert changed.renamed == fingerprint(NOTES).renamed
    assert likeness(changed, fingerprint(NOTES), frozenset()) == 1.0


@pytest.mark.parametrize(
    ("old", "new"), [("400", "512"), ("relu", "relu"), ("layers.Dense", "layers.Conv2D")]
)
def test_another_number_or_layer_is_another_program(old: str, new: str) -> None:
    source = "model.add(layers.Dense(400, activation='relu'))\n"
    same = fingerprint(source.replace(old, new)).renamed == fingerprint(source).renamed
    assert same == (old == new)


def test_two_programs_of_the_notes_for_other_exercises_are_not_alike() -> None:
    assert likeness(fingerprint(NOTES), fingerprint(OTHER), frozenset()) < 0.5


def test_lines_added_to_a_copy_do_not_hide_it() -> None:
    changed = renamed(NOTES) + "\nimport matplotlib.pyplot as plt\nplt.plot(h.history['loss'])\nplt.show()\n"
    assert likeness(fingerprint(changed), fingerprint(NOTES), frozenset()) > 0.9


def test_what_came_with_the_assignment_makes_nobody_alike() -> None:
    common = shared_by_many([], [fingerprint(NOTES)])
    assert likeness(fingerprint(renamed(NOTES)), fingerprint(NOTES), common) == 0.0


def test_what_many_have_in_common_makes_nobody_alike() -> None:
    prints = [fingerprint(f"{NOTES}\nx{number} = {number}\n") for number in range(20)]
    common = shared_by_many(prints)
    assert likeness(prints[0], prints[1], common) == 0.0
    assert likeness(prints[0], prints[1], shared_by_many(prints[:2])) > 0.9


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "a",
        '"' * 10_000_000,
        "(" * 10_000_000,
        "a." * 5_000_000,
        "x=1\n" * 2_500_000,
        "'''" + "\\" * 10_000_000,
    ],
    ids=["empty", "one", "quotes", "brackets", "dots", "lines", "backslashes"],
)
def test_any_text_has_a_fingerprint_in_bounded_time(hostile: str) -> None:
    began = time.process_time()
    fingerprint(hostile)
    assert time.process_time() - began < 3


def test_python_2_magics_and_torn_programs_are_read_too() -> None:
    assert fingerprint("print 'x'\n%matplotlib inline\n!pip install x\nif (\n").tokens > 10
