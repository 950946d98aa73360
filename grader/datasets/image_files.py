"""Pictures in a zip: PNG of eight bits, grey or coloured, all of one size; written anew when served.

A class is the folder that a picture lies in; pictures without targets are counted in the order of their
names. What else a file could carry (text, times, a telling name) is not carried on.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from grader.datasets.block import Block, unreadable
from grader.datasets.dataset import Dataset

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAGIC = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3}
"""PNG's colour types that are taken: grey, and red-green-blue."""
_LONGEST_SIDE = 4096
_MOST_PICTURES = 1_000_000
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def read_pictures(file: str, content: bytes, entry: Dataset, *, labelled: bool) -> Block:
    """Return the pictures of a zip, in the order of their names; ``labelled`` by the folders they lie in.

    Raises:
        CourseError: something else lies in it, a picture of another size, or in a folder of no class.
    """
    import numpy as np

    pictures: list[NDArray[Any]] = []
    classes: list[int] = []
    names = entry.classes if entry.form.named else tuple(str(n) for n in range(len(entry.classes)))
    for name, png in _members(file, content):
        picture = decode_png(png)
        if picture is None or (pictures and picture.shape != pictures[0].shape):
            raise unreadable(file, "picture" if picture is None else "picture_size", member=name)
        pictures.append(picture)
        folder = PurePosixPath(name).parent.name
        if labelled and folder not in names:
            raise unreadable(file, "picture_class", member=name, names=", ".join(names))
        classes.append(names.index(folder) if labelled else 0)
    if not pictures:
        raise unreadable(file, "empty")
    return Block(x=np.stack(pictures), y=np.array(classes, dtype=np.int64) if labelled else None)


def pictures_zip(pictures: "Iterable[tuple[str | None, NDArray[Any]]]") -> bytes:
    """Return a zip of ``pictures``, each in the folder named beside it, called by their place alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for place, (folder, picture) in enumerate(pictures):
            name = f"{place:06d}.png" if folder is None else f"{folder}/{place:06d}.png"
            archive.writestr(zipfile.ZipInfo(name, date_time=_EARLIEST), encode_png(picture))
    return buffer.getvalue()


def decode_png(content: bytes) -> "NDArray[Any] | None":
    """Return the picture of a PNG file, (height, width) or (height, width, 3); None if it is none we take."""
    import numpy as np

    chunks = list(_chunks(content))
    header = chunks[0][1] if chunks and chunks[0][0] == b"IHDR" else b""
    if len(header) != 13:  # noqa: PLR2004 - what an IHDR has
        return None
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", header)
    channels = _CHANNELS.get(colour)
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE) or depth != 8 or channels is None:  # noqa: PLR2004 - bits
        return None
    stride = width * channels
    try:
        decoder = zlib.decompressobj()
        packed = b"".join(body for name, body in chunks if name == b"IDAT")
        flat = decoder.decompress(packed, height * (stride + 1) + 1)
    except zlib.error:
        return None
    if any(rest) or len(flat) != height * (stride + 1):
        return None
    rows = np.frombuffer(flat, dtype=np.uint8).reshape(height, stride + 1)
    whole = _unfiltered(rows, channels)
    if whole is None:
        return None
    return whole if channels == 1 else whole.reshape(height, width, channels)


def encode_png(picture: "NDArray[Any]") -> bytes:
    """Return a picture of bytes as a PNG file that holds nothing else."""
    import numpy as np

    height, width = picture.shape[:2]
    colour = 0 if picture.ndim == 2 else 2  # noqa: PLR2004 - without channels
    flat = np.ascontiguousarray(picture, dtype=np.uint8).reshape(height, -1)
    rows = np.hstack((np.zeros((height, 1), dtype=np.uint8), flat)).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return _MAGIC + b"".join(_chunk(name, body) for name, body in parts)


def _members(file: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = sorted(one.filename for one in archive.infolist() if not one.is_dir())
            if len(listed) > _MOST_PICTURES:
                raise unreadable(file, "zip")
            for name in listed:
                yield name, archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise unreadable(file, "zip") from None


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not content.startswith(_MAGIC):
        return
    at = len(_MAGIC)
    while at + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        name, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        check = content[at + 8 + size : at + 12 + size]
        if len(body) != size or check != struct.pack(">I", zlib.crc32(name + body)):
            return
        yield name, body
        at += 12 + size


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _unfiltered(rows: "NDArray[Any]", channels: int) -> "NDArray[Any] | None":
    """Undo PNG's five ways of writing a row as differences from its neighbours."""
    import numpy as np

    whole = np.zeros((len(rows), rows.shape[1] - 1), dtype=np.uint8)
    above = np.zeros(rows.shape[1] - 1, dtype=np.uint8)
    for number, (way, *_) in enumerate(rows[:, :1]):
        line = rows[number, 1:]
        if way == 0:
            above = line
        elif way == 1:
            above = np.cumsum(line.reshape(-1, channels), axis=0, dtype=np.uint8).reshape(-1)
        elif way == 2:  # noqa: PLR2004 - "up"
            above = line + above
        elif way in (3, 4):
            above = _from_neighbours(line, above, channels, average=way == 3)  # noqa: PLR2004 - "average"
        else:
            return None
        whole[number] = above
    return whole


def _from_neighbours(
    line: "NDArray[Any]", above: "NDArray[Any]", channels: int, *, average: bool
) -> "NDArray[Any]":
    import numpy as np

    up = [0] * channels + above.tolist()
    row = [0] * channels
    for at, value in enumerate(line.tolist()):
        left, over, corner = row[at], up[at + channels], up[at]
        guess = (left + over) // 2 if average else _paeth(left, over, corner)
        row.append((value + guess) & 0xFF)
    return np.array(row[channels:], dtype=np.uint8)


def _paeth(left: int, over: int, corner: int) -> int:
    straight = left + over - corner
    distances = (abs(straight - left), abs(straight - over), abs(straight - corner))
    return (left, over, corner)[distances.index(min(distances))]
