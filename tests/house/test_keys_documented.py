"""Every key of assignment.toml and course.toml stands in the tables of the reference, and no other."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from grader.coursefiles import load_course
from grader.coursefiles.schema import AssignmentFile
from tests.house.documents import section, table, text_of

PAGE = "docs/reference/assignment-toml.md"
WHOLE = frozenset({"assignment.title", "run.runs"})
"""Tables within tables, which are written and told in one piece."""


def _keys(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield each key as the page names it: ``run.timeout``."""
    for name, said in schema["properties"].items():
        refers = [one["$ref"] for one in said.get("anyOf", (said,)) if "$ref" in one]
        if not refers:
            yield f"[[{name}]]"
        for place in refers:
            inner = schema["$defs"][place.rpartition("/")[2]]
            yield from (f"{name}.{key}" for key in inner["properties"])


def _told(cell: str) -> Iterator[str]:
    """Yield the keys that a cell names; ``.canary`` is of the table named before it."""
    top = ""
    for name in re.findall(r"`([^`]+)`", cell):
        top = top if name.startswith(".") else name.partition(".")[0]
        yield f"{top}{name}" if name.startswith(".") else name


def test_the_table_of_the_page_has_every_key_of_assignment_toml() -> None:
    schema = AssignmentFile.model_json_schema(by_alias=True)
    documented = [key for row in table(text_of(PAGE)) for key in _told(row[0])]
    assert sorted(documented) == sorted(_keys(schema))
    assert set(documented) >= WHOLE


def test_the_table_of_the_page_has_every_key_of_course_toml() -> None:
    rows = table(section(text_of(PAGE), "course.toml"))
    assert tuple(row[0].strip("`") for row in rows) == load_course.COURSE_KEYS
