"""What is shown of a program's output: text that was cleaned, pictures that were checked."""

import struct
import zlib
from html import escape
from xml.etree import ElementTree as ET

from grader.readers.plain_text import plain_text
from grader.reporting.cleaning import CAP_BYTES, clean_text, visible
from grader.reporting.escaping import (
    for_annotation,
    for_annotation_property,
    for_csv,
    for_markdown,
    for_terminal,
    for_xml,
)
from grader.reporting.png import MAX_BYTES, checked_png
from tests.fuzz.fit_to_show import assert_text

_LIMIT = 200
_MAGIC = b"\x89PNG\r\n\x1a\n"
_NAMES = frozenset([b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"pHYs", b"sBIT", b"cHRM"])
_CHUNK_BYTES = 12
_LARGEST_SIDE = 8192


def look_at_text(content: bytes) -> None:
    """Cleaned text hides nothing, is no longer than its cap, and is clean already."""
    for raw in (content, content.decode("utf-8", "surrogatepass") if _passes(content) else content):
        cleaned = clean_text(raw)
        assert_text(cleaned)
        assert len(cleaned.encode()) <= CAP_BYTES
        assert clean_text(cleaned) == cleaned
        assert visible(cleaned) == cleaned
        short = plain_text(raw, limit=_LIMIT)
        assert_text(short)
        assert len(short) <= _LIMIT
        assert plain_text(short, limit=_LIMIT) == short
    name = visible(content.decode("utf-8", "replace"))
    assert_text(name)
    assert visible(name) == name


def _passes(content: bytes) -> bool:
    try:
        content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def look_at_escaped(content: bytes) -> None:
    """Whatever a student's words are, in each place they are written they stay words."""
    text = content.decode("utf-8", "replace")
    told = for_terminal(text)
    assert_text(told)
    assert "::" not in told
    cell = for_csv(text)
    assert_text(cell, lines=False)
    assert cell[:1] not in ("=", "+", "-", "@")
    shown = for_markdown(text)
    assert not set(shown) & set("<>[]`*|\\"), shown
    element = ET.fromstring(f'<a b="{escape(for_xml(text))}">{escape(for_xml(text))}</a>')  # noqa: S314 - ours
    assert not list(element)
    for one in (for_annotation(text), for_annotation_property(text)):
        assert "\n" not in one
        assert "\r" not in one


def look_at_png(content: bytes) -> None:
    """A picture that is shown is whole, of known chunks alone, of sane sides, and is checked already."""
    checked = checked_png(content)
    if checked is None:
        return
    assert len(checked) <= len(content) <= MAX_BYTES
    assert checked_png(checked) == checked
    chunks = _chunks(checked)
    names = [name for name, _ in chunks]
    assert set(names) <= _NAMES
    assert (names[0], names[-1]) == (b"IHDR", b"IEND")
    assert b"IDAT" in names
    width, height = struct.unpack(">II", chunks[0][1][:8])
    assert 1 <= width <= _LARGEST_SIDE
    assert 1 <= height <= _LARGEST_SIDE


def _chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return name and body of every chunk, none of them torn."""
    found = []
    at = len(_MAGIC)
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        name, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        assert len(body) == length
        found.append((name, body))
        at += _CHUNK_BYTES + length
    assert at == len(content)
    return found


def mend_png(content: bytes) -> bytes:
    """Return ``content`` with a checksum behind every chunk that is its own: past the first hurdle."""
    mended = bytearray(content)
    at = len(_MAGIC)
    while at + _CHUNK_BYTES <= len(content):
        length = min(int.from_bytes(mended[at : at + 4], "big"), len(content) - at - _CHUNK_BYTES)
        struct.pack_into(">I", mended, at, length)
        end = at + 8 + length
        struct.pack_into(">I", mended, end, zlib.crc32(mended[at + 4 : end]))
        at = end + 4
    return bytes(mended[:at])
