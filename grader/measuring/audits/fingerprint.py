"""How much of one program stands in another, whatever its names, comments and texts. Pure, and linear."""

import keyword
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.measuring.evidence.program_text import Kind, Piece, pieces
from grader.model.digest import digest_parts

MOST_TOKENS = 50_000
_WINDOW = 12
_LEAST_OWN = 40
"""Runs of tokens that a program must have of its own: less could be anybody's."""
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fingerprint:
    """One program, comments and spaces aside.

    Equal ``plain``: the same program. Equal ``renamed``: the same but for names and texts. ``runs`` are its
    runs of twelve tokens, names and texts aside.
    """

    plain: str
    renamed: str
    runs: frozenset[int]
    tokens: int


def fingerprint(source: str) -> Fingerprint:
    """Return the fingerprint of ``source``, however broken; of a longer program that of its beginning."""
    read: list[tuple[Piece, bool]] = []
    for token in _tokens(source):
        read.append(token)
        if len(read) == MOST_TOKENS:
            break
    numbers: dict[str, int] = {}
    renamed, blank = [], []
    for piece, kept in read:
        text = "''" if piece.kind is Kind.STRING else piece.text
        if piece.kind is Kind.NAME and not kept:
            renamed.append(f"n{numbers.setdefault(text, len(numbers))}")
            blank.append("n")
        else:
            renamed.append(text)
            blank.append(text)
    return Fingerprint(
        plain=digest_parts(tokens=[piece.text for piece, _ in read]),
        renamed=digest_parts(tokens=renamed),
        runs=frozenset(_runs(blank)),
        tokens=len(read),
    )


def shared_by_many(programs: Sequence[Fingerprint], given: Iterable[Fingerprint] = ()) -> frozenset[int]:
    """Return the runs of tokens that say nothing about who wrote a program.

    Those that came with the assignment, and those of more than three programs and more than a tenth.
    """
    counts = Counter(run for program in programs for run in program.runs)
    often = max(3, len(programs) // 10)
    many = {run for run, count in counts.items() if count > often}
    return frozenset(many.union(*(one.runs for one in given)))


def likeness(one: Fingerprint, other: Fingerprint, common: frozenset[int]) -> float:
    """Return the share of the smaller program's own runs of tokens that stand in the other one too.

    0 where one of them has hardly anything beyond ``common``.
    """
    own, others = one.runs - common, other.runs - common
    fewest = min(len(own), len(others))
    return len(own & others) / fewest if fewest >= _LEAST_OWN else 0.0


def _tokens(source: str) -> Iterator[tuple[Piece, bool]]:
    """Yield every token but comments, with whether its name is not the program's to choose.

    Kept are keywords, attributes (``layers.Dense``) and the names of arguments (``epochs=``).
    """
    held: Piece | None = None
    dotted = False
    depth = 0
    for piece in pieces(source):
        if piece.kind is Kind.COMMENT:
            continue
        if held is not None:
            argument = depth > 0 and piece.text == "="
            yield held, dotted or argument or keyword.iskeyword(held.text)
            dotted, held = False, None
        if piece.kind is Kind.NAME:
            held = piece
            continue
        dotted = piece.text == "."
        depth += (piece.text in _OPENING) - (piece.text in _CLOSING)
        yield piece, True
    if held is not None:
        yield held, dotted or keyword.iskeyword(held.text)


def _runs(tokens: Sequence[str]) -> Iterator[int]:
    for start in range(len(tokens) - _WINDOW + 1):
        yield zlib.crc32("\0".join(tokens[start : start + _WINDOW]).encode("utf-8", "replace"))
