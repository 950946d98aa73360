"""PNG files: a strict look at those a program drew, and the small grey images we write ourselves.

Nothing is decoded here: a browser does that, in its own sandbox, on bytes whose form was checked.
"""

import struct
import zlib
from collections.abc import Iterator

MAX_BYTES = 2 * 1024 * 1024
"""A drawn figure larger than this is not shown."""

_MAGIC = b"\x89PNG\r\n\x1a\n"
_MAX_SIDE = 8192
_MAX_PIXELS = 40_000_000
_UPPER = bytes(value & 0xF0 for value in range(256))
_LOWER = bytes(value >> 4 for value in range(256))
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_KEPT = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"pHYs", b"sBIT", b"cHRM")


def checked_png(content: bytes) -> bytes | None:
    """Return ``content`` without its text, profile and animation chunks; None if it is no sane PNG.

    Sane: at most 2 MiB, a first chunk IHDR with sides of 1 to 8192 pixels and a legal depth and colour
    type, every chunk whole with its checksum, image data present, nothing after the end.
    """
    if len(content) > MAX_BYTES or not content.startswith(_MAGIC):
        return None
    chunks = list(_chunks(content))
    names = [name for name, _ in chunks]
    ordered = bool(names) and names[0] == b"IHDR" and names[-1] == b"IEND"
    if not ordered or names.count(b"IHDR") != 1 or names.count(b"IEND") != 1 or b"IDAT" not in names:
        return None
    if not _sane_header(chunks[0][1]) or chunks[-1][1]:
        return None
    if any(name[0:1].isupper() and name not in _KEPT for name in names):
        return None  # an unknown chunk that a decoder must not ignore
    return _MAGIC + b"".join(_chunk(name, body) for name, body in chunks if name in _KEPT)


def pixels_of(png: bytes) -> int:
    """Return how many pixels a checked PNG has."""
    width, height = struct.unpack_from(">II", png, len(_MAGIC) + 8)
    return int(width) * int(height)


def grey_png(pixels: bytes, *, height: int, width: int) -> bytes:
    """Return a grey PNG of ``pixels`` (0-255, row by row, exactly ``height * width`` bytes).

    It has 16 shades: a page carries twenty test images, and so they take half the room.

    Raises:
        ValueError: the number of pixels does not fit the sides.
    """
    if height < 1 or width < 1 or len(pixels) != height * width:
        raise ValueError(f"{len(pixels)} pixels for {height} x {width}")
    rows = b"".join(b"\x00" + _packed(pixels[at : at + width]) for at in range(0, len(pixels), width))
    header = struct.pack(">IIBBBBB", width, height, 4, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return _MAGIC + b"".join(_chunk(name, body) for name, body in chunks)


def _packed(row: bytes) -> bytes:
    """Return two pixels a byte, the left one in the upper half, each by its upper four bits."""
    length = (len(row) + 1) // 2
    left = row[::2].translate(_UPPER)
    right = row[1::2].translate(_LOWER).ljust(length, b"\x00")
    both = int.from_bytes(left, "big") | int.from_bytes(right, "big")
    return both.to_bytes(length, "big")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and body of every chunk; one named ``b"?"`` when the file is not whole."""
    at = len(_MAGIC)
    while at < len(content):
        if at + 12 > len(content):
            yield b"?", b""
            return
        (length,) = struct.unpack_from(">I", content, at)
        name = content[at + 4 : at + 8]
        end = at + 12 + length
        body = content[at + 8 : end - 4]
        whole = end <= len(content) and content[end - 4 : end] == _checksum(name, body)
        yield (name, body) if whole and name.isalpha() else (b"?", b"")
        if not whole:
            return
        at = end


def _sane_header(body: bytes) -> bool:
    if len(body) != struct.calcsize(">IIBBBBB"):
        return False
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", body)
    sides = 1 <= width <= _MAX_SIDE and 1 <= height <= _MAX_SIDE and width * height <= _MAX_PIXELS
    form = depth in _DEPTHS.get(colour, ()) and compression == 0 and filtering == 0
    return sides and form and interlace in (0, 1)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + _checksum(name, body)


def _checksum(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))
