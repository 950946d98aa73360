"""What one student handed in for one assignment, to a :class:`Submission` or to a row that says why not."""

import codecs
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from grader.coursefiles.attempts import newest_attempt
from grader.coursefiles.choose_main import choose_main
from grader.coursefiles.file_names import (
    common_folder,
    is_accepted,
    is_litter,
    is_program,
    without_environments,
)
from grader.coursefiles.lms_names import read_lms_name
from grader.coursefiles.notebooks import MOST_SOURCE, normalise_notebook
from grader.coursefiles.received import Received, remark, remark_of
from grader.coursefiles.source_text import source_for_python
from grader.coursefiles.zip_reader import MOST_FILES, Unpacked, read_zip
from grader.files.write_whole import write_once
from grader.model.digest import digest_bytes, digest_parts
from grader.model.errors import SubmissionError
from grader.model.evidence import LedgerEntry, Place
from grader.model.message import Message
from grader.model.submission import FileKind, Finding, Severity, Submission, SubmittedFile, Unreadable
from grader.words import say
from grader.words.problems import problem_told

_MOST_BYTES = 100 * 2**20
_DEEPEST = 8
_TOOLS_OWN = (
    *(".git", ".github", ".grader", ".ipynb_checkpoints", ".idea", ".vscode", ".cache", ".venv", ".config"),
    *(".local", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".sync", ".stfolder"),
    *(".Trash", ".Trashes", ".Spotlight-V100", ".fseventsd", ".TemporaryItems"),
)


def read_received(item: Received, safe_id: str, intake: Path) -> Submission | Unreadable:
    """Read ``item``; every file is kept below ``intake`` by its content, so what is run is what was read."""
    files: list[SubmittedFile] = []
    staged: Sequence[SubmittedFile] = ()
    findings = [remark("handed-in-late", path=item.shown)] if item.late else []
    try:
        staged = files = _staged_files(item, intake, findings)
        _refuse_class(files, item)
        attempt = newest_attempt(_without_common_folder(files))
        files = _without_common_folder(attempt.files)
        main = choose_main(files, item, findings, attempt.older)
        kind = FileKind.NOTEBOOK if main.name.lower().endswith(".ipynb") else FileKind.SCRIPT
        ready = _fit_to_run(main, files, intake)
    except SubmissionError as error:
        finding = Finding(
            severity=Severity.ERROR,
            message=error.message,
            path=item.shown,
        )
        return Unreadable(
            id=safe_id,
            student=item.student,
            assignment=item.assignment,
            attempt=1,
            files=tuple(files),
            finding=finding,
        )
    return Submission(
        id=safe_id,
        student=item.student,
        assignment=item.assignment,
        attempt=1,
        files=tuple(ready.files.get(f.name, f) for f in files),
        main=main.name,
        kind=kind,
        digest=digest_parts(main=main.name, files=sorted([f.name, f.sha256] for f in files)),
        findings=tuple(findings),
        received=main.path,
        ledger=ready.ledger,
        handed_in=_handed_in(item, staged, main),
    )


def _handed_in(item: Received, staged: Sequence[SubmittedFile], main: SubmittedFile) -> str:
    """Return where ``main`` lies as it was handed in, or the zip it came in, below what was named to us."""
    name = next((f.name for f in staged if f.path == main.path), main.name)
    place = item.sources[0][1]
    for prefix, path in item.sources:
        inside = path if name == prefix else path / name.removeprefix(f"{prefix}/" if prefix else "")
        if kind_of(inside) == "file":
            place = inside
    if kind_of(place) == "folder":  # it came in a zip
        zips = [path for path in entries(place) if path.name.lower().endswith(".zip")]
        place = zips[0] if len(zips) == 1 else place
    return str(place.relative_to(item.root)) if place.is_relative_to(item.root) else place.name


def entries(folder: Path) -> tuple[Path, ...]:
    """Return what stands in ``folder``, sorted, without hidden files and litter.

    Raises:
        SubmissionError: the folder cannot be read.
    """
    try:
        found = sorted(folder.iterdir(), key=lambda p: p.name)
    except OSError as problem:
        raise SubmissionError(_unreadable(folder.name, problem)) from None
    works = set(without_environments(p.name for p in found))
    return tuple(p for p in found if p.name in works and not is_litter(p.name))


