"""Our own reading of a submitted zip: bounded, member by member, under names we have looked at."""

import io
import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.model.errors import SubmissionError
from grader.model.message import Message
from grader.words import say

MOST_FILES = 200
MOST_BYTES = 100 * 2**20
MOST_RATIO = 200
_SMALL = 2**20  # a ratio says nothing of a tiny archive
_PART = re.compile(r"[^\x00-\x1f\x7f<>:\"|?*\\/]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One regular file of an archive, under a safe relative name."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What was taken from an archive, and which members were refused and why."""

    members: tuple[Member, ...]
    refused: tuple[Message, ...]


def read_zip(content: bytes, name: str) -> Unpacked:
    """Return the regular files of the archive ``content``; nothing is written anywhere.

    A single top folder that holds everything is taken off. Entries of version control, editors and
    Macs are left out.

    Raises:
        SubmissionError: not a zip, too many files, or too large once unpacked.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as problem:
        raise SubmissionError(say("GR140", name=name, problem=_described(problem))) from None
    if len(infos) > MOST_FILES:
        raise SubmissionError(say("GR142", name=name, count=len(infos), limit=MOST_FILES))
    members: list[Member] = []
    refused: list[Message] = []
    budget = min(MOST_BYTES, max(_SMALL, len(content) * MOST_RATIO))
    for info in infos:
        why = _why_refused(info)
        if why is not None:
            shown = info.filename[:80].encode("ascii", "backslashreplace").decode()
            refused.append(say("GR141", name=name, member=shown, why=why))
        elif not _is_litter(info.filename):
            data = _read_member(archive, info, budget, name)
            budget -= len(data)
            members.append(Member(name=str(PurePosixPath(info.filename)), content=data))
    return Unpacked(members=_without_top_folder(members), refused=tuple(refused))


def _why_refused(info: zipfile.ZipInfo) -> Message | None:
    raw = info.orig_filename
    parts = raw.split("/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return say("zip.special")
    if info.flag_bits & 0x1:
        return say("zip.encrypted")
    if raw.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", raw) or "\\" in raw:
        return say("zip.outside")
    if len(parts) > 10 or not all(_PART.fullmatch(part) for part in parts):  # noqa: PLR2004 - depth
        return say("zip.name")
    return None


def _is_litter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(p in ("__MACOSX", "__pycache__", ".git", ".ipynb_checkpoints") for p in parts) or (
        parts[-1].startswith("._") or parts[-1] in (".DS_Store", "Thumbs.db")
    )


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: int, name: str) -> bytes:
    """Read one member, believing the bytes that come and not the sizes it claims."""
    try:
        with archive.open(info) as stream:
            data = stream.read(budget + 1)
    except Exception as problem:  # noqa: BLE001 - zlib.error, LZMAError, whatever a decompressor invents
        raise SubmissionError(say("GR140", name=name, problem=_described(problem))) from None
    if len(data) > budget:
        raise SubmissionError(say("GR143", name=name, limit=MOST_BYTES // 2**20, ratio=MOST_RATIO))
    return data


def _described(problem: Exception) -> str:
    return (str(problem) or type(problem).__name__)[:120]


def _without_top_folder(members: list[Member]) -> tuple[Member, ...]:
    tops = {PurePosixPath(m.name).parts[0] for m in members}
    if len(tops) == 1 and all(len(PurePosixPath(m.name).parts) > 1 for m in members):
        cut = len(tops.pop()) + 1
        return tuple(Member(name=m.name[cut:], content=m.content) for m in members)
    return tuple(members)
