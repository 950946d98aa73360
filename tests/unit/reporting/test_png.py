import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from grader.reporting.png import MAX_BYTES, checked_png, grey_png


def _drawn(**options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), (10, 120, 200)).save(file, "PNG", **options)
    return file.getvalue()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _with_header(**fields: int) -> bytes:
    header = {
        "width": 40,
        "height": 30,
        "depth": 8,
        "colour": 2,
        "compression": 0,
        "filtering": 0,
        "interlace": 0,
    }
    header.update(fields)
    drawn = _drawn()
    return drawn[:8] + _chunk(b"IHDR", struct.pack(">IIBBBBB", *header.values())) + drawn[33:]


def _opened(png: bytes | None) -> Image.Image:
    assert png is not None
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


def test_an_honest_figure_is_shown_as_it_is() -> None:
    assert _opened(checked_png(_drawn())).tobytes() == _opened(_drawn()).tobytes()


def test_texts_and_animations_are_taken_out() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "<script>alert(1)</script>")
    checked = checked_png(_drawn(pnginfo=texts))
    assert checked is not None
    assert b"script" not in checked
    assert _opened(checked).size == (40, 30)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload=alert(1)>",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
        b"\xff\xd8\xff\xe0 a JPEG",
        _drawn()[:-1],
        _drawn() + b"<script>",
        _drawn()[:60] + b"\x00" + _drawn()[61:],
        _with_header(width=0),
        _with_header(width=2**31 - 1, height=2**31 - 1),
        _with_header(depth=3),
        _with_header(colour=5),
        _with_header(interlace=2),
        _drawn()[:8] + _drawn()[33:],
        _drawn()[:33] + _chunk(b"IHDR", _drawn()[16:29]) + _drawn()[33:],
        _drawn()[:33] + _chunk(b"EVIL", b"x") + _drawn()[33:],
        _drawn()[:33] + _chunk(b"IEND", b""),
        _drawn()[:33] + struct.pack(">I", 2**31) + b"IDAT",
        _drawn()[:33] + _chunk(b"teXt", b"x" * MAX_BYTES) + _drawn()[33:],
    ],
)
def test_what_is_no_sane_png_is_not_shown(content: bytes) -> None:
    assert checked_png(content) is None


@given(st.binary(max_size=200), st.integers(0, 60))
def test_no_bytes_make_the_check_raise(noise: bytes, at: int) -> None:
    drawn = _drawn()
    checked_png(noise)
    checked_png(drawn[:at] + noise + drawn[at:])


@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_a_test_image_keeps_its_pixels_to_sixteen_shades(
    height: int, width: int, data: st.DataObject
) -> None:
    pixels = data.draw(st.binary(min_size=height * width, max_size=height * width))
    png = grey_png(pixels, height=height, width=width)
    shown = _opened(png).convert("L")
    assert shown.size == (width, height)
    assert all(abs(a // 17 - b // 16) == 0 for a, b in zip(shown.tobytes(), pixels, strict=True))
    assert checked_png(png) == png


@pytest.mark.parametrize(("height", "width"), [(2, 3), (0, 4), (4, 0), (-2, -2)])
def test_pixels_that_do_not_fit_their_sides_are_refused(height: int, width: int) -> None:
    with pytest.raises(ValueError, match="pixels for"):
        grey_png(b"1234", height=height, width=width)