def hidden_works(folder: Path) -> tuple[Path, ...]:
    """Return what stands in ``folder`` and may be somebody's work but for its name's first dot."""
    hidden = (p for p in folder.iterdir() if p.name.startswith(".") and is_litter(p.name))
    works = (p for p in sorted(hidden) if not p.name.startswith("._") and p.name not in _TOOLS_OWN)
    return tuple(p for p in works if kind_of(p) == "folder" or (kind_of(p) == "file" and is_accepted(p.name)))


def kind_of(path: Path) -> str:
    """Return ``folder``, ``file`` or ``other``: a link wherever it leads, a device, what is gone."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return "other"
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"


def _staged_files(item: Received, intake: Path, findings: list[Finding]) -> list[SubmittedFile]:
    """Return the files as a run will see them; archives are unpacked where no program lies beside them."""
    plain = list(_plain_files(item, findings))
    unpack = not any(is_program(name) for name, _ in plain)
    files: dict[str, SubmittedFile] = {}
    budget = _MOST_BYTES
    for name, path in plain:
        content = _read_plain(path, name, budget, item.root)
        if unpack and name.lower().endswith(".zip"):
            unpacked = _read_zip(content, name)
            findings += [remark_of(message, item.shown) for message in unpacked.refused]
            new = [_keep(member.content, member.name, intake) for member in unpacked.members]
        else:
            # Kept, and not opened again where it lies: by then it may be another file, a link, a pipe.
            new = [_keep(content, name, intake)]
        for file in new:
            if file.name in files:
                findings.append(remark("repeated-file-name", path=file.name))
            files[file.name] = file
            budget -= file.size
        if budget < 0:
            raise SubmissionError(
                say("files-too-large-in-total", path=item.shown, limit=_MOST_BYTES // 2**20)
            )
        if len(files) > MOST_FILES:
            raise SubmissionError(say("submission-too-many-files", path=item.shown, limit=MOST_FILES))
    return _without_files_called_as_folders(list(files.values()), item, findings)


def _read_zip(content: bytes, name: str) -> Unpacked:
    """Return what is in a zip; where that is one zip more, and no program, what is in that."""
    outer = read_zip(content, name)
    inner = [m for m in outer.members if m.name.lower().endswith(".zip")]
    if len(inner) != 1 or any(is_program(m.name) for m in outer.members):
        return outer
    found = read_zip(inner[0].content, inner[0].name)
    others = {m.name: m for m in outer.members if m is not inner[0]}
    members = {**others, **{m.name: m for m in found.members}}
    return Unpacked(members=tuple(members.values()), refused=(*outer.refused, *found.refused))


def _plain_files(item: Received, findings: list[Finding]) -> Iterator[tuple[str, Path]]:
    """Yield the regular files with their names, nearest first; a link or device is told and passed over."""
    count = 0
    pending = list(item.sources)
    for name, path in pending:  # grows while it is read
        match kind_of(path):
            case "folder" if name.count("/") >= _DEEPEST:
                findings.append(remark("file-nested-too-deep", path=f"{item.shown}/{name}", limit=_DEEPEST))
            case "folder":
                pending += [(f"{name}/{p.name}" if name else p.name, p) for p in entries(path)]
            case "file":
                count += 1
                if count > MOST_FILES:
                    raise SubmissionError(say("submission-too-many-files", path=item.shown, limit=MOST_FILES))
                yield name, path
            case _:
                findings.append(remark("not-a-regular-file", path=f"{item.shown}/{name}"))


def _read_plain(path: Path, name: str, budget: int, root: Path) -> bytes:
    """Return the bytes of a regular file; opening never waits, follows no link and trusts no earlier look."""
    try:
        descriptor = _opened(path, root)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            plain = stat.S_ISREG(status.st_mode)
            content = stream.read(budget + 1) if plain and status.st_size <= budget else b""
    except OSError as problem:
        raise SubmissionError(_unreadable(name, problem)) from None
    if not plain:
        raise SubmissionError(say("not-a-regular-file", path=name))
    if max(status.st_size, len(content)) > budget:
        size = status.st_size / 2**20
        raise SubmissionError(say("file-too-large", path=name, size=size, limit=_MOST_BYTES // 2**20))
    return content


def _opened(path: Path, root: Path) -> int:
    """Open ``path`` for reading, folder by folder from ``root``, so that none of them can be a link."""
    *folders, last = path.relative_to(root).parts
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for flags, part in (*((os.O_DIRECTORY, folder) for folder in folders), (os.O_NONBLOCK, last)):
        above = descriptor
        try:
            descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=above)
        finally:
            os.close(above)
    return descriptor


def _refuse_class(files: Sequence[SubmittedFile], item: Received) -> None:
    """Refuse a whole class that came as one student: every program is somebody's, as an LMS names them.

    One own program among them is enough to be one student's: ``cnn_32_64_b.py`` is only named alike.

    Raises:
        SubmissionError: the message says how to grade it.
    """
    paths = [PurePosixPath(f.name).parts for f in files if is_program(f.name)]
    named = [next((n.student for part in parts if (n := read_lms_name(part))), None) for parts in paths]
    students = sorted({student for student in named if student is not None})
    if len(students) > 1 and None not in named:
        shown = ", ".join(students[:2])
        raise SubmissionError(say("class-as-one-submission", path=item.shown, students=shown))


def _without_common_folder(files: Sequence[SubmittedFile]) -> list[SubmittedFile]:
    """Take off the folder that somebody packed everything into: the program's folder is where it runs."""
    cut = len(common_folder(f.name for f in files))
    return [replace(f, name=f.name[cut:]) for f in files]


