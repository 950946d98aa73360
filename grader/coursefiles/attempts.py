"""Which of a student's attempts is the newest, where a system keeps each of them in a folder of its own.

Teams: ``Version 1/digits.py``, ``Version 2/digits.py``. Blackboard's exported files are put into such folders
too, ``attempt 2026-05-01-10-22-33/digits.py``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.coursefiles.file_names import is_program
from grader.model.submission import SubmittedFile

_ATTEMPT = re.compile(
    r"(?:version|vers[aã]o|attempt|tentativa)[-_ ]?(?P<number>\d{1,4}(?:-\d\d)*)", re.IGNORECASE
)

Rank = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The files of the newest attempt and those that stand beside all attempts, and the older programs."""

    files: tuple[SubmittedFile, ...]
    older: tuple[str, ...]


def attempt_folder(number: str) -> str:
    """Return the folder for what was handed in by the attempt ``number``."""
    return f"attempt {number}"


def newest_attempt(files: Sequence[SubmittedFile]) -> Newest:
    """Return ``files`` without those of older attempts; an attempt of nothing but empty programs is none.

    Only where every program stands in an attempt's folder, and all of these in one place: a student may
    call a folder so.
    """
    ranked = {f.name: _rank(f.name) for f in files}
    programs = [f for f in files if is_program(f.name) or f.name.lower().endswith(".zip")]
    ranks = [rank for f in programs if (rank := ranked[f.name]) is not None]
    if len(ranks) < len(programs) or len({place for place, _ in ranks}) != 1:
        return Newest(files=tuple(files), older=())
    full = [rank for f in programs if f.size and (rank := ranked[f.name]) is not None]
    newest = max(full or ranks)
    kept = tuple(f for f in files if ranked[f.name] in (None, newest))
    return Newest(files=kept, older=tuple(f.name for f in programs if f not in kept))


def _rank(name: str) -> tuple[str, Rank] | None:
    """Return the place of the attempts that ``name`` is of, and which of them it is."""
    parts = PurePosixPath(name).parts[:-1]
    for depth, part in enumerate(parts):
        if found := _ATTEMPT.fullmatch(part):
            return "/".join(parts[:depth]), tuple(int(n) for n in found["number"].split("-"))
    return None
