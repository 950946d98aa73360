from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.words.mistake_words import check_label, legible, near_miss, nearest, shown


@given(st.text())
def test_what_is_shown_fits_a_line_and_can_be_seen(text: str) -> None:
    line = legible(text)
    assert len(line) <= 60
    assert line.isprintable()


@given(st.lists(st.text(min_size=1), min_size=1))
def test_a_name_that_exists_is_its_own_nearest_but_for_its_case(names: list[str]) -> None:
    near = nearest(names[0], names)
    assert near is not None
    assert near.casefold() == names[0].casefold()


def test_a_name_far_from_all_has_no_hint() -> None:
    assert nearest("zzz", ["below", "above"]) is None
    assert near_miss("zzz", ["below", "above"]).en == ""


def test_a_hint_names_what_may_have_been_meant() -> None:
    assert near_miss("Treshold", ["threshold", "points"]).en == "; did you mean 'threshold'?"
    assert near_miss("Treshold", ["threshold", "points"]).pt == "; você quis dizer 'threshold'?"


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (True, "true"),
        ("a\nb", '"a\\nb"'),
        ({"min": 1, "max": 2}, "{min, max}"),
        ([1, [2, [3]], {"x": 1}], "[1, […], {…}]"),
    ],
)
def test_a_value_is_shown_as_toml_writes_it(value: Any, line: str) -> None:
    assert shown(value) == line


def test_a_check_is_named_by_its_id_else_by_its_number() -> None:
    assert check_label({"id": "error"}, 3) == "check.error"
    assert check_label({"kind": "metric"}, 3) == "check.3"
    assert check_label("not a table", 3) == "check.3"