def _without_files_called_as_folders(
    files: list[SubmittedFile], item: Received, findings: list[Finding]
) -> list[SubmittedFile]:
    """Leave out a file ``a`` beside ``a/b.py``: an archive can hold both, a disk cannot."""
    folders = {str(parent) for f in files for parent in PurePosixPath(f.name).parents}
    for file in files:
        if file.name in folders:
            message = say("zip-member-refused", name=item.shown, member=file.name, why=say("zip.folder"))
            findings.append(remark_of(message, item.shown))
    return [f for f in files if f.name not in folders]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """The files that are run in another form than they came in, by name, and what was done to them."""

    files: Mapping[str, SubmittedFile]
    ledger: tuple[LedgerEntry, ...]


def _fit_to_run(main: SubmittedFile, files: Sequence[SubmittedFile], intake: Path) -> _Ready:
    """Return the programs in the form that is run: a notebook normalised, scripts in UTF-8."""
    scripts = [f for f in files if f.name.lower().endswith(".py")]
    read = {f.name: source_for_python(f.path.read_bytes()) for f in scripts}
    changed = {f.name: f for f in scripts if read[f.name][1] is not None}
    ready = {n: replace(f, path=_keep(read[n][0], n, intake).path) for n, f in changed.items()}
    ledger = [LedgerEntry(kind="encoding", what=f"{n}: {read[n][1]}", place=Place()) for n in changed]
    if main.name not in read:
        plain = normalise_notebook(main.path.read_bytes(), main.name)
        ready[main.name] = replace(main, path=_keep(plain.content, main.name, intake).path)
        return _Ready(files=ready, ledger=(*plain.ledger, *ledger))
    content = read[main.name][0]
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        # As of an empty notebook: an upload that failed is nobody's zero.
        raise SubmissionError(say("file-empty", name=main.name))
    if main.size > MOST_SOURCE:
        limit = MOST_SOURCE // 2**20
        raise SubmissionError(say("file-too-large", path=main.name, size=main.size / 2**20, limit=limit))
    if b"\0" in content:
        raise SubmissionError(say("program-not-utf8", name=main.name))
    return _Ready(files=ready, ledger=tuple(ledger))


def _keep(content: bytes, name: str, intake: Path) -> SubmittedFile:
    """Write ``content`` below ``intake`` under its digest, once, and return it as ``name``."""
    digest = digest_bytes(content)
    path = intake / digest[:2] / digest
    write_once(path, content)
    return SubmittedFile(name=name, path=path.absolute(), sha256=digest, size=len(content))


def _unreadable(name: str, problem: OSError) -> Message:
    return say("submission-unreadable", path=name, problem=problem_told(problem))
