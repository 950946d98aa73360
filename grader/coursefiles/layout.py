"""Whose a file is and which assignment's, by where it lies: students' folders, exports, classes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from grader.coursefiles.around_a_class import folders_around
from grader.coursefiles.attempts import attempt_folder
from grader.coursefiles.file_names import (
    is_accepted,
    is_program,
    is_work,
    without_accepted_suffix,
    without_work_suffix,
)
from grader.coursefiles.gradescope import LIST_OF_SUBMITTERS, read_submitters
from grader.coursefiles.lms_names import read_lms_name
from grader.coursefiles.newest_try import folded, same_person, tries
from grader.coursefiles.own_folders import is_nobodys
from grader.coursefiles.read_submission import entries, hidden_works, kind_of
from grader.coursefiles.received import Received, remark, remark_of
from grader.model.errors import SubmissionError
from grader.model.submission import Finding, Severity
from grader.words.mistake_words import near_miss, nearest


class Layout:
    """Tells from where a file lies whose it is; what has no place becomes a remark."""

    def __init__(self, slugs: tuple[str, ...], others: frozenset[str], *, own: Collection[Path] = ()) -> None:
        self._slugs = slugs
        self._others = others
        self._own = frozenset(path.resolve() for path in own)
        self._only_slug = slugs[0] if len(slugs) == 1 else None
        self._submitters: dict[Path, str] = {}
        self.remarks: list[Finding] = []

    def received(self, folder: Path, called: str) -> Iterator[Received]:
        """Yield what each student handed in, place by place; ``folder`` itself is called ``called``."""
        self._tell_hidden(folder)
        found = [p for p in self._entries(folder, "") if not self._is_nobodys(p)]
        around = folders_around(found, (*self._slugs, *self._others))
        if around is not None:
            if not around.certain:
                self.remarks += [remark("class-folder-taken-off", path=p.name) for p in around.folders]
            for inner in around.folders:
                yield from self.received(inner, inner.name)
            return
        slug, files = self._only_slug, [p for p in self._without_list(found) if self._is_received(p)]
        if slug is not None and _are_of_one_student(files, slug):
            yield Received(student=called, assignment=slug, sources=(("", folder),), shown=called)
            return
        whose = self._whose(files, slug or "")
        for entry in files:
            name = entry.name
            if kind_of(entry) == "folder":
                yield from self._by_assignment(entry) if name in self._slugs else self._by_student(entry)
            elif slug is not None and (is_work(name) or read_lms_name(name)):
                yield self._one(entry, slug, name, whose)
            else:
                key = "submission-out-of-place" if is_accepted(name) else "file-type-not-accepted"
                self.remarks.append(remark(key, path=name))

    def _is_nobodys(self, entry: Path) -> bool:
        """Return whether an entry is a folder of the course's, reports or an environment, and tell it."""
        nobodys = kind_of(entry) == "folder" and is_nobodys(entry, self._own)
        if nobodys:
            self.remarks.append(remark("folder-of-nobody", path=entry.name))
        return nobodys

    def _is_received(self, entry: Path) -> bool:
        """Return whether an entry may be somebody's; what is not is told, but for the other assignments'."""
        if kind_of(entry) == "other":
            self.remarks.append(remark("not-a-regular-file", path=entry.name))
            return False
        return without_accepted_suffix(entry.name) not in self._others

    def _whose(self, found: Sequence[Path], slug: str) -> dict[Path, str]:
        """Return of each loose file in one folder whose it is, further tries by one student together."""
        stems = {p: without_work_suffix(p.name) for p in found if kind_of(p) == "file"}
        own = {p: stem for p, stem in stems.items() if is_work(p.name) and read_lms_name(p.name) is None}
        whose = same_person(own.values(), slug)
        return {p: whose[stem] for p, stem in own.items()}

    def _by_assignment(self, folder: Path) -> Iterator[Received]:
        self._tell_hidden(folder)
        found = self._without_list(self._entries(folder, folder.name))
        whose = self._whose(found, folder.name)
        for entry in found:
            yield self._one(entry, folder.name, f"{folder.name}/{entry.name}", whose)

    def _by_student(self, folder: Path) -> Iterator[Received]:
        found = self._entries(folder, folder.name)
        named = {entry: self._meant(without_accepted_suffix(entry.name)) for entry in found}
        loose = [entry for entry in found if named[entry] not in (*self._slugs, *self._others)]
        placed = len(loose) < len(found)
        # What a program called after its assignment lies beside is its own: modules, data, pictures.
        around = {s for e, s in named.items() if s in self._slugs and is_program(e.name) and _is_file(e)}
        missing = [slug for slug in self._slugs if slug not in named.values()]
        for entry in sorted(found, key=lambda e: named[e] not in self._slugs):
            shown = f"{folder.name}/{entry.name}"
            if named[entry] in self._slugs:
                inside = "" if kind_of(entry) == "folder" else entry.name
                yield _received(self._student_of(folder), named[entry], inside, entry, shown)
            elif entry in loose and around and nearest(named[entry], missing) is None:
                for slug in sorted(around):
                    yield _received(self._student_of(folder), slug, entry.name, entry, shown)
            elif entry in loose and (placed or self._only_slug is None):
                hint = near_miss(named[entry], self._slugs)
                self.remarks.append(
                    remark("submission-of-unknown-assignment", path=shown, name=named[entry], hint=hint)
                )
        if not placed and self._only_slug is not None:
            yield self._one(folder, self._only_slug, folder.name, {})

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

    def _one(self, path: Path, slug: str, shown: str, whose: Mapping[Path, str]) -> Received:
        """Return the submission that lies in ``path`` and is called after its student, or as an LMS does."""
        exported = read_lms_name(path.name)
        if exported is None or kind_of(path) == "folder":
            inside = "" if kind_of(path) == "folder" else path.name
            return _received(whose.get(path) or self._student_of(path), slug, inside, path, shown)
        inside = exported.file or "comment.txt"
        if exported.attempt:
            inside = f"{attempt_folder(exported.attempt)}/{inside}"
        item = _received(self._student_of(path), slug, inside, path, shown)
        return replace(item, late=exported.late, numbers={inside: exported.number})

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


def _is_file(path: Path) -> bool:
    return kind_of(path) == "file"


def _are_of_one_student(found: Sequence[Path], slug: str) -> bool:
    """Return whether a folder is one student's: every program is called after the assignment."""
    works = [without_accepted_suffix(p.name) for p in found if kind_of(p) == "file" and is_accepted(p.name)]
    if not works or any(read_lms_name(p.name) for p in found):
        return False
    if set(same_person(works, slug).values()) != {slug}:
        return False
    return not any(_holds_work(p) for p in found if kind_of(p) == "folder")


def _holds_work(folder: Path, depth: int = 2) -> bool:
    with suppress(SubmissionError):
        inside = entries(folder)
        if any(kind_of(p) == "file" and is_work(p.name) for p in inside):
            return True
        return depth > 0 and any(_holds_work(p, depth - 1) for p in inside if kind_of(p) == "folder")
    return False


def _received(student: str, slug: str, inside: str, path: Path, shown: str) -> Received:
    """Return what ``path`` holds under the name ``inside`` of the submission; none is the folder itself."""
    return Received(student=student, assignment=slug, sources=((inside, path),), shown=shown)
