"""A whole class's submissions in one zip, unpacked to be read like the folder it was made from.

Names and bytes in it are the students' own, so they are held to the same rules as a student's zip; what is
larger than a submission may be is refused member by member.
"""

import os
import shutil
import zipfile
from pathlib import Path

from grader.coursefiles.file_names import is_litter, without_environments
from grader.coursefiles.zip_reader import (
    MOST_BYTES,
    MOST_RATIO,
    is_safe_name,
    member_name,
    name_parts,
    why_refused,
)
from grader.files.hash_file import hash_file
from grader.files.publish_folder import publish_folder
from grader.model.errors import CourseError
from grader.model.message import Message
from grader.words import say
from grader.words.mistake_words import legible
from grader.words.problems import problem_told

_MOST_MEMBERS = 50_000
_MOST_CLASS_BYTES = 10 * 2**30
_SMALL = 2**20
_DEEPEST_KEPT = 3
_CHUNK = 2**20


def unpack_class(archive: Path, intake: Path) -> tuple[Path, tuple[Message, ...]]:
    """Return the folder below ``intake`` that holds the files of ``archive``, and what was refused.

    A zip that was unpacked before is not unpacked again.

    Raises:
        CourseError: it is no zip, or far too large.
    """
    try:
        digest = hash_file(archive)
        with zipfile.ZipFile(archive) as opened:
            folder, refused = _unpack(opened, archive, intake / "classes" / digest)
    except OSError as problem:
        raise CourseError(say("file-unreadable", file=str(archive), problem=problem_told(problem))) from None
    except CourseError:
        raise
    except Exception as problem:  # noqa: BLE001 - zlib.error, struct.error, whatever a header invents
        described = (str(problem) or type(problem).__name__)[:120]
        raise CourseError(say("zip-unreadable", name=archive.name, problem=described)) from None
    inside = [p for p in folder.iterdir() if not p.name.startswith(".")]
    if len(inside) == 1 and inside[0].is_dir() and inside[0].name == archive.stem:
        folder = inside[0]  # the folder was packed, not what is in it
    return folder, refused


def _unpack(opened: zipfile.ZipFile, archive: Path, folder: Path) -> tuple[Path, tuple[Message, ...]]:
    wanted, folders, refused = _wanted(opened, archive.name)
    if folder.is_dir():
        return folder, refused
    part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    budget = _MOST_CLASS_BYTES
    try:
        for name, info in wanted.items():
            budget -= _write(opened, info, part / name)
            if budget < 0:
                raise CourseError(
                    say("files-too-large-in-total", path=archive.name, limit=_MOST_CLASS_BYTES // 2**20)
                )
        for name in folders:
            (part / name).mkdir(parents=True, exist_ok=True)
        publish_folder(part, folder, intact=Path.is_dir)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder, refused


def _wanted(
    opened: zipfile.ZipFile, name: str
) -> tuple[dict[str, zipfile.ZipInfo], list[str], tuple[Message, ...]]:
    """Return the members to be written under their safe names, folders of refused ones, and why they are.

    Whoever handed in nothing but what is refused still has a folder, and so a row.
    """
    named = [(info, member_name(info)) for info in opened.infolist()]
    works = {raw for raw in without_environments(raw for _, raw in named) if not is_litter(raw)}
    if len(works) > _MOST_MEMBERS:
        raise CourseError(say("zip-too-many-files", name=name, count=len(works), limit=_MOST_MEMBERS))
    wanted: dict[str, zipfile.ZipInfo] = {}
    refused = []
    folders: set[str] = set()
    emptied: set[str] = set()
    for info, raw in named:
        if raw not in works or raw.endswith("/"):
            continue
        why = why_refused(info, raw)
        if why is None and info.file_size > min(MOST_BYTES, max(_SMALL, info.compress_size * MOST_RATIO)):
            why = say("zip.large")
        if why is not None:
            refused.append(say("zip-member-refused", name=name, member=legible(raw), why=why))
            if not raw.startswith("/"):
                emptied.add("/".join(name_parts(raw)[:-1][:_DEEPEST_KEPT]))
            continue
        parts = name_parts(raw)
        wanted["/".join(parts)] = info
        folders.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
    for clash in folders & wanted.keys():
        refused.append(say("zip-member-refused", name=name, member=legible(clash), why=say("zip.folder")))
        del wanted[clash]
    kept = [folder for folder in sorted(emptied) if is_safe_name(folder) and folder not in wanted]
    return wanted, [f for f in kept if not any(f.startswith(f"{file}/") for file in wanted)], tuple(refused)


def _write(opened: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> int:
    """Write one member and return its bytes; zipfile stops at the size that the member claims."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(info) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target, _CHUNK)
    return info.file_size
