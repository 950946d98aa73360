"""What a program shows as more than text: a page carries text, and PNG files that were checked."""

import base64
import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from grader.model.message import Language
from grader.reporting.cleaning import clean_text
from grader.reporting.html import student_page
from grader.reporting.png import checked_png
from tests import builders as a
from tests.integration.harness_runs import harness_run, notebook
from tests.unit.reporting.test_hostile_pages import Skeleton

SCRIPT = "<script>window.pwned=1</script>"
CELLS = [
    ("code", f'from IPython.display import *\ndisplay(HTML("""<b onclick=x>bold</b>{SCRIPT}"""))'),
    ("code", 'display(Javascript("window.pwned=1"))\nJavascript("window.pwned=2")'),
    ("code", 'display(SVG(\'<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1"/>\'))'),
    ("code", 'display(Markdown("[a](javascript:window.pwned=1)"), Latex("$\\\\href{javascript:x}{y}$"))'),
    ("code", "display({'application/vnd.jupyter.widget-view+json': {'model_id': 'x'}}, raw=True)"),
    ("code", f'display({{"image/png": "{SCRIPT}", "text/html": "{SCRIPT}"}}, raw=True)'),
    ("code", f'display({{"text/plain": "{SCRIPT}", "application/x-evil": {{}}}}, raw=True)'),
    ("code", f'class Rich:\n    def _repr_html_(self):\n        return "{SCRIPT}"\nRich()'),
    ("code", "display(IFrame('https://evil.example', 1, 1), FileLink('/etc/passwd'))"),
    ("code", "class Loud:\n    def _repr_mimebundle_(self, **_):\n        raise ValueError('loud')\nLoud()"),
]


@pytest.mark.runtime
@pytest.mark.attack("xss_mime", "xss_output")
def test_of_rich_output_only_text_is_left_and_a_page_shows_it_as_text(tmp_path: Path) -> None:
    left = harness_run(tmp_path, {"n.ipynb": notebook(CELLS)})
    assert len(left.cells) == len(CELLS)
    assert sorted(p.name for p in left.out.glob("figure-*")) == []
    printed = clean_text(left.printed)
    assert "<IPython.core.display.HTML object>" in printed
    assert "model_id" not in printed
    page = student_page(a.a_grading(), a.a_result(output=printed), Language.EN)
    plain = student_page(a.a_grading(), a.a_result(output="text"), Language.EN)
    assert Skeleton(page).tags == Skeleton(plain).tags
    assert "&lt;script&gt;" in page


def _png(**saved: object) -> bytes:
    Image.new("RGB", (4, 4)).save(file := io.BytesIO(), "PNG", **saved)
    return file.getvalue()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _saved_as(kind: str) -> bytes:
    Image.new("RGB", (4, 4)).save(file := io.BytesIO(), kind)
    return file.getvalue()


PNG = _png()
NO_PNG = {
    "HTML": SCRIPT.encode(),
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1"/>',
    "JavaScript": b"window.pwned=1",
    "base64": base64.b64encode(PNG),
    "JPEG": _saved_as("JPEG"),
    "GIF": _saved_as("GIF"),
    "BMP": _saved_as("BMP"),
    "PDF": b"%PDF-1.7 /JS (app.alert(1))",
    "only the magic": PNG[:8],
    "markup behind the end": PNG + SCRIPT.encode(),
    "a zip behind the end": PNG + b"PK\x03\x04",
    "markup before the beginning": SCRIPT.encode() + PNG,
    "a checksum that is wrong": PNG[:20] + b"\x01" + PNG[21:],
    "sides of 2^31": PNG[:16] + struct.pack(">II", 2**31 - 1, 2**31 - 1) + PNG[24:],
    "a bomb of 30,000 x 30,000": PNG[:8]
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(bytes(10_000)))
    + _chunk(b"IEND", b""),
    "nothing": b"",
}


@pytest.mark.attack("xss_mime")
@pytest.mark.parametrize("kind", NO_PNG)
def test_a_figure_that_is_no_sound_png_is_not_on_the_page(kind: str) -> None:
    result = a.a_result(picture=a.a_picture(figures=("figure-01.png",), samples=()))
    page = student_page(a.a_grading(), result, Language.EN, {"figure-01.png": NO_PNG[kind]})
    assert [address for address in Skeleton(page).addresses if address.startswith("data:")] == []
    assert "pwned" not in page


@pytest.mark.attack("figure_bomb")
def test_figures_of_few_bytes_do_not_make_a_browser_take_gigabytes() -> None:
    rows = b"".join([b"\0" + bytes(5000 // 8)] * 8000)
    large = PNG[:8] + _chunk(b"IHDR", struct.pack(">IIBBBBB", 5000, 8000, 1, 0, 0, 0, 0))
    large += _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    names = tuple(f"figure-{n:02d}.png" for n in range(1, 21))
    result = a.a_result(picture=a.a_picture(figures=names, samples=()))
    page = student_page(a.a_grading(), result, Language.EN, dict.fromkeys(names, large))
    assert len([address for address in Skeleton(page).addresses if address.startswith("data:")]) == 3
    page = student_page(a.a_grading(), result, Language.EN, dict.fromkeys(names, PNG))
    assert len([address for address in Skeleton(page).addresses if address.startswith("data:")]) == 20


@pytest.mark.attack("xss_mime")
def test_what_a_png_carries_besides_its_picture_is_not_passed_on() -> None:
    words = {b"tEXt": b"Comment\0" + SCRIPT.encode(), b"eXIf": SCRIPT.encode(), b"zzZz": SCRIPT.encode()}
    words[b"iTXt"] = b"XML:com.adobe.xmp\0\0\0\0\0" + SCRIPT.encode()
    planted = PNG[:33] + b"".join(_chunk(name, body) for name, body in words.items()) + PNG[33:]
    assert checked_png(planted) == PNG


@pytest.mark.attack("look_alike_figures")
def test_a_sound_png_is_on_the_page_as_the_program_drew_it() -> None:
    result = a.a_result(picture=a.a_picture(figures=("figure-01.png",), samples=()))
    page = student_page(a.a_grading(), result, Language.EN, {"figure-01.png": PNG})
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in page
