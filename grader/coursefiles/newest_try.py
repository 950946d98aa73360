"""Which of several tries of one program is the newest, by the marks that systems and people put into names.

Canvas writes ``digits-1.py``, a browser ``digits (1).py``, a desktop ``digits - Copy.py``, Drive ``Cópia de
digits.ipynb``.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_NUMBERED = re.compile(r"(?P<base>.+?)[-_ ]?\(?(?P<number>\d{1,2})\)?")
_COPIED_BEHIND = re.compile(r"(?P<base>.+?)[-_ ]+(?:copy|copia)(?:[-_ ]?\(?(?P<number>\d{1,2})\)?)?")
_COPIED_BEFORE = re.compile(r"(?:copia de|copy of)[-_ ]+(?P<base>.+)")
_COPY = re.compile(
    r"(?:c[oó]pia de|copy of)\s+(?P<behind>.+)"
    r"|(?P<front>.+?)(?:-\d{1,2}|\s*\(\d{1,2}\)|\s+-\s+(?:copy|c[oó]pia)(?:\s*\(\d{1,2}\))?)",
    re.IGNORECASE,
)
_MOST_MARKS = 4

Rank = tuple[int, ...]


def tries(stems: Iterable[str], assignment: str) -> Mapping[str, tuple[str, Rank]]:
    """Return of each name what it is a try of, and its rank: greater is newer.

    A mark is one only where what stands without it is there as well, or is the assignment's name:
    ``part-1`` and ``part-2`` are two programs.
    """
    found = list(stems)
    known = {folded(stem) for stem in found} | {folded(assignment)}
    return {stem: _read(folded(stem), known) for stem in found}


def same_person(stems: Iterable[str], assignment: str) -> Mapping[str, str]:
    """Return of each name of a student's file whose it is: ``ana (1)`` and ``Cópia de ana`` are of ``ana``.

    Only by the marks of a copy, and beside a file without them: ``ana2`` may be another person. What is
    called after the assignment, marked or not, names nobody and comes back as the assignment's name.
    """
    found = set(stems)
    read = tries(found, assignment)
    whose = {}
    for stem in found:
        owner = rest = stem
        while mark := _COPY.fullmatch(rest):
            rest = mark["front"] or mark["behind"]
            owner = rest if rest in found else owner
        of_it = bool(assignment) and read[stem][0] == folded(assignment)
        whose[stem] = assignment if of_it else owner
    return whose


def folded(name: str) -> str:
    """Return a name without the differences that people do not see: case, accents, blanks for hyphens."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[\s_-]+", "-", "".join(c for c in plain if not unicodedata.combining(c)))


def _read(name: str, known: set[str], passed: frozenset[str] = frozenset()) -> tuple[str, Rank]:
    base, marks = name, []
    for _ in range(_MOST_MARKS):
        found = _unmarked(base)
        if found is None:
            break
        base, number = found
        marks.append(number)
        if base in known and base not in passed:
            # The outermost mark is the last that was put there.
            further, rank = _read(base, known, passed | {base})
            return further, (*rank, *reversed(marks))
    return name, ()


def _unmarked(name: str) -> tuple[str, int] | None:
    for pattern in (_COPIED_BEHIND, _COPIED_BEFORE, _NUMBERED):
        readable = name.replace("-", " ") if pattern is _COPIED_BEFORE else name
        if found := pattern.fullmatch(readable):
            number = found.groupdict().get("number")
            return folded(found["base"]), int(number or 1)
    return None
