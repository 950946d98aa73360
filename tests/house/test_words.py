"""The catalogue and the code agree: all that is said is there, all that has a code is said."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

import grader
from grader.model.message import Language
from grader.words.catalogue import codes, keys, sentence

SOURCE = Path(grader.__file__).parent
SPEAKERS = ("say", "phrase")
CODE = re.compile(r"GR\d{3}")


@cache
def _trees() -> tuple[tuple[str, ast.Module], ...]:
    files = sorted(SOURCE.rglob("*.py"))
    return tuple((str(f.relative_to(SOURCE)), ast.parse(f.read_text(encoding="utf-8"))) for f in files)


@cache
def _templates() -> str:
    return "\n".join(f.read_text(encoding="utf-8") for f in sorted(SOURCE.rglob("*.html")))


def _spoken() -> Iterator[tuple[str, ast.expr]]:
    """Yield what stands in the place of a code in every call of ``say`` and ``phrase``."""
    for name, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
                yield from ((f"{name}:{node.lineno}", one) for one in _branches(node.args[0]))


def _branches(code: ast.expr) -> Iterator[ast.expr]:
    if isinstance(code, ast.IfExp):
        yield from _branches(code.body)
        yield from _branches(code.orelse)
    else:
        yield code


def _pattern(code: ast.JoinedStr) -> re.Pattern[str]:
    parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in code.values]
    return re.compile("".join(parts))


def _constants() -> set[str]:
    return {
        node.value
        for _, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _entries() -> list[tuple[str, str, dict[str, str]]]:
    return [
        (file.name, code, entry)
        for file in resources.files("grader.words").iterdir()
        if file.name.endswith(".toml")
        for code, entry in tomllib.loads(file.read_text(encoding="utf-8")).items()
    ]


def test_everything_said_is_in_the_catalogue() -> None:
    known = set(keys())
    literal = [(place, c.value) for place, c in _spoken() if isinstance(c, ast.Constant)]
    literal += [
        ("template", code) for code in re.findall(r"\b(?:say|phrase)\(\s*['\"]([^'\"]+)", _templates())
    ]
    assert len(literal) > 100
    assert [(place, code) for place, code in literal if code not in known] == []


def test_what_is_said_under_a_composed_name_is_in_the_catalogue() -> None:
    composed = [(place, _pattern(c)) for place, c in _spoken() if isinstance(c, ast.JoinedStr)]
    assert composed
    lost = [(place, p.pattern) for place, p in composed if not any(p.fullmatch(key) for key in keys())]
    assert lost == []


def test_no_sentence_is_named_by_its_number_in_the_code() -> None:
    assert [text for text in _constants() if CODE.fullmatch(text)] == []


def test_nothing_in_the_catalogue_is_never_said() -> None:
    constants = _constants() | set(re.findall(r"['\"]([A-Za-z0-9_.-]+)['\"]", _templates()))
    composed = [_pattern(c) for _, c in _spoken() if isinstance(c, ast.JoinedStr)]
    composed += [_pattern(c) for c in _composed_names()]
    assert [k for k in keys() if k not in constants and not any(p.fullmatch(k) for p in composed)] == []


def _composed_names() -> Iterator[ast.JoinedStr]:
    """Yield what may be the name of an entry, composed before it is said: ``f"why.{key}"``."""
    start = re.compile(r"[a-z]+\.([a-z_]+\.)?")
    texts = (n for _, tree in _trees() for n in ast.walk(tree) if isinstance(n, ast.JoinedStr))
    for text in texts:
        if isinstance(text.values[0], ast.Constant) and start.fullmatch(str(text.values[0].value)):
            yield text


def test_every_entry_says_the_same_in_both_languages() -> None:
    for _, key, entry in _entries():
        assert set(entry) - {"code"} == {"pt", "en"}, key
        assert _fields(entry["pt"]) == _fields(entry["en"]), key
        for language in ("pt", "en"):
            assert entry[language] == entry[language].strip() or "code" not in entry, key


def test_what_has_a_code_has_a_name_that_reads() -> None:
    named = {key: entry["code"] for _, key, entry in _entries() if "code" in entry}
    assert [key for key in named if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", key)] == []
    assert [code for code in named.values() if not CODE.fullmatch(code)] == []


def _fields(text: str) -> set[tuple[str, str]]:
    """Return the fields of a sentence and how each is written; ``{x}`` and ``{x:num}`` are not the same.

    How a language makes its plurals is its own affair.
    """
    return {
        (name, spec or "")
        for _, name, spec, _ in string.Formatter().parse(text)
        if name is not None and "|" not in (spec or "")
    }


COUNTED = re.compile(r"\{(?!limit\b|most\b)\w+(?::(?:int|num|about|dec))?\} (\w+s)\b")
NEVER_ONE = {
    ("page.confusion.large", "classes"),  # more than fit on a page
    ("wall.size", "bytes"),
    ("too_large", "bytes"),
    ("verdict.value.depth", "níveis"),
    ("verdict.value.depth", "levels"),
    ("zip-unpacks-too-large", "vezes"),
    ("zip-unpacks-too-large", "times"),
    ("calibrate.alike.told", "execuções"),  # two at least
    ("calibrate.alike.told", "runs"),
    ("engine-trial-failed", "answers"),  # a version answers
    ("archive-type-not-accepted", "files"),  # of a type
}
"""What is counted there is many by nature: a size, a limit that was passed."""


def _plurals() -> set[str]:
    """Return every word that some sentence of the catalogue has for more than one."""
    texts = [entry[language] for _, _, entry in _entries() for language in ("pt", "en")]
    specs = [spec for text in texts for _, _, spec, _ in string.Formatter().parse(text) if spec]
    return {word for spec in specs if "|" in spec for word in spec.partition("|")[2].split()[:1]}


def test_what_is_counted_agrees_with_its_number() -> None:
    plurals = _plurals() | {"classes", "níveis", "levels", "vezes", "times"}
    assert {"execuções", "runs", "linhas", "rows", "pontos", "points"} <= plurals
    bare = [
        (key, word)
        for _, key, entry in _entries()
        for language in ("pt", "en")
        for word in COUNTED.findall(entry[language])
        if word in plurals and (key, word) not in NEVER_ONE
    ]
    assert bare == [], "after a count write {n} {n:row|rows}"
    assert not [
        key for _, key, entry in _entries() if re.search(r"\w\((s|es|ões)\)", entry["pt"] + entry["en"])
    ]


def test_codes_keep_to_the_hundreds_that_people_know() -> None:
    hundreds = {code[:3] for code in codes()}
    assert hundreds <= {f"GR{n}" for n in range(1, 10)}


def test_no_entry_and_no_code_stands_twice() -> None:
    names = [key for _, key, _ in _entries()]
    numbers = [entry["code"] for _, _, entry in _entries() if "code" in entry]
    assert len(names) == len(set(names)) == len(keys())
    assert len(numbers) == len(set(numbers)) == len(codes())


HINT = {Language.PT: "; você quis dizer 'digits'?", Language.EN: "; did you mean 'digits'?"}


def test_no_sentence_ends_twice() -> None:
    for key in keys():
        for language in Language:
            text = sentence(key, language).replace("{hint}", HINT[language])
            assert not re.search(r"[?!.]\.(?!\.)(\s|$)", text.replace("...", "…")), (key, text)
