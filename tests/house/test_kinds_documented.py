"""The table of kinds of check in the reference is that of the kinds there are."""

import re
from pathlib import Path

from grader.plugins.registry import CHECKS, load_plugins
from grader.plugins.tables import CheckTable, reader_of

DOCS = Path(__file__).parents[2] / "docs" / "reference"
OURS = {
    name: kind for name, kind in load_plugins(CHECKS).items() if type(kind).__module__.startswith("grader.")
}


def _rows() -> dict[str, list[str]]:
    text = (DOCS / "metrics-and-checks.md").read_text(encoding="utf-8")
    section = text.partition("## Checks\n")[2].partition("\n## ")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line[:1] == "|"
    ]
    return {row[0].strip("`"): row[1:] for row in cells[2:]}


def test_every_kind_has_a_row_and_every_row_a_kind() -> None:
    assert set(_rows()) == set(OURS)


def test_a_row_names_the_keys_of_its_kind_and_no_other() -> None:
    shared = set(reader_of(CheckTable).json_schema(by_alias=True)["properties"])
    for name, (keys, *_) in _rows().items():
        table = reader_of(OURS[name].table).json_schema(by_alias=True)
        own = set(table["properties"]) - shared
        inner = {key for each in table.get("$defs", {}).values() for key in each["properties"]}
        assert set(re.findall(r"`(\w+)`", keys)) == own | inner, name


def test_the_kinds_that_are_required_unless_the_file_says_otherwise_are_told() -> None:
    text = (DOCS / "assignment-toml.md").read_text(encoding="utf-8")
    listed = re.search(r"`required` \(default: ([a-z, ]+)\)", text)
    assert listed is not None
    required = {
        name
        for name, kind in OURS.items()
        if reader_of(kind.table).json_schema(by_alias=True)["properties"]["required"]["default"]
    }
    assert set(listed[1].split(", ")) == required
