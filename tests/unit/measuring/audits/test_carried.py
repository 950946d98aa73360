"""Data in pieces of any kind is found by its sum; what people write and hand in is not."""

import base64
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.coursefiles.passages import passages_of
from grader.measuring.audits.carried import ALWAYS, Carried, carried, text_without_words
from grader.model.passage import Origin, Passage
from grader.model.submission import FileKind, Severity

ROOT = Path(__file__).parents[4]
TABLE = np.random.default_rng(5).bytes(420)
"""What 1,000 answers in ten classes come to."""
TEXT = base64.b85encode(TABLE).decode().replace("\\", "~")
BITS = "".join(f"{byte:08b}" for byte in TABLE)
HONEST = (ROOT / "tests/course_programs/mnist/programa5.py").read_text()
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SPELT = [WORDS[int(digit)] for digit in str(int.from_bytes(TABLE))]


def code(text: str) -> list[Passage]:
    return [Passage(origin=Origin.CODE, text=text, place="mlp.py")]


def pieces_of(size: int) -> list[str]:
    return [TEXT[at : at + size] for at in range(0, len(TEXT), size)]


def names() -> str:
    plain = [piece.encode().hex() for piece in pieces_of(6)]
    return "\n".join(f"q{name} = {number % 7}" for number, name in enumerate(plain))


@pytest.mark.parametrize(
    "hidden",
    [
        f"T = {TEXT!r}",
        "\n".join(f"T{number} = {piece!r}" for number, piece in enumerate(pieces_of(40))),
        "\n".join(f"part(label={piece!r})" for piece in pieces_of(8)),
        "\n".join(f"# {piece}" for piece in pieces_of(30)),
        "\n".join(f"x{number} = {byte}" for number, byte in enumerate(TABLE)),
        names(),
        "\n".join(
            "x = 1" + "".join(" " if bit == "1" else "\t" for bit in line)
            for line in (BITS[at : at + 40] for at in range(0, len(BITS), 40))
        ),
        f"T = '{' '.join(SPELT)}'",
        f"# {' '.join(SPELT)}",
        f"T = [{', '.join(SPELT)}]",
    ],
    ids=[
        "one literal",
        "named pieces",
        "arguments",
        "comments",
        "numbers",
        "names",
        "spaces",
        "words",
        "words in a comment",
        "names in a list",
    ],
)
def test_a_small_table_is_found_wherever_it_stands(hidden: str) -> None:
    found = carried(code(f"{HONEST}\n{hidden}\n"), {})
    finding = text_without_words(found)
    assert finding is not None, found
    assert (finding.code, finding.severity) == ("GR422", Severity.REVIEW)
    assert f"{found.size:,}" in finding.message.en


def test_pieces_of_several_kinds_are_added_up() -> None:
    third = [TEXT[at::3] for at in range(3)]
    parts = [f"T = {third[0]!r}", f"# {third[1]}", "\n".join(f"x{n} = {b}" for n, b in enumerate(TABLE[::8]))]
    alone = [carried(code(f"{HONEST}\n{part}\n"), {}) for part in parts]
    assert all(text_without_words(one) is None for one in alone)
    assert text_without_words(carried(code("\n".join([HONEST, *parts])), {})) is not None


@pytest.mark.parametrize(
    ("program", "name", "counted"),
    [
        ("x = open('hard.txt').read()", "hard.txt", True),
        ("x = np.load('hard' + '.npy')", "hard.npy", True),
        ("x = [open(f).read() for f in os.listdir()]", "hard.txt", True),
        ("x = 1", "hard.txt", False),
    ],
)
def test_a_file_beside_the_program_counts_where_the_program_can_mean_it(
    program: str,
    name: str,
    counted: bool,  # noqa: FBT001 - the one question
) -> None:
    found = carried(code(f"{HONEST}\n{program}\n"), {name: TABLE})
    assert (found.sizes.get("files", 0) >= len(TABLE)) is counted
    assert (text_without_words(found) is not None) is counted


def test_no_program_of_the_course_and_no_hand_in_carries_so_much() -> None:
    folders = ("course_programs", "hand_ins/programs")
    paths = [path for name in folders for path in (ROOT / "tests" / name).rglob("*")]
    paths += [path for name in ("examples", "reference_solutions") for path in (ROOT / name).rglob("*")]
    looked = 0
    for path in paths:
        if path.suffix in (".py", ".ipynb"):
            kind = FileKind.NOTEBOOK if path.suffix == ".ipynb" else FileKind.SCRIPT
            found = carried(passages_of(path, path.name, kind), {})
            assert found.size < 0.6 * found.usual, path
            looked += 1
    assert looked > 150


def test_saved_outputs_and_markdown_bring_nothing() -> None:
    shown = [Passage(origin=origin, text=TEXT, place="a.ipynb") for origin in (Origin.SAVED, Origin.MARKDOWN)]
    assert carried([*shown, *code(HONEST)], {}) == carried(code(HONEST), {})


@given(st.text(max_size=3000))
def test_any_text_is_measured_and_a_longer_one_never_holds_less_than_nothing(text: str) -> None:
    found = carried(code(text), {})
    assert isinstance(found, Carried)
    assert found.size >= 0
    assert found.usual >= ALWAYS
