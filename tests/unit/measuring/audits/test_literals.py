"""Programs that carry more data than anybody types, and honest ones that do not."""

import base64
from pathlib import Path

import numpy as np
import pytest

from grader.measuring.audits.literals import large_literal, large_literals
from grader.model.passage import Origin, Passage
from grader.model.submission import Severity

ROOT = Path(__file__).parents[4]
CHANCE = np.random.default_rng(5)
LABELS = "".join(map(str, CHANCE.integers(0, 10, 10_000)))
WEIGHTS = base64.b64encode(CHANCE.bytes(3000)).decode()
PROSE = " ".join(
    CHANCE.choice(["a rede", "aprende", "com", "cada época;", "o erro", "cai,", "depois sobe"], 3000)
)


def code(text: str, origin: Origin = Origin.CODE) -> list[Passage]:
    return [Passage(origin=origin, text=text, place="mlp.py")]


@pytest.mark.parametrize(
    "program",
    [
        f"x = 1\nY = '{LABELS}'\n",
        f"x = 1\nY = [{', '.join(LABELS)}]\n",
        f"x = 1\nY = np.array([[{', '.join(LABELS)}]]).T\n",
        f"x = 1\nW = b64decode('''{WEIGHTS}''')\n",
        "x = 1\nW = (" + "\n".join(f"'{WEIGHTS[at : at + 60]}'" for at in range(0, len(WEIGHTS), 60)) + ")\n",
        f"x = 1\nW = {CHANCE.normal(size=600).round(6).tolist()}\n",
        f"x = 1\nW = 0x{CHANCE.bytes(2500).hex()}\n",
        f"x = 1\nW = {{{', '.join(f'{i}: {d}' for i, d in enumerate(LABELS[:3000]))}}}\n",
    ],
    ids=["digits", "list", "array", "base64", "pieces", "weights", "hex", "dictionary"],
)
def test_a_table_of_answers_or_weights_is_found_with_its_line(program: str) -> None:
    (found,) = large_literals(code(program))
    assert found.where == "mlp.py:2"
    assert found.size > 2048
    finding = large_literal((found,))
    assert finding is not None
    assert (finding.code, finding.severity) == ("GR417", Severity.REVIEW)
    assert "mlp.py:2" in finding.message.en
    assert "mlp.py:2" in finding.message.pt


@pytest.mark.parametrize(
    "program",
    [
        f'"""{PROSE}"""\nx = 1\n',
        f"# {LABELS}\nx = 1\n",
        "x = [0] * 10_000\ny = '" + "ab" * 10_000 + "'\n",
        f"print('{LABELS[:1000]}')\n",
        "\n".join(f"model.add(Dense({n}, activation='relu', name='d{n}'))" for n in range(900)),
    ],
    ids=["prose", "comment", "repeated", "small", "calls"],
)
def test_what_people_type_is_not(program: str) -> None:
    assert large_literals(code(program)) == ()


def test_a_picture_in_an_output_is_nobodys_table() -> None:
    assert large_literals(code(WEIGHTS, Origin.SAVED)) == ()
    assert large_literal(()) is None


@pytest.mark.parametrize(
    "folder", ["tests/course_programs", "examples/submissions", "reference_solutions", "assignments"]
)
def test_no_program_of_the_course_has_one(folder: str) -> None:
    programs = [*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.ipynb")]
    assert programs
    for path in programs:
        assert large_literals([Passage(origin=Origin.CODE, text=path.read_text(), place=path.name)]) == (), (
            path
        )
