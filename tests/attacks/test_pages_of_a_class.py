"""A class of odd and hostile names and files, graded by the command as a teacher would, in every format."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.classroom import Ended, grader, lay_out_course
from tests.unit.coursefiles.written import a_zip, files
from tests.unit.reporting.test_hostile_pages import Skeleton

Rows = dict[str, dict[str, Any]]

pytestmark = [pytest.mark.runtime, pytest.mark.sandbox, pytest.mark.grading]

ANSWERS = """import numpy as np
print('</pre><script>pwned=1</script>\\x1b]52;c;eA==\\x07')
QP = np.zeros(898, dtype=int)
"""
RAISES = """class Evil(Exception):
    pass
Evil.__name__ = '<img src=x onerror=pwned=1>'
raise Evil('::error::forged')
"""
HONEST = ("O'Brien-=", "Null", "=Ö", "José 😀")
HOSTILE = ("<img src=x onerror=pwned=1>", "=cmd|' !A0", "::error::forged", "ana\n::error::forged", "| [x](y)")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = lay_out_course(tmp_path_factory.mktemp("names") / "course")
    programs: dict[str, str | bytes] = {f"{name}/digits/digits.py": ANSWERS for name in (*HONEST, *HOSTILE)}
    programs["raises/digits/digits.py"] = RAISES
    programs["zipped/digits/all.zip"] = a_zip({'"><script>pwned=1<.py': ANSWERS, "../evil.py": "x"})
    programs["broken/digits/<b>.ipynb"] = "<html><script>pwned=1</script>"
    files(course / "submissions", programs)
    return course


def _graded(course: Path, shape: str) -> Ended:
    options = ("--runs", "1", "--lang", "en", "-j", "2", "--format", shape)
    ended = grader("grade", "submissions", "-a", "digits", *options, cwd=course, timeout=300)
    assert ended.status == 0, ended.err
    return ended


@pytest.fixture(scope="module")
def rows(course: Path) -> Rows:
    document = json.loads(_graded(course, "json").out)
    written = json.loads((course / "reports" / "results.json").read_text(encoding="utf-8"))
    assert written["submissions"] == document["submissions"]
    return {row["student"]: row for row in document["submissions"]}


@pytest.mark.attack("look_alike_names", "student_names")
def test_everybody_has_a_row_and_odd_names_cost_nothing(rows: Rows) -> None:
    assert set(rows) == {*HONEST, *HOSTILE, "raises", "zipped", "broken"}
    answers = [rows[name] for name in (*HONEST, *HOSTILE, "zipped")]
    assert {(row["status"], row["verdict"], row["points"]) for row in answers} == {("graded", "failed", 1.0)}
    assert rows["broken"]["status"] == "not_graded"
    assert rows["raises"]["reason"] == "nothing_delivered"


@pytest.mark.attack("zip_slip")
def test_the_member_that_led_elsewhere_is_told_on_the_page(course: Path, rows: Rows) -> None:
    page = (course / "reports" / rows["zipped"]["report"]).read_text(encoding="utf-8")
    assert "../evil.py" in page


@pytest.mark.attack("xss_names", "xss_output")
def test_no_page_has_a_tag_that_is_not_ours(course: Path, rows: Rows) -> None:
    pages = [
        course / "reports" / "index.html",
        *(course / "reports" / row["report"] for row in rows.values()),
    ]
    for path in pages:
        page = Skeleton(path.read_text(encoding="utf-8"))
        tags = {tag for tag, _ in page.tags}
        assert not tags & {"script", "iframe", "object", "embed", "link", "form", "base"}
        assert all(address.startswith(("../", "./", "#", "data:image/png;")) for address in page.addresses)


@pytest.mark.attack("csv_formula", "look_alike_names")
def test_the_gradebook_holds_the_class_and_no_formula(course: Path, rows: Rows) -> None:
    text = (course / "reports" / "gradebook.csv").read_bytes().decode("utf-8-sig")
    book = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["student"] for row in book} >= {"O'Brien-=", "Null", "'=Ö", "José 😀", "'=cmd|' !A0"}
    assert len(book) == len(rows)
    points = {row["student"]: row["points"] for row in book}
    assert (points["Null"], points["broken"], points["raises"]) == ("1", "", "0")
    assert not [cell for row in book for cell in row.values() if cell.startswith(tuple("=+-@"))]


@pytest.mark.attack("log_commands", "terminal_escapes")
@pytest.mark.parametrize("shape", ["text", "github"])
def test_no_line_that_is_printed_commands_anything(course: Path, rows: Rows, shape: str) -> None:
    ended = _graded(course, shape)
    place = r"(?:file=[^:,]+,(?:line=\d+,)?)?"
    ours = re.compile(
        rf"::(?:(?:error|warning) {place}title=[^:,]*::.*|stop-commands::[0-9a-f]{{32}}|[0-9a-f]{{32}}::)"
    )
    lines = [line for line in f"{ended.out}\n{ended.err}".splitlines() if line.lstrip().startswith("::")]
    assert [line for line in lines if not ours.fullmatch(line)] == []
    assert bool(lines) == (shape == "github")
    assert "\x1b" not in ended.out + ended.err


@pytest.mark.attack("markdown_markup", "junit_markup")
def test_markdown_and_junit_hold_every_row(course: Path, rows: Rows) -> None:
    table = [line for line in _graded(course, "md").out.splitlines() if line.startswith("| ")]
    assert len(table) == len(rows) + 2
    assert {line.count("|") for line in table} == {7}
    suite = ET.fromstring(_graded(course, "junit").out.encode())[0]  # noqa: S314 - written by us
    named = {p.get("value") for p in suite.iter("property") if p.get("name") == "student"}
    assert named == {" ".join(name.split()) for name in rows}
    assert suite.get("errors") == "1"
