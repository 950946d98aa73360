"""Our reading of archives beside zipfile's: a student's zip, a class's zip, a model's file."""

import io
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

from grader.coursefiles.class_zip import unpack_class
from grader.coursefiles.zip_reader import MOST_BYTES, MOST_FILES, MOST_RATIO, Unpacked, read_zip
from grader.model.errors import CourseError, SubmissionError
from grader.readers.keras_archive import ModelFile, read_keras_archive
from tests.fuzz.fit_to_show import assert_message, assert_plain, assert_refusal

_SMALL = 1 << 20
_DEEPEST = 10
_LONGEST_PART = 200


def look_at_zip(content: bytes) -> None:
    """Members are few, small and safely named, and hold what zipfile finds under that name."""
    try:
        unpacked = read_zip(content, "all.zip")
    except SubmissionError as refused:
        assert_refusal(refused)
        return
    assert_bounded(unpacked, len(content))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in unpacked.members:
            # Of several under one name it is the last that may be taken at all: others may be links.
            named = [info for info in archive.infolist() if _plain_name(info) == member.name]
            assert any(member.content == _read(archive, info) for info in named)


def assert_bounded(unpacked: Unpacked, size: int) -> None:
    """Assert what holds of any archive of ``size`` bytes."""
    assert len(unpacked.members) <= MOST_FILES
    total = sum(len(member.content) for member in unpacked.members)
    assert total <= min(MOST_BYTES, max(_SMALL, size * MOST_RATIO))
    names = [member.name for member in unpacked.members]
    assert len(set(names)) == len(names)
    for name in names:
        assert_safe_name(name)
    for message in unpacked.refused:
        assert_message(message)


def assert_safe_name(name: str) -> None:
    """Assert that ``name`` stays inside the folder it is written to, on any system."""
    parts = name.split("/")
    assert 1 <= len(parts) <= _DEEPEST, name
    for part in parts:
        assert part not in ("", ".", ".."), name
        assert len(part.encode()) <= _LONGEST_PART, name
        assert "\\" not in part, name
        assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in part), name
    assert not (len(parts[0]) == 2 and parts[0][1] == ":" and parts[1:]), name


def _plain_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name by the rules of the format, told independently of our reader."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.orig_filename
    return "/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    try:
        return archive.read(info)
    except Exception:  # noqa: BLE001 - a damaged member that our reader passed over
        return None


def look_at_class_zip(content: bytes) -> None:
    """What is unpacked lies in its folder, plain files and folders, the same when asked again."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as scratch:
        archive = Path(scratch, "class.zip")
        archive.write_bytes(content)
        intake = Path(scratch, "intake")
        try:
            folder, refused = unpack_class(archive, intake)
        except CourseError as error:
            assert_refusal(error)
            assert not list(intake.glob("classes/*")), "a half unpacked folder was left"
            return
        for message in refused:
            assert_message(message)
        assert intake in folder.parents
        for path in folder.rglob("*"):
            assert not path.is_symlink()
            assert path.is_dir() or path.is_file()
            assert_safe_name(str(path.relative_to(folder)))
        assert [p.name for p in Path(scratch).iterdir() if p not in (archive, intake)] == []
        assert unpack_class(archive, intake)[0] == folder


def look_at_keras_archive(content: bytes) -> None:
    """A model's file is read as plain facts, or refused."""
    found = read_keras_archive(content)
    if isinstance(found, ModelFile):
        assert_plain(found)
        assert not any(isinstance(size, bool) for shape in found.inputs for size in shape)
    else:
        assert_message(found.reason)


_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LOCAL_BYTES, _CENTRAL_BYTES, _END_BYTES = 30, 46, 22
_DEFLATED = 8


def mend_zip(content: bytes) -> bytes:
    """Return ``content`` with offsets, sizes and checksums that agree: past the first hurdles."""
    mended = bytearray(content)
    entries = [at for at in _places(content, _CENTRAL) if at + _CENTRAL_BYTES <= len(content)]
    headers = [at for at in _places(content, _LOCAL) if at + _LOCAL_BYTES <= len(content)]
    end = content.rfind(_END)
    if not entries or len(headers) < len(entries) or end < entries[-1] or end + _END_BYTES > len(content):
        return content
    for number, (entry, header) in enumerate(zip(entries, headers, strict=False)):
        following = headers[number + 1] if number + 1 < len(headers) else entries[0]
        _mend_member(mended, entry, header, following)
    count = len(entries)
    struct.pack_into("<HHHHII", mended, end + 4, 0, 0, count, count, end - entries[0], entries[0])
    return bytes(mended)


def _mend_member(mended: bytearray, entry: int, header: int, following: int) -> None:
    """Make one entry of the directory, its local header and its bytes agree."""
    method = struct.unpack_from("<H", mended, entry + 10)[0]
    name, extra = struct.unpack_from("<HH", mended, header + 26)
    start = header + _LOCAL_BYTES + name + extra
    if start > following:
        return
    packed = bytes(mended[start:following])
    plain = packed
    if method == _DEFLATED:
        try:
            plain = zlib.decompressobj(-15).decompress(packed, _SMALL)
        except zlib.error:
            return
    facts = struct.pack("<III", zlib.crc32(plain), len(packed), len(plain))
    mended[entry + 16 : entry + 28] = facts
    mended[header + 14 : header + 26] = facts
    struct.pack_into("<I", mended, entry + 42, header)


def _places(content: bytes, signature: bytes) -> list[int]:
    found = []
    at = content.find(signature)
    while at >= 0:
        found.append(at)
        at = content.find(signature, at + 4)
    return found
