"""What students get that they must not: the solution, hidden tests, files that are kept from them."""

import hashlib
import re
from collections.abc import Iterator

from grader.authoring.lint.look import Look
from grader.authoring.lint.student_files import Piece, StudentFile
from grader.model.flaw import Flaw
from grader.model.message import Message
from grader.words import say

_SHORTEST = 12
"""Shorter lines stand in any program."""
_FEWEST = 6
_SHARE = 0.85
"""A starter may well be the solution with its best lines taken out; not with hardly any."""
_RUN = 14
"""So many lines of the solution in a row are no coincidence; loading data together takes fewer."""
_ASSERTED = 20
_NEVER = re.compile(
    r"(solution|solucao|solução|gabarito|answer_?key|hidden|oculto)s?([._-].*)?", re.IGNORECASE
)
_PUBLIC = re.compile(r"readme|notes|licen[cs]e", re.IGNORECASE)


def leaks(look: Look) -> Iterator[Flaw]:
    """Yield each file that gives away what is kept, with the first place where it does."""
    kept = {hashlib.sha256(one.content).digest(): one for one in look.kept if one.content.strip()}
    names = {one.path.name for one in look.kept if not _PUBLIC.match(one.path.name)}
    solutions = [_lines(one) for one in look.kept if one.path.stem == "solution"]
    asserted = _asserted(look)
    for file in look.given:
        copy = kept.get(hashlib.sha256(file.content).digest())
        if copy is not None and not _PUBLIC.match(copy.path.name):
            yield _flaw(look, file, "leak-copy", kept=copy.where)
            continue
        if file.path.name in names or _NEVER.fullmatch(file.path.stem):
            yield _flaw(look, file, "leak-name")
            continue
        for solution in solutions:
            yield from _solution(look, file, solution)
        yield from _tests(look, file, asserted)
        yield from _paths(look, file)


def _solution(look: Look, file: StudentFile, solution: list[str]) -> Iterator[Flaw]:
    """Yield that ``file`` holds nearly all lines of the solution, or many of them in a row."""
    wanted = set(solution)
    if len(wanted) < _FEWEST:
        return
    there = [(line, piece, number) for piece in file.pieces for number, line in _significant(piece)]
    found = [(piece, number) for line, piece, number in there if line in wanted]
    shared = {line for line, _, _ in there} & wanted
    in_row = _longest_in_row([line for line, _, _ in there], solution)
    if len(shared) >= _FEWEST and (len(shared) >= _SHARE * len(wanted) or in_row >= _RUN):
        piece, number = found[0]
        message = say("lint.leak-solution", file=file.where, count=len(shared), of=len(wanted))
        yield _at(look, "leak-solution", piece, number, message)


def _longest_in_row(lines: list[str], solution: list[str]) -> int:
    """Return how many lines of ``solution`` stand one after the other in ``lines``, at most."""
    longest = 0
    before = [0] * (len(solution) + 1)
    for line in lines:
        row = [0] * (len(solution) + 1)
        for place, wanted in enumerate(solution):
            if line == wanted:
                row[place + 1] = before[place] + 1
        longest, before = max(longest, *row), row
    return longest


def _tests(look: Look, file: StudentFile, asserted: dict[str, str]) -> Iterator[Flaw]:
    """Yield the first line of a hidden test that stands in ``file``."""
    for piece in file.pieces:
        for number, line in _significant(piece):
            if line in asserted:
                message = say("lint.leak-test", file=file.where, kept=asserted[line])
                yield _at(look, "leak-test", piece, number, message)
                return


def _paths(look: Look, file: StudentFile) -> Iterator[Flaw]:
    """Yield that a program of theirs reads what they do not have."""
    for piece in file.pieces:
        for number, line in piece.numbered:
            if piece.code and "reference_solutions/" in line:
                message = say("lint.leak-path", file=file.where)
                yield _at(look, "leak-path", piece, number, message)
                return


def _asserted(look: Look) -> dict[str, str]:
    """Return what hidden tests assert, line by line, and in which file."""
    return {
        line: one.where
        for one in look.kept
        if one.path.suffix == ".py" and one.path.stem != "solution"
        for line in _lines(one)
        if len(line) >= _ASSERTED and re.match(r"assert\b|def test_|(?:np\.testing|self)\.assert", line)
    }


def _lines(file: StudentFile) -> list[str]:
    return [line for piece in file.pieces if piece.code for _, line in _significant(piece)]


def _significant(piece: Piece) -> Iterator[tuple[int, str]]:
    """Yield lines that mean something, without spaces around them and a comment sign before."""
    for number, line in piece.numbered:
        plain = re.sub(r"\s+", " ", line.strip().removeprefix("#").strip())
        if len(plain) >= _SHORTEST and not plain.startswith(("import ", "from ", '"""')):
            yield number, plain


def _flaw(look: Look, file: StudentFile, rule: str, **fields: str) -> Flaw:
    message = say(f"lint.{rule}", file=file.where, **fields)
    return Flaw(rule=rule, file=file.where, message=message, assignment=look.slug)


def _at(look: Look, rule: str, piece: Piece, number: int, message: Message) -> Flaw:
    return Flaw(
        rule=rule,
        file=piece.file,
        line=number,
        cell=piece.cell,
        message=message,
        assignment=look.slug,
    )
