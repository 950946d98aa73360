"""How much a whole submission carries that is neither words nor code: answers, weights, in whatever pieces.

One large table is told by its line (``literals``). Cut into named pieces, put into comments, names, spaces or
a file beside the program, the same bytes pass by every piece; they do not pass by their sum. What people
write is made of words, and repeats itself; what a table is made of does neither. Pure, and linear.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.measuring.evidence.program_text import MOST_CHARACTERS, Kind, Piece, pieces
from grader.model.message import Joined, Message, Text
from grader.model.passage import Origin, Passage
from grader.model.submission import Finding, Severity
from grader.words import say

ALWAYS = 300
"""Bytes that any program may hold: honest ones of the course, up to 2,500 characters, hold 170 at most."""
PER_CHARACTER = 0.08
"""And so many more for each character of the rest: one of 52 long notebooks, on arrays alone, holds more."""
_EMPTY = len(zlib.compress(b"", 9))
_WORDS = re.compile(r"[A-Z]?[a-zà-öø-ÿ]{2,}|[A-Z]{2,}")
_TOKENS = re.compile(r"\w+|[^\w\s]+")
_VOWELS = frozenset("aeiouyàáâãéêíóôõúü")
_MANY_CONSONANTS = re.compile(r"[^aeiouyàáâãéêíóôõúü]{5,}")
_SHORT = 4
_LEAST_VOWELS = 0.2
_SYMBOLS_FROM = 60
"""A run of so many words, of which few are different, spells something: zero one nine four."""
_FEW_DIFFERENT = 0.25
_SPACES = re.compile(r"(?<=\S)[ \t]{2,}|[ \t]+$", re.MULTILINE)
_READS_FOLDER = re.compile(r"\b(?:listdir|scandir|iterdir|glob|rglob|walk|__file__|namelist)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Bytes that do not read like text, by where they stand, and what a program of its size may hold."""

    sizes: Mapping[str, int]
    size: int
    usual: int


def carried(passages: Iterable[Passage], beside: Mapping[str, bytes]) -> Carried:
    """Return what the code of ``passages`` holds, and what of the files ``beside`` it the code names.

    ``beside`` are the files that are no programs, by name.
    """
    code = "\n".join(one.text for one in passages if one.origin is Origin.CODE)[:MOST_CHARACTERS]
    kept = _parts(code)
    texts = {where: "\n".join(found) for where, found in kept.items()}
    read = {name: content for name, content in beside.items() if _reads(code, name)}
    files = sum(len(zlib.compress(content, 9)) for content in read.values())
    sizes = {where: _packed(text) for where, text in texts.items()} | {"files": files}
    whole = _packed("\n".join(texts.values()))
    rest = len(code) - sum(map(len, texts.values()))
    usual = ALWAYS + int(PER_CHARACTER * max(rest, 0))
    return Carried(
        sizes={where: size for where, size in sizes.items() if size}, size=whole + files, usual=usual
    )


def text_without_words(found: Carried) -> Finding | None:
    """Return the finding that a submission carries more data than honest ones of its size; None if not."""
    if found.size <= found.usual:
        return None
    largest = sorted(found.sizes, key=lambda where: -found.sizes[where])
    places: tuple[Message, ...] = tuple(
        say(f"carried.{where}", size=found.sizes[where]) for where in largest if found.sizes[where] > _EMPTY
    )
    told = Joined(", ", places) if places else Text("", "")
    message = say("submission-carries-data", size=found.size, usual=found.usual, places=told)
    return Finding(severity=Severity.REVIEW, message=message)


def _parts(code: str) -> dict[str, list[str]]:
    """Return what is left of the pieces of ``code`` without their words, by kind."""
    parts: dict[str, list[str]] = {"literals": [], "comments": [], "names": [], "spaces": []}
    once: set[tuple[str, str]] = set()
    listed: list[str] = []
    for piece in pieces(code):
        where, text = _told(piece)
        listed = _listed(listed, piece, parts["names"])
        if not text or (where != "comments" and piece.kind is not Kind.NUMBER and (where, text) in once):
            continue
        once.add((where, text))
        parts[where].append(text)
    parts["spaces"] = [spaces for spaces in _SPACES.findall(code) if spaces != "  "]
    return parts


def _told(piece: Piece) -> tuple[str, str]:
    if piece.kind is Kind.NUMBER:
        return "literals", piece.text
    if piece.kind is Kind.STRING:
        return "literals", _without_words(piece.text.strip("\"'"))
    if piece.kind is Kind.COMMENT:
        return "comments", _without_words(piece.text[1:])
    if piece.kind is Kind.NAME:
        return "names", _without_words(piece.text)
    return "literals", "" if piece.text.isascii() else piece.text


def _listed(before: list[str], piece: Piece, names: list[str]) -> list[str]:
    """Return the names listed so far, with commas alone between them; a long list of few spells something."""
    if piece.kind is Kind.NAME:
        return [*before, piece.text] if len(before) < _SYMBOLS_FROM else [piece.text]
    if piece.kind is Kind.SIGN and piece.text == ",":
        if len(before) == _SYMBOLS_FROM and _spells(before):
            names.append(" ".join(before))
        return before
    return []


def _without_words(text: str) -> str:
    """Return ``text`` without what reads like words, unless few words in many places spell something."""
    tokens = _TOKENS.findall(text)
    if _spells([token for token in tokens if token.isalpha()]):
        return text
    return " ".join(rest for token in tokens if (rest := _rest(token)))


def _spells(words: list[str]) -> bool:
    return len(words) >= _SYMBOLS_FROM and len(set(words)) < _FEW_DIFFERENT * len(words)


def _rest(token: str) -> str:
    words = _WORDS.findall(token)
    rest = _WORDS.sub("", token)
    if words and all(_is_word(word) for word in words) and len(rest) <= max(2, len(token) // 3):
        return rest
    return token


def _is_word(word: str) -> bool:
    if len(word) <= _SHORT:
        return True
    low = word.lower()
    vowels = sum(letter in _VOWELS for letter in low)
    return vowels >= _LEAST_VOWELS * len(low) and not _MANY_CONSONANTS.search(low)


def _reads(code: str, name: str) -> bool:
    """Return whether ``code`` names the file, or looks through the folder where it lies."""
    last = name.rpartition("/")[2]
    return last in code or last.partition(".")[0] in set(_names(code)) or bool(_READS_FOLDER.search(code))


def _names(code: str) -> Iterator[str]:
    for piece in pieces(code):
        if piece.kind is Kind.STRING:
            yield from _TOKENS.findall(piece.text)


def _packed(text: str) -> int:
    return max(len(zlib.compress(text.encode("utf-8", "replace"), 9)) - _EMPTY, 0)
