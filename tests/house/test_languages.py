"""No English stands inside Portuguese, no Portuguese inside English: in any sentence shown to a person.

Code is set off by marks (backticks, quotes, brackets of a call, an option's dashes) or is a name; the rest
holds none of the words that only the other language has.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

import grader
from tests.house.words_of_languages import ENGLISH, PORTUGUESE

CODE = frozenset({"none", "below", "above", "points"})
"""Values and keys of options and of assignment.toml, which stand bare in some sentences."""
MARKED = (
    re.compile(r"`[^`]*`"),
    re.compile(r"^Verificação \w+"),  # the name of a kind, in the title of its page
    re.compile(r"\{[^}]*\}"),
    re.compile(r"['\"“][^'\"”]{1,80}['\"”]"),
    re.compile(r"<[^>]*>|&\w+;"),
    re.compile(r"--?[a-z][\w-]*(=\S+)?"),
    re.compile(r"\b(grader|pip|apt-get|sysctl|docker|podman|chmod|nvidia-modprobe)( (?!and\b|e\b)[a-z-]+)+"),
    re.compile(r"\S*[./_=()\[\]@]\S*\w\S*"),  # paths, attributes, calls, keys
)
WORD = re.compile(r"[^\W\d_]+")


def foreign(text: str, words: frozenset[str]) -> list[str]:
    """Return the words of ``text`` that only the other language has."""
    text = text.replace("one-hot", " ")
    for marks in MARKED:
        text = marks.sub(" ", text)
    return [word for word in WORD.findall(text) if word.lower() in words - CODE and not word.isupper()]


def sentences() -> Iterator[tuple[str, str, str]]:
    """Yield where every text stands, its language and the text: the catalogue and the pages of explain."""
    catalogue = resources.files("grader.words")
    for folder in (catalogue, catalogue / "explain"):
        for file in sorted(folder.iterdir(), key=lambda one: one.name):
            if file.name.endswith(".toml"):
                yield from _texts(file.name, tomllib.loads(file.read_text(encoding="utf-8")), "")


def _texts(place: str, node: dict[str, Any], language: str) -> Iterator[tuple[str, str, str]]:
    for key, value in node.items():
        spoken = key if key in ("pt", "en") else language
        if isinstance(value, dict):
            yield from _texts(f"{place} {key}", value, spoken)
        elif isinstance(value, str) and spoken:
            yield f"{place} {key}", spoken, value


def test_every_sentence_is_in_its_own_language() -> None:
    lists = {"pt": ENGLISH, "en": PORTUGUESE}
    told = list(sentences())
    assert len(told) > 2000
    mixed = [(place, foreign(text, lists[spoken])) for place, spoken, text in told]
    assert [(place, words) for place, words in mixed if words] == []


OTHER_NAMES = {re.compile(r"\bprevis(ão|ões)\b", re.IGNORECASE): "predição"}
"""What the project calls by one word in Portuguese, and the words that it does not use for it."""


def test_one_thing_has_one_word_in_portuguese() -> None:
    told = [(place, text) for place, spoken, text in sentences() if spoken == "pt"]
    pages = [
        *ROOT.glob("assignments/*/README.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("examples/**/*.md"),
    ]
    told += [(str(page.relative_to(ROOT)), page.read_text(encoding="utf-8")) for page in pages]
    found = [
        (place, word) for place, text in told for other, word in OTHER_NAMES.items() if other.search(text)
    ]
    assert found == [("docs/reference/glossary.md", "predição")]


SOURCE = Path(grader.__file__).parent
ROOT = SOURCE.parent
OTHERS_WORDS = (
    "cli/usage_errors.py",  # click's
    "measuring/claims/",  # students'
    "measuring/judging/diagnose.py",  # Keras'
    "measuring/judging/hints.py",  # Python's and the libraries'
    "measuring/judging/telling_error.py",
    "readers/read_toml.py",  # tomllib's
    "reporting/cleaning.py",  # TensorFlow's
    "running/bubblewrap/why_no_bubblewrap.py",  # bubblewrap's and the kernel's
    "running/conformance/",  # programs
    "running/probing/",
    "running/harness/probe_inside.py",
    "authoring/lint/stated_figures.py",  # how statements speak of bounds, in both languages
    "running/harness/grader_harness/commands.py",
    "running/harness/grader_harness/command_line.py",  # told to a program, in both languages
    "running/harness/grader_harness/program_errors.py",  # the same; and Python's own heading
    "running/harness/stage0.py",  # told to the supervisor
    "running/harness/grader_harness/warm/walls.py",  # the same
    "running/inside.py",  # a file of the system
    "running/warm/trial.py",  # a program
)
"""Where texts are not ours: words of other programs that are recognised, or programs themselves."""
CODE_IN_TEXT = frozenset({"np.ndarray[", "[str,", 'by = "', ", not bytes"})
"""Types of annotations, a key of dataset.toml, and an error as Python would write it."""


def _english_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the texts in code that read as English: no docstrings, nothing that only a programmer meets."""
    apart: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr | ast.Raise):
            apart |= {id(each) for each in ast.walk(node) if isinstance(each, ast.Constant)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            apart -= {id(each) for each in ast.walk(node) if isinstance(each, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            text = node.value
            code = any(part in text for part in CODE_IN_TEXT)
            if " " in text.strip() and not code and foreign(text, ENGLISH):
                yield node.lineno, text


def test_no_sentence_stands_in_the_code() -> None:
    found = []
    for file in sorted(SOURCE.rglob("*.py")):
        name = str(file.relative_to(SOURCE))
        if not name.startswith(OTHERS_WORDS):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            found += [(f"{name}:{line}", text) for line, text in _english_in(tree)]
    assert found == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('say("a-key", detail=f"{name} has {n} rows, the test set {m}")', [" rows, the test set "]),
        ('passed_over("length", "the model gives none")', ["the model gives none"]),
        ('few = f"too few for {what}"', ["too few for "]),
        ('say("a-key", detail=f"{name}: {n} ≠ {m}")', []),
        ('def f():\n    """Return what is there."""', []),
        ('raise TypeError("what is this")', []),
    ],
)
def test_english_that_is_written_into_the_code_is_seen(code: str, found: list[str]) -> None:
    assert [text for _, text in _english_in(ast.parse(code))] == found


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("QP has 5 rows, the test set 10", ENGLISH, ["has", "the"]),
        ("o arquivo `not found` e {name} são de keras.layers.Dense(the=1)", ENGLISH, []),
        ("the file não existe", PORTUGUESE, ["não"]),
        ("use `para` or 'que'; see docs/para.md", PORTUGUESE, []),
        ("rode grader doctor e veja", ENGLISH, []),
    ],
)
def test_a_word_of_the_other_language_is_seen_and_code_is_not(
    text: str, words: frozenset[str], found: list[str]
) -> None:
    assert foreign(text, words) == found
