"""Large literals in a program: weights, tables of answers, whatever else no one types. Pure, and linear.

The placebo sees answers that are brought in ready-made when they make up most of what a program gets right.
A table of the hard rows only, or of some, is seen here, once it is larger than what is typed by hand.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.measuring.evidence.program_text import Kind, Piece, pieces
from grader.model.passage import Origin, Passage
from grader.model.submission import Finding, Severity
from grader.words import say

LARGE_FROM = 2048
"""Bytes, compressed: the 10,000 labels of MNIST are 5,200; data typed in the course some hundred."""
_LEAST_SPACES = 0.08
_LEAST_LETTERS = 0.85
"""Prose: of what is neither sign nor figure, and with spaces between words. Base64 has no spaces."""
_BETWEEN = frozenset(",[](){}-+:")


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeLiteral:
    """A text or a table of numbers in a program, with the bytes it holds once it is compressed."""

    where: str
    size: int


def large_literals(passages: Iterable[Passage]) -> tuple[LargeLiteral, ...]:
    """Return the literals of more than two kibibytes in the code of ``passages``, in order."""
    return tuple(
        LargeLiteral(where=f"{passage.place}:{line}", size=size)
        for passage in passages
        if passage.origin is Origin.CODE
        for line, text in _literals(passage.text)
        if (size := len(zlib.compress(text.encode("utf-8", "replace"), 9))) > LARGE_FROM
    )


def large_literal(found: tuple[LargeLiteral, ...]) -> Finding | None:
    """Return the finding that a program holds more data than anybody types; None for none."""
    if not found:
        return None
    largest = max(found, key=lambda one: one.size)
    message = say("embedded-data-in-program", count=len(found), where=largest.where, size=largest.size)
    return Finding(severity=Severity.REVIEW, message=message)


def _literals(source: str) -> Iterator[tuple[int, str]]:
    """Yield each run of figures and texts that only brackets and commas interrupt, with its line."""
    held: list[Piece] = []
    for piece in pieces(source):
        if piece.kind in (Kind.STRING, Kind.NUMBER):
            held.append(piece)
        elif piece.kind is Kind.NAME or (piece.kind is Kind.SIGN and piece.text not in _BETWEEN):
            yield from _table(held)
            held = []
    yield from _table(held)


def _table(held: list[Piece]) -> Iterator[tuple[int, str]]:
    told = [piece.text for piece in held if piece.kind is Kind.NUMBER or not _is_prose(piece.text)]
    if told:
        yield held[0].line, " ".join(told)


def _is_prose(text: str) -> bool:
    spaces = sum(c.isspace() for c in text)
    letters = sum(c.isalpha() for c in text)
    return spaces >= _LEAST_SPACES * len(text) and spaces + letters >= _LEAST_LETTERS * len(text)
