"""``submissions/`` to :class:`Submission` s; what cannot be read becomes a row with a finding.

Accepted (contract, section 2)::

    SUBMISSIONS/<student>/<assignment>/*.ipynb|*.py|*.zip
    SUBMISSIONS/<assignment>/<student>.ipynb|.py|.zip      or  <assignment>/<student>/*
    SUBMISSIONS/<student>.ipynb  and  <student>/*          when one assignment is named
"""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.coursefiles.load_course import near_miss
from grader.coursefiles.notebooks import MOST_BYTES, normalise_notebook
from grader.coursefiles.zip_reader import MOST_FILES, read_zip
from grader.model.digest import digest_bytes, digest_parts
from grader.model.errors import CourseError, SubmissionError
from grader.model.submission import (
    FileKind,
    Finding,
    Severity,
    Submission,
    SubmittedFile,
    Unreadable,
)
from grader.words import say

_PROGRAMS = (".ipynb", ".py")
_ARCHIVES = (".tar", ".gz", ".tgz", ".rar", ".7z", ".bz2", ".xz")
_MOST_FOLDER_BYTES = 100 * 2**20
_TRAINS = re.compile(rb"\.fit\s*\(|GradientTape|\.train_on_batch\s*\(|minimize\s*\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything received: what can be run, what cannot, and remarks that belong to no row."""

    submissions: tuple[Submission, ...]
    unreadable: tuple[Unreadable, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    """The paths handed in by one student for one assignment."""

    student: str
    assignment: str
    paths: tuple[Path, ...]
    shown: str


def find_submissions(folder: Path, slugs: Sequence[str], *, only: Sequence[str] = (), intake: Path) -> Found:
    """Read every submission below ``folder`` for the assignments ``slugs``.

    Files of archives and normalised notebooks are written below ``intake``, named by their content.
    ``only`` keeps these students.

    Raises:
        CourseError: ``folder`` cannot be read.
    """
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        raise CourseError(say("GR120", folder=str(folder)))
    remarks: list[Finding] = []
    received = [r for r in _receive(folder, slugs, remarks) if not only or r.student in only]
    submissions: list[Submission] = []
    unreadable: list[Unreadable] = []
    for item, safe in zip(received, _safe_ids(received), strict=True):
        read = _read(item, safe, intake)
        if isinstance(read, Submission):
            submissions.append(read)
        else:
            unreadable.append(read)
    return Found(submissions=tuple(submissions), unreadable=tuple(unreadable), findings=tuple(remarks))


def read_single(path: Path, slug: str, *, student: str, intake: Path) -> Submission | Unreadable:
    """Read one file or folder as the submission of ``student`` for the assignment ``slug``."""
    item = _Received(student=student, assignment=slug, paths=(path,), shown=path.name)
    if path.is_dir():
        item = _Received(student=student, assignment=slug, paths=_entries(path), shown=path.name)
    return _read(item, _safe_ids([item])[0], intake)


def _receive(folder: Path, slugs: Sequence[str], remarks: list[Finding]) -> Iterator[_Received]:
    for entry in _entries(folder):
        if entry.name in slugs and _is_folder(entry):
            yield from _by_assignment(entry, entry.name, entry.name)
        elif _is_folder(entry):
            yield from _by_student(entry, slugs, remarks)
        elif len(slugs) == 1 and entry.suffix.lower() in (*_PROGRAMS, ".zip"):
            yield _Received(student=entry.stem, assignment=slugs[0], paths=(entry,), shown=entry.name)
        elif entry.suffix.lower() in (*_PROGRAMS, ".zip"):
            remarks.append(_remark("GR126", path=entry.name))


def _by_assignment(folder: Path, slug: str, shown: str) -> Iterator[_Received]:
    for entry in _entries(folder):
        at = f"{shown}/{entry.name}"
        if _is_folder(entry):
            yield _Received(student=entry.name, assignment=slug, paths=_entries(entry), shown=at)
        else:
            yield _Received(student=entry.stem, assignment=slug, paths=(entry,), shown=at)


def _by_student(folder: Path, slugs: Sequence[str], remarks: list[Finding]) -> Iterator[_Received]:
    loose = []
    for entry in _entries(folder):
        at = f"{folder.name}/{entry.name}"
        if _is_folder(entry) and entry.name in slugs:
            yield _Received(student=folder.name, assignment=entry.name, paths=_entries(entry), shown=at)
        elif not _is_folder(entry) and entry.stem in slugs:
            yield _Received(student=folder.name, assignment=entry.stem, paths=(entry,), shown=at)
        elif len(slugs) == 1:
            loose.append(entry)
        else:
            hint = near_miss(entry.stem, slugs)
            remarks.append(_remark("GR121", path=at, name=entry.name, hint=hint))
    if loose and len(slugs) == 1:
        yield _Received(student=folder.name, assignment=slugs[0], paths=tuple(loose), shown=folder.name)


def _read(item: _Received, safe: str, intake: Path) -> Submission | Unreadable:
    files: list[SubmittedFile] = []
    findings: list[Finding] = []
    try:
        files = list(_files_of(item, intake, findings))
        main = _main_file(files, item, findings)
        kind = FileKind.NOTEBOOK if main.name.lower().endswith(".ipynb") else FileKind.SCRIPT
        files = [_fit_to_run(f, intake) if f == main else f for f in files]
    except SubmissionError as error:
        return Unreadable(
            id=safe,
            student=item.student,
            assignment=item.assignment,
            attempt=1,
            files=tuple(files),
            finding=Finding(
                code=error.message.code or "GR132",
                severity=Severity.ERROR,
                message=error.message,
                path=item.shown,
            ),
        )
    return Submission(
        id=safe,
        student=item.student,
        assignment=item.assignment,
        attempt=1,
        files=tuple(files),
        main=main.name,
        kind=kind,
        digest=digest_parts(main=main.name, files=[[f.name, f.sha256] for f in files]),
        findings=tuple(findings),
    )


def _files_of(item: _Received, intake: Path, findings: list[Finding]) -> Iterator[SubmittedFile]:
    budget = _MOST_FOLDER_BYTES
    for name, path in _regular_files(item, findings):
        size = path.lstat().st_size
        if size > budget:
            raise SubmissionError(
                say("GR125", path=name, size=size // 2**20, limit=_MOST_FOLDER_BYTES // 2**20)
            )
        budget -= size
        content = _read_plain(path, name)
        if path.suffix.lower() == ".zip":
            unpacked = read_zip(content, name)
            findings.extend(
                Finding(code="GR141", severity=Severity.INFO, message=m, path=item.shown)
                for m in unpacked.refused
            )
            for member in unpacked.members:
                yield _keep(member.content, member.name, intake)
        elif path.suffix.lower() in _ARCHIVES and len(item.paths) == 1:
            raise SubmissionError(say("GR144", name=name, suffix=path.suffix.lower()))
        else:
            yield SubmittedFile(
                name=name, path=path.resolve(), sha256=digest_bytes(content), size=len(content)
            )


def _regular_files(item: _Received, findings: list[Finding]) -> Iterator[tuple[str, Path]]:
    count = 0
    pending = [(path.name, path) for path in item.paths]
    while pending:
        name, path = pending.pop(0)
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            if name.count("/") < 8 and not path.name.startswith("."):  # noqa: PLR2004 - depth
                pending.extend((f"{name}/{p.name}", p) for p in _entries(path))
        elif not stat.S_ISREG(mode):
            findings.append(_remark("GR123", path=f"{item.shown}/{name}"))
        else:
            count += 1
            if count > MOST_FILES:
                raise SubmissionError(say("GR142", name=item.shown, count=count, limit=MOST_FILES))
            yield name, path


def _read_plain(path: Path, name: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as problem:
        raise SubmissionError(say("GR132", name=name, problem=problem.strerror or "")) from None
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(_MOST_FOLDER_BYTES + 1)


def _main_file(files: Iterable[SubmittedFile], item: _Received, findings: list[Finding]) -> SubmittedFile:
    programs = [f for f in files if f.name.lower().endswith(_PROGRAMS)]
    if not programs:
        raise SubmissionError(say("GR122", path=item.shown))
    named = [f for f in programs if Path(f.name).stem == item.assignment]
    if named:
        return min(named, key=lambda f: (f.name.count("/"), not f.name.endswith(".ipynb"), f.name))
    if len(programs) == 1:
        return programs[0]
    training = [f for f in programs if _TRAINS.search(f.path.read_bytes())]
    main = min(training or programs, key=lambda f: (f.name.count("/"), f.name))
    if len(training) != 1:
        findings.append(
            _remark(
                "GR124",
                path=item.shown,
                count=len(programs),
                main=main.name,
                assignment=item.assignment,
            )
        )
    return main


def _fit_to_run(main: SubmittedFile, intake: Path) -> SubmittedFile:
    """Return the main file in the form that is run: a notebook normalised, a script checked."""
    content = main.path.read_bytes()
    if main.name.lower().endswith(".ipynb"):
        plain = normalise_notebook(content, main.name)
        kept = _keep(plain, main.name, intake)
        return SubmittedFile(name=main.name, path=kept.path, sha256=main.sha256, size=main.size)
    if len(content) > MOST_BYTES:
        size = f"{len(content) / 2**20:.1f}"
        raise SubmissionError(say("GR125", path=main.name, size=size, limit=MOST_BYTES // 2**20))
    if b"\0" in content:
        raise SubmissionError(say("GR135", name=main.name))
    return main


def _keep(content: bytes, name: str, intake: Path) -> SubmittedFile:
    """Write ``content`` below ``intake`` under its digest, once, and return it as ``name``."""
    digest = digest_bytes(content)
    path = intake / digest[:2] / digest
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{digest}.{os.getpid()}.part")
        temporary.write_bytes(content)
        temporary.rename(path)
    return SubmittedFile(name=name, path=path, sha256=digest, size=len(content))


def _safe_ids(received: Sequence[_Received]) -> list[str]:
    """Return one file-name-safe id per item, unique per assignment whatever the names."""
    plain = [_plain(r.student) for r in received]
    keys = [(r.assignment, p.casefold()) for r, p in zip(received, plain, strict=True)]
    ids = []
    for item, base, key in zip(received, plain, keys, strict=True):
        unchanged = base == item.student and keys.count(key) == 1
        suffix = digest_bytes(f"{item.student}\0{item.shown}".encode("utf-8", "surrogateescape"))
        ids.append(base if unchanged else f"{base or 'student'}-{suffix[:6]}")
    return ids


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:60]


def _entries(folder: Path) -> tuple[Path, ...]:
    """Return what stands in ``folder``, sorted, without hidden files and litter."""
    try:
        found = sorted(folder.iterdir(), key=lambda p: p.name)
    except OSError:
        return ()
    return tuple(p for p in found if not p.name.startswith(".") and p.name not in ("__MACOSX", "__pycache__"))


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(path.lstat().st_mode)


def _remark(code: str, **fields: object) -> Finding:
    return Finding(
        code=code,
        severity=Severity.INFO,
        message=say(code, **fields),
        path=str(fields.get("path", "")),
    )
