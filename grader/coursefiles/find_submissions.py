"""``submissions/`` to :class:`Submission` s; what cannot be read becomes a row with a finding.

Accepted (contract, section 2)::

    SUBMISSIONS/<student>/<assignment>/*.ipynb|*.py|*.zip
    SUBMISSIONS/<assignment>/<student>.ipynb|.py|.zip      or  <assignment>/<student>/*
    SUBMISSIONS/<student>.ipynb  and  <student>/*          when one assignment is named
    a .zip of any of these, and what Canvas or Moodle export

All that is found for one student and one assignment is one submission, wherever it lies.
"""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.coursefiles.class_zip import unpack_class
from grader.coursefiles.layout import Layout
from grader.coursefiles.lms_names import read_lms_name
from grader.coursefiles.read_submission import read_received
from grader.coursefiles.received import Received, remark, remark_of
from grader.model.digest import digest_bytes
from grader.model.errors import CourseError
from grader.model.submission import Finding, Submission, Unreadable
from grader.words import say

_LONGEST_ID = 60
# Windows opens a device for these names, whatever their ending: no page of theirs could be read there.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything received: what can be run, what cannot, and remarks that belong to no row."""

    submissions: tuple[Submission, ...]
    unreadable: tuple[Unreadable, ...]
    findings: tuple[Finding, ...]


def find_submissions(
    folder: Path,
    slugs: Sequence[str],
    *,
    only: Sequence[str] = (),
    others: Sequence[str] = (),
    own: Collection[Path] = (),
    intake: Path,
) -> Found:
    """Read every submission below ``folder`` for the assignments ``slugs``.

    ``others`` names the course's other assignments, whose files are passed over in silence; ``only``
    keeps these students; ``own`` are folders of the course, which nobody handed in. What is taken is kept
    below ``intake``, named by its content.

    Raises:
        CourseError: ``folder`` (or a zip in its place) cannot be read.
    """
    layout = Layout(tuple(slugs), frozenset(others) - frozenset(slugs), own=own)
    called = folder.absolute().name
    if folder.is_file() and folder.name.lower().endswith(".zip"):
        called = folder.stem
        folder, refused = unpack_class(folder, intake)
        layout.remarks += [remark_of(message, folder.name) for message in refused]
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        raise CourseError(say("submissions-folder-unusable", folder=str(folder)))
    each = list(layout.received(folder, called))
    two = _two_of_a_name(each)
    layout.remarks += _spelled_in_two_ways(each, two)
    received = _merged(each, two)
    wanted = {_composed(name) for name in only}
    submissions: list[Submission] = []
    unreadable: list[Unreadable] = []
    for item, safe in zip(received, _safe_ids(received), strict=True):
        if wanted and _composed(item.student) not in wanted and safe not in wanted:
            continue
        read = read_received(replace(item, root=folder), safe, intake)
        if isinstance(read, Submission):
            submissions.append(read)
        else:
            unreadable.append(read)
    return Found(submissions=tuple(submissions), unreadable=tuple(unreadable), findings=tuple(layout.remarks))


def read_single(path: Path, slug: str, *, student: str, intake: Path) -> Submission | Unreadable:
    """Read one file or folder as the submission of ``student`` for the assignment ``slug``."""
    path = path.absolute()
    if path.is_symlink():  # named by hand, so it is meant
        path = path.resolve()
    name = "" if path.is_dir() else path.name
    item = Received(
        student=student, assignment=slug, sources=((name, path),), shown=path.name, root=path.parent
    )
    return read_received(item, _safe_ids([item])[0], intake)


def _composed(name: str) -> str:
    """Return ``name`` with its accents composed: a Mac writes the same name in another way."""
    return unicodedata.normalize("NFC", name)


def _merged(received: Sequence[Received], two: Collection[str]) -> list[Received]:
    """Return one item for each student and assignment, in the order of the first.

    Names are composed, but for those in ``two``, which two people have.
    """
    gathered: dict[tuple[str, str], list[Received]] = {}
    for item in received:
        name = _composed(item.student)
        student = item.student if name in two else name
        gathered.setdefault((student, item.assignment), []).append(replace(item, student=student))
    return [_together(items) for items in gathered.values()]


def _together(items: Sequence[Received]) -> Received:
    """Return what one student handed in as one, what came later behind what came before."""
    if len(items) == 1:
        return items[0]
    numbers: dict[str, int] = {}
    for name, number in (pair for item in items for pair in item.numbers.items()):
        numbers[name] = max(number, numbers.get(name, 0))
    sources = [source for item in items for source in item.sources]
    if any(numbers.values()):
        sources.sort(key=_number_of)
    return replace(items[0], sources=tuple(sources), late=any(item.late for item in items), numbers=numbers)


def _number_of(source: tuple[str, Path]) -> int:
    exported = read_lms_name(source[1].name)
    return exported.number if exported else 0


def _two_of_a_name(received: Sequence[Received]) -> set[str]:
    """Return the names, composed, that two people have who write them in two ways of the same letters.

    A Mac writes one name in another way; where both ways stand in one folder, two people wrote them, also
    where each of them handed in for another assignment.
    """
    spellings: dict[tuple[str, Path], set[str]] = {}
    for item in received:
        name = _composed(item.student)
        for _, path in item.sources:
            entry = next((e for e in (path, *path.parents) if item.student in e.name), path.parent)
            spellings.setdefault((name, entry.parent), set()).add(item.student)
    return {name for (name, _), written in spellings.items() if len(written) > 1}


def _spelled_in_two_ways(received: Sequence[Received], two: Collection[str]) -> list[Finding]:
    """Return a remark for each name that stands in two ways and is taken for one person's."""
    spellings: dict[str, set[str]] = {}
    for item in received:
        spellings.setdefault(_composed(item.student), set()).add(item.student)
    return [
        remark("name-in-two-spellings", student=name)
        for name, written in spellings.items()
        if len(written) > 1 and name not in two
    ]


def _safe_ids(received: Sequence[Received]) -> list[str]:
    """Return one file-name-safe id per item, unique in its assignment whatever the names and their case."""
    plain = [_plain(r.student) for r in received]
    count = Counter((r.assignment, p.casefold()) for r, p in zip(received, plain, strict=True))
    kept = [
        base == item.student != "" and count[item.assignment, base.casefold()] == 1
        for item, base in zip(received, plain, strict=True)
    ]
    taken = {(r.assignment, p.casefold()) for r, p, keep in zip(received, plain, kept, strict=True) if keep}
    ids = []
    for item, base, keep in zip(received, plain, kept, strict=True):
        safe = base
        if not keep:
            digest = digest_bytes(item.student.encode("utf-8", "surrogateescape"))
            lengths = iter(range(6, len(digest) + 1))
            safe = f"{base or 'student'}-{digest[: next(lengths)]}"
            while (item.assignment, safe.casefold()) in taken:
                safe = f"{base or 'student'}-{digest[: next(lengths)]}"
            taken.add((item.assignment, safe.casefold()))
        ids.append(safe)
    return ids


def _plain(name: str) -> str:
    unaccented = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", unaccented).strip("-.")
    short = kept[:_LONGEST_ID].strip("-.")
    return f"_{short}" if _DEVICES.match(short) else short
