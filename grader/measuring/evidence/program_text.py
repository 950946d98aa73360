"""Reads Python source as text: its comments, its texts, its words. Nothing is run, parsed or refused.

Python 2, notebook magics and unfinished programs are read like any other. Time is linear in the text: a
string that never ends is one piece, and nothing is tried twice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

MOST_CHARACTERS = 512 * 1024
"""Of a longer program the beginning is read."""

_DEEPEST = 100

# No possessive groups: those of Python 3.11.2 keep what a failed turn had taken. No end can fail here, so
# nothing is tried twice all the same.
_PIECES = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>"{3}(?:[^"\\]+|\\.|"(?!""))*(?:"{3})?
      |'{3}(?:[^'\\]+|\\.|'(?!''))*(?:'{3})?
      |"(?:[^"\\\n]+|\\.)*"?
      |'(?:[^'\\\n]+|\\.)*'?)
    |(?P<name>[^\W\d]\w*)
    |(?P<number>[0-9][\w.]*)
    |(?P<sign>[^\s\w])""",
    re.VERBOSE | re.DOTALL,
)
_QUOTES = re.compile("^(?:\"{3}|'{3}|\"|')|(?:\"{3}|'{3}|\"|')$")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Kind(Enum):
    """What a piece of source is."""

    COMMENT = "comment"
    STRING = "string"
    NAME = "name"
    NUMBER = "number"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of source with the line it begins in, from 1."""

    kind: Kind
    text: str
    line: int


def pieces(source: str) -> Iterator[Piece]:
    """Yield the pieces of ``source`` in order; spaces and line ends between them are gone."""
    source = source[:MOST_CHARACTERS]
    line, at = 1, 0
    for found in _PIECES.finditer(source):
        line += source.count("\n", at, found.start())
        at = found.start()
        yield Piece(Kind(str(found.lastgroup)), found[0], line)


def remarks(source: str) -> Iterator[Piece]:
    """Yield every line of every comment and string, without its marks, each under its own line number."""
    for piece in pieces(source):
        if piece.kind is Kind.COMMENT:
            yield Piece(piece.kind, piece.text.lstrip("#"), piece.line)
        elif piece.kind is Kind.STRING:
            bare = _QUOTES.sub("", piece.text)
            for number, text in enumerate(bare.split("\n")):
                yield Piece(piece.kind, _ESCAPED.sub(" ", text), piece.line + number)


def has_code(source: str) -> bool:
    """Return whether there is more in ``source`` than comments and bare strings."""
    return any(piece.kind not in (Kind.COMMENT, Kind.STRING) for piece in pieces(source))


_WHILE_TRAINING = re.compile(
    r"[ \t]*class[ \t]+\w+[ \t]*\([^\n#]*Callback|[ \t]*def[ \t]+on_(?:epoch|batch|train|test|predict)"
    r"|[^\n#'\"]*\bon_(?:epoch|batch|train)_\w+[ \t]*="
)
_ON_CONDITION = re.compile(r"[ \t]*(?:el)?if\b(?![^\n]*__main__)|[ \t]*(?:while|assert)\b")


def lines_that_wait(source: str) -> tuple[frozenset[int], frozenset[int]]:
    """Return the lines of callbacks, run while a model trains, and those that run on some condition only.

    By indentation, whatever the program is otherwise: a block ends where a line stands no further in than its
    head. A text there says what would be said, not what came out.
    """
    training: set[int] = set()
    condition: set[int] = set()
    blocks: list[tuple[int, set[int]]] = []
    for number, line in enumerate(source[:MOST_CHARACTERS].split("\n"), 1):
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        while blocks and indent <= blocks[-1][0]:
            blocks.pop()
        for lines, head in ((training, _WHILE_TRAINING), (condition, _ON_CONDITION)):
            if head.match(line):
                lines.add(number)
                if len(blocks) < _DEEPEST:
                    blocks.append((indent, lines))
        for _, lines in blocks:
            lines.add(number)
    return frozenset(training), frozenset(condition)
