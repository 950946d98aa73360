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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from grader.coursefiles.class_zip import unpack_class
from grader.coursefiles.file_names import is_accepted, without_accepted_suffix
from grader.coursefiles.gradescope import LIST_OF_SUBMITTERS, read_submitters
from grader.coursefiles.lms_names import read_lms_name
from grader.coursefiles.newest_try import folded, tries
from grader.coursefiles.read_submission import (
    Received,
    entries,
    hidden_works,
    kind_of,
    read_received,
    remark,
    remark_of,
)
from grader.model.digest import digest_bytes
from grader.model.errors import CourseError, SubmissionError
from grader.model.submission import Finding, Severity, Submission, Unreadable
from grader.words import say
from grader.words.mistake_words import near_miss

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
    intake: Path,
) -> Found:
    """Read every submission below ``folder`` for the assignments ``slugs``.

    ``others`` names the course's other assignments, whose files are passed over in silence; ``only``
    keeps these students. What is taken is kept below ``intake``, named by its content.

    Raises:
        CourseError: ``folder`` (or a zip in its place) cannot be read.
    """
    layout = _Layout(tuple(slugs), frozenset(others) - frozenset(slugs))
    if folder.is_file() and folder.name.lower().endswith(".zip"):
        folder, refused = unpack_class(folder, intake)
        layout.remarks += [remark_of(message, folder.name) for message in refused]
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        raise CourseError(say("submissions-folder-unusable", folder=str(folder)))
    received = _merged(layout.received(folder))
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


