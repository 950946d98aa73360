"""Our own reading of a submitted zip: bounded, member by member, under names we have looked at."""

import io
import re
import stat
import zipfile
from contextlib import suppress
from dataclasses import dataclass

from grader.coursefiles.file_names import is_litter, without_environments
from grader.model.errors import SubmissionError
from grader.model.message import Message
from grader.words import say
from grader.words.mistake_words import legible

MOST_FILES = 200
MOST_BYTES = 100 * 2**20
MOST_RATIO = 200
_SMALL = 2**20  # a ratio says nothing of a tiny archive
_MOST_ENTRIES = 100_000  # looked at by zipfile before we can count the files among them
_ENTRY = b"PK\x01\x02"
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
# Asked for so many bytes, zipfile has others unpack all there is: 600 bytes of bzip2 are 600 MiB.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PART = re.compile(r"[^\x00-\x1f\x7f-\x9f/\ud800-\udfff]+")
_LONGEST_PART = 255
"""Bytes of a name that a disk takes."""
_DEEPEST = 10


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

    Entries of version control, editors and Macs are left out. Of two members of one name the last counts,
    as for unzip.

    Raises:
        SubmissionError: not a zip, too many files, or too large once unpacked.
    """
    if (entries := content.count(_ENTRY)) > _MOST_ENTRIES:
        raise SubmissionError(say("zip-too-many-files", name=name, count=entries, limit=MOST_FILES))
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        named = [(info, member_name(info)) for info in archive.infolist()]
    except Exception as problem:  # noqa: BLE001 - struct.error, UnicodeDecodeError, whatever a header invents
        raise SubmissionError(_broken(name, content, problem)) from None
    works = {raw for raw in without_environments(raw for _, raw in named) if not is_litter(raw)}
    files = [(info, raw) for info, raw in named if raw in works and not raw.endswith("/")]
    if len(files) > MOST_FILES:
        raise SubmissionError(say("zip-too-many-files", name=name, count=len(files), limit=MOST_FILES))
    members: dict[str, Member] = {}
    refused: list[Message] = []
    budget = min(MOST_BYTES, max(_SMALL, len(content) * MOST_RATIO))
    for info, raw in files:
        why = why_refused(info, raw)
        if why is not None:
            refused.append(say("zip-member-refused", name=name, member=legible(raw), why=why))
            continue
        data = _read_member(archive, info, budget, name)
        budget -= len(data)
        safe = "/".join(name_parts(raw))
        if safe in members:
            refused.append(say("repeated-file-name", path=f"{name}: {legible(safe)}"))
        members[safe] = Member(name=safe, content=data)
    return Unpacked(members=tuple(members.values()), refused=tuple(refused))


def member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's whole name, up to its end and not to the first NUL, with forward slashes.

    Macs write UTF-8 without saying so, and old Windows programs write backslashes, and names in the code
    page of their country: where that is no UTF-8 it is read as western Europe's and Brazil's.
    """
    raw = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):
            written = raw.encode("cp437")
            raw = written.decode("cp850")
            raw = written.decode("utf-8")
    return raw.replace("\\", "/")


def name_parts(raw: str) -> list[str]:
    """Return the folders and the file of a member's name."""
    return [part for part in raw.split("/") if part not in ("", ".")]


def why_refused(info: zipfile.ZipInfo, raw: str) -> Message | None:
    """Return why a member is not taken, or None when its name and kind are good."""
    parts = name_parts(raw)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return say("zip.special")
    if info.flag_bits & _ENCRYPTED:
        return say("zip.encrypted")
    if info.compress_type not in _METHODS:
        return say("zip.method")
    if raw.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:/", raw):
        return say("zip.outside")
    if not parts or len(parts) > _DEEPEST or not all(_is_name(part) for part in parts):
        return say("zip.name")
    return None


def is_safe_name(name: str) -> bool:
    """Return whether ``name`` is that of a file below a folder, whatever folder it is."""
    parts = name.split("/")
    return ".." not in parts and "." not in parts and len(parts) <= _DEEPEST and all(map(_is_name, parts))


def _is_name(part: str) -> bool:
    return _PART.fullmatch(part) is not None and len(part.encode()) <= _LONGEST_PART


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: int, name: str) -> bytes:
    """Read one member, believing the bytes that come and not the sizes it claims."""
    try:
        with archive.open(info) as stream:
            data = stream.read(budget + 1)
    except Exception as problem:  # noqa: BLE001 - zlib.error, EOFError, whatever damage invents
        raise SubmissionError(say("zip-unreadable", name=name, problem=_described(problem))) from None
    if len(data) > budget:
        raise SubmissionError(
            say("zip-unpacks-too-large", name=name, limit=MOST_BYTES // 2**20, ratio=MOST_RATIO)
        )
    return data


def _broken(name: str, content: bytes, problem: Exception) -> Message:
    """Return what is wrong with bytes that are no zip: the usual ones are other things under that name."""
    if not content:
        return say("file-empty", name=name)
    for magic, suffix in ((b"Rar!", "RAR"), (b"7z\xbc\xaf", "7z"), (b"\x1f\x8b", "gzip")):
        if content.startswith(magic):
            return say("zip-is-another-format", name=name, kind=suffix)
    return say("zip-unreadable", name=name, problem=_described(problem))


def _described(problem: Exception) -> str:
    return (str(problem) or type(problem).__name__)[:120]
