"""What is kept of a cell's output."""

import io
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st


def cell_output(stream: io.StringIO) -> Any:
    return import_module("grader_harness.cell_output").CellOutput(stream)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\r\x08", codec="utf-8"))))
def test_plain_text_is_passed_on_and_kept_whatever_its_pieces(pieces: list[str]) -> None:
    stream = io.StringIO(newline="")
    output = cell_output(stream)
    output.writelines(pieces)
    assert stream.getvalue() == "".join(pieces)
    assert output.text() == "".join(pieces)


@pytest.mark.parametrize(
    ("pieces", "kept"),
    [
        (["1/3\r", "2/3\r", "3/3\n"], "3/3\n"),
        (["1/3", "\x08\x08\x08", "2/3", "\x08\x08\x08\n"], "2/3\n"),
        (["linha\r\n", "outra\n"], "linha\noutra\n"),
        (["a\nb\rc"], "a\nc"),
    ],
)
def test_overwritten_text_is_not_kept(pieces: list[str], kept: str) -> None:
    output = cell_output(io.StringIO())
    output.writelines(pieces)
    assert output.text() == kept


def test_a_flood_is_cut_and_a_new_cell_starts_empty() -> None:
    output = cell_output(io.StringIO())
    for _ in range(1000):
        output.write("ã" * 200 + "\n")
    assert 64 * 1024 - 3 < len(output.text().encode()) <= 64 * 1024
    output.clear()
    assert output.text() == ""