class _Layout:
    """Tells from where a file lies whose it is; what has no place becomes a remark."""

    def __init__(self, slugs: tuple[str, ...], others: frozenset[str]) -> None:
        self._slugs = slugs
        self._others = others
        self._only_slug = slugs[0] if len(slugs) == 1 else None
        self._submitters: dict[Path, str] = {}
        self.remarks: list[Finding] = []

    def received(self, folder: Path) -> Iterator[Received]:
        """Yield what each student handed in, place by place."""
        self._tell_hidden(folder)
        found = self._entries(folder, "")
        if self._are_around_exports(found):
            for around in found:
                yield from self.received(around)
            return
        for entry in self._without_list(found):
            name, kind = entry.name, kind_of(entry)
            if kind == "other":
                self.remarks.append(remark("not-a-regular-file", path=name))
            elif without_accepted_suffix(name) in self._others:
                continue
            elif kind == "folder" and name in self._slugs:
                yield from self._by_assignment(entry)
            elif kind == "folder":
                yield from self._by_student(entry)
            elif self._only_slug is not None and is_accepted(name):
                yield self._one(entry, self._only_slug, name)
            else:
                self.remarks.append(
                    remark(
                        "submission-out-of-place" if is_accepted(name) else "file-type-not-accepted",
                        path=name,
                    )
                )

    def _are_around_exports(self, found: Sequence[Path]) -> bool:
        """Return whether each of ``found`` is a folder around what an LMS exported: ``Turma A/``.

        All of them or none: a student among others cannot become a class by the names of her files.
        """
        students: set[str] = set()
        for path in found:
            if kind_of(path) != "folder" or path.name in (*self._slugs, *self._others):
                return False
            with suppress(SubmissionError):
                named = [inner.name for inner in entries(path) if inner.name != LIST_OF_SUBMITTERS]
                inside = [read_lms_name(name) for name in named]
                if read_lms_name(path.name) is None and inside and None not in inside:
                    students.update(name.student for name in inside if name is not None)
                    continue
            return False
        return len(students) > 1

    def _by_assignment(self, folder: Path) -> Iterator[Received]:
        self._tell_hidden(folder)
        for entry in self._without_list(self._entries(folder, folder.name)):
            yield self._one(entry, folder.name, f"{folder.name}/{entry.name}")

    def _by_student(self, folder: Path) -> Iterator[Received]:
        found = self._entries(folder, folder.name)
        named = {entry: self._meant(without_accepted_suffix(entry.name)) for entry in found}
        loose = [entry for entry in found if named[entry] not in (*self._slugs, *self._others)]
        placed = len(loose) < len(found)
        for entry in found:
            shown = f"{folder.name}/{entry.name}"
            if named[entry] in self._slugs:
                inside = "" if kind_of(entry) == "folder" else entry.name
                yield _received(self._student_of(folder), named[entry], inside, entry, shown)
            elif entry in loose and (placed or self._only_slug is None):
                hint = near_miss(named[entry], self._slugs)
                self.remarks.append(
                    remark("submission-of-unknown-assignment", path=shown, name=named[entry], hint=hint)
                )
        if not placed and self._only_slug is not None:
            yield self._one(folder, self._only_slug, folder.name)

    def _without_list(self, found: Sequence[Path]) -> list[Path]:
        """Return ``found`` without Gradescope's list of submitters, which is read: it names the folders."""
        for entry in found:
            if entry.name == LIST_OF_SUBMITTERS and kind_of(entry) == "file":
                folders = [p for p in found if kind_of(p) == "folder" and read_lms_name(p.name)]
                named: Mapping[str, str] = {}
                try:
                    named = read_submitters(entry.parent)
                except SubmissionError as error:
                    self.remarks.append(remark_of(error.message, entry.name))
                unnamed = [p.name for p in folders if p.name not in named]
                if unnamed:
                    shown = ", ".join([*unnamed[:3], *("…" for _ in unnamed[3:4])])
                    self.remarks.append(remark("gradescope-names-nobody", path=entry.name, folders=shown))
                self._submitters.update({p: named[p.name] for p in folders if p.name in named})
                return [p for p in found if p is not entry]
        return list(found)

    def _one(self, path: Path, slug: str, shown: str) -> Received:
        """Return the submission that lies in ``path`` and is called after its student, or as an LMS does."""
        exported = read_lms_name(path.name)
        inside = "" if kind_of(path) == "folder" else exported.file if exported else path.name
        return _received(self._student_of(path), slug, inside, path, shown)

    def _student_of(self, path: Path) -> str:
        exported = read_lms_name(path.name)
        called = exported.student if exported else without_accepted_suffix(path.name)
        return self._submitters.get(path, called)

    def _meant(self, name: str) -> str:
        """Return the assignment that ``name`` is a further try of (``digits-1``), else ``name``."""
        if name in (*self._slugs, *self._others):
            return name
        read = ((slug, tries([name], slug)[name]) for slug in self._slugs)
        return next((slug for slug, (base, rank) in read if rank and base == folded(slug)), name)

    def _tell_hidden(self, folder: Path) -> None:
        """Tell of what is passed over for the dot that its name begins with: a student may be called so."""
        with suppress(OSError):  # told where the folder is read
            self.remarks += [
                remark("hidden-file-passed-over", path=path.name) for path in hidden_works(folder)
            ]

    def _entries(self, folder: Path, shown: str) -> tuple[Path, ...]:
        try:
            return entries(folder)
        except SubmissionError as error:
            self.remarks.append(Finding(severity=Severity.REVIEW, message=error.message, path=shown))
            return ()


def _received(student: str, slug: str, inside: str, path: Path, shown: str) -> Received:
    """Return what ``path`` holds under the name ``inside`` of the submission; none is the folder itself."""
    return Received(student=student, assignment=slug, sources=((inside, path),), shown=shown)


def _composed(name: str) -> str:
    """Return ``name`` with its accents composed: a Mac writes the same name in another way."""
    return unicodedata.normalize("NFC", name)


def _merged(received: Iterator[Received]) -> list[Received]:
    """Return one item for each student and assignment, in the order of the first."""
    merged: dict[tuple[str, str], Received] = {}
    for item in _one_spelling(list(received)):
        key = (item.student, item.assignment)
        first = merged.get(key)
        merged[key] = item if first is None else replace(first, sources=first.sources + item.sources)
    return list(merged.values())


def _one_spelling(received: list[Received]) -> list[Received]:
    """Return ``received`` with composed names, but for two people whose names differ in this alone.

    A Mac writes one name in another way; where both ways stand in one folder, two people wrote them.
    """
    spellings: dict[tuple[str, str, Path], set[str]] = {}
    for item in received:
        name = _composed(item.student)
        for _, path in item.sources:
            entry = path if item.student in path.name else path.parent
            spellings.setdefault((name, item.assignment, entry.parent), set()).add(item.student)
    two = {name for (name, _, _), written in spellings.items() if len(written) > 1}
    return [r if (name := _composed(r.student)) in two else replace(r, student=name) for r in received]


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
