"""Reads a TOML file, or says what is wrong with it and on which line."""

import re
import tomllib
from pathlib import Path
from typing import Any

from grader.model.errors import CourseError
from grader.model.message import Message
from grader.words import say
from grader.words.mistake_words import legible
from grader.words.problems import problem_told

_PLACE = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")
_REASONS = {
    "toml.twice": re.compile(r"Cannot (overwrite|declare|mutate)|Duplicate"),
    "toml.open": re.compile(r"Unterminated|Unclosed|Expected .\]|Expected .\'{3}"),
    "toml.equals": re.compile(r"Expected .=. after a key|Expected newline"),
    "toml.escape": re.compile(r"Unescaped|Hex value|Invalid hex"),
    "toml.value": re.compile(r"Invalid value|Invalid date"),
}
_LIKE_A_NUMBER = re.compile(r"""^[\w."' -]+=\s*([-+]?\.?\d[^#=]*)(?=#|$)""")
"""A value that begins as a number does, in a line of its own."""
_MOST_BYTES = 2**20
# a.b.c … without end, of which tomllib keeps every beginning: a megabyte of it costs hundreds of gigabytes.
_DEEP_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){30}""", re.ASCII)


def read_toml(file: Path, where: str) -> dict[str, Any]:
    """Return the content of ``file``, called ``where`` in messages; a byte order mark is passed over.

    Raises:
        CourseError: it cannot be read, or is not TOML.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        others = ", ".join(sorted(p.name for p in file.parent.glob("*.toml")))
        raise CourseError(
            say("toml-file-missing", folder=str(Path(where).parent), file=file.name, got=others)
        ) from None
    except OSError as problem:
        raise CourseError(say("file-unreadable", file=where, problem=problem_told(problem))) from None
    if len(content) > _MOST_BYTES:
        raise CourseError(say("invalid-toml", file=where, place="", problem=say("toml.large")))
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        return _table(text)
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        place = say("toml.line", line=line)
        raise CourseError(
            say("invalid-toml", file=where, place=place, problem=say("toml.encoding"))
        ) from None
    except RecursionError:
        raise CourseError(say("invalid-toml", file=where, place="", problem=say("toml.nested"))) from None
    except ValueError as problem:  # TOMLDecodeError, or an integer of thousands of digits
        raise CourseError(_explained(text, where, str(problem))) from None


def _table(text: str) -> dict[str, Any]:
    """Return what ``text`` holds; a key of too many parts counts as nesting, which it is."""
    if _DEEP_KEY.search(text):
        raise RecursionError
    return tomllib.loads(text)


def _explained(text: str, where: str, problem: str) -> Message:
    found = _PLACE.search(problem)
    reason = next((key for key, pattern in _REASONS.items() if pattern.search(problem)), "toml.statement")
    if found is None or found[1] is None:
        lines = text.rstrip().count("\n") + 1
        place = say("toml.end", line=lines)
        return say("invalid-toml", file=where, place=place, problem=say(reason, got=""))
    line, column = int(found[1]), int(found[2])
    written = text.split("\n")[line - 1].strip()
    place = say("toml.column", line=line, column=column)
    number = _LIKE_A_NUMBER.match(written)
    if number is not None and reason in ("toml.equals", "toml.value"):
        told = say("toml.number", got=legible(number[1].strip()))
        return say("invalid-toml", file=where, place=place, problem=told)
    cut = legible(written)
    return say("invalid-toml", file=where, place=place, problem=say(reason, got=f": {cut}" if cut else ""))
