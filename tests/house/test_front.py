"""What a newcomer reads first holds: the README's assignment is one, its commands come first."""

import json
import re
import tomllib
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import jsonschema

from grader.coursefiles.load_course import load_course
from grader.coursefiles.schema import json_schema
from grader.wiring import known_names
from tests.house.documents import ROOT, fenced, section, table, text_of, unfenced

README = text_of("README.md")
(ASSIGNMENT,) = fenced(README, "toml")


def test_the_two_commands_come_first() -> None:
    commands = [line.split("#")[0].strip() for line in fenced(README, "sh")[0].splitlines()]
    assert commands == ["make demo", "make test"]
    assert README.index("make demo") < README.index("**grader**")


def test_the_assignment_near_the_top_is_six_lines_and_a_valid_one(tmp_path: Path) -> None:
    assert len(ASSIGNMENT.splitlines()) == 6
    assert README.index(ASSIGNMENT) < README.index("\n## ")
    known = known_names()
    jsonschema.validate(json.loads(json.dumps(tomllib.loads(ASSIGNMENT))), json_schema(known.kinds))
    file = tmp_path / "assignments" / "digits" / "assignment.toml"
    file.parent.mkdir(parents=True)
    file.write_text(ASSIGNMENT, encoding="utf-8")
    (assignment,) = load_course(tmp_path, known).assignments
    assert assignment.points == Decimal(10)
    assert [check.kind for check in assignment.checks] == ["metric"]


def test_the_table_of_the_course_lists_the_assignments_that_are_shipped() -> None:
    listed = [row[0].strip("`") for row in table(section(README, "The course that comes with it"))]
    assert sorted(listed) == sorted(path.parent.name for path in ROOT.glob("assignments/*/assignment.toml"))


def test_the_readme_stays_short() -> None:
    prose = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    assert len(prose.split()) < 900


def test_every_room_stands_in_the_table_of_rooms() -> None:
    rooms = {row[0].strip("`") for row in table(section(text_of("CONTRIBUTING.md"), "Where things live"))}
    there = {
        f"grader/{path.name}/" if path.is_dir() else f"grader/{path.name}"
        for path in (ROOT / "grader").iterdir()
        if not path.name.startswith("__") and (path.suffix == ".py" or path.is_dir())
    }
    assert there <= rooms
    assert all((ROOT / part).exists() for room in rooms for part in room.split("`, `"))


def _broken_lines(text: str) -> list[str]:
    """Return the lines of paragraphs and items that end, with more to come, in the middle of a clause."""
    lines = unfenced(text).splitlines()
    begins = re.compile(r"\s*(?:[-*+] |\d+\. |[|#<>]|$)")
    return [
        line
        for line, following in pairwise(lines)
        if line.strip() and not re.match(r"\s*[|#<>]", line) and not begins.match(following)
        if not re.search(r"[.,:;?!…][)*_\"”`]*$", line)
    ]


def test_lines_of_prose_end_where_a_sentence_or_a_clause_ends() -> None:
    read = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    broken = {page.name: _broken_lines(page.read_text(encoding="utf-8")) for page in read}
    assert {name: lines for name, lines in broken.items() if lines and name != "CHANGELOG.md"} == {}


def test_a_line_broken_in_mid_clause_is_seen() -> None:
    text = "A sentence.\nAnother one that goes\non; and ends.\n\n* item\n* item that\n  goes on\n\n| a |\n"
    assert _broken_lines(text) == ["Another one that goes", "* item that"]
