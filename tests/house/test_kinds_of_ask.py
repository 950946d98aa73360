"""Everything that can be asked for has a taker inside, files outside, a reader and a line that says so."""

import re
from pathlib import Path

from grader.model.ask import KINDS
from grader.running.staging import workspace
from grader.running.staging.asked_files import FILES, RECORD
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
HARNESS = ROOT / "grader" / "running" / "harness" / "grader_harness"
PAGE = ROOT / "docs" / "reference" / "harness-protocol.md"
ROW = re.compile(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


def _named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _rows() -> dict[str, tuple[list[str], list[str], list[str]]]:
    """Return the files, the readers and the fuzz targets that the page names for each kind."""
    page = PAGE.read_text(encoding="utf-8")
    section = page.split("\n## What can be asked for\n", 1)[1].split("\n## ", 1)[0]
    return {row[1]: (_named(row[3]), _named(row[4]), _named(row[5])) for row in ROW.finditer(section)}


def test_each_kind_has_a_taker_and_each_taker_a_kind() -> None:
    takers = {path.stem for path in (HARNESS / "takers").glob("*.py")} - {"__init__"}
    assert takers == set(KINDS)


def test_each_kind_stands_on_the_page_with_the_files_that_are_collected() -> None:
    rows = _rows()
    assert list(rows) == list(KINDS) == list(FILES)
    for kind, (files, _, _) in rows.items():
        collected = [wanted.name for wanted in FILES[kind]]
        assert files == (collected if len(collected) < 20 else [collected[0], collected[-1]]), kind


def test_each_kind_has_a_strict_reader_that_is_fuzzed() -> None:
    files = sorted((ROOT / "tests" / "fuzz").glob("*.py"))
    fuzzed = "\n".join(path.read_text(encoding="utf-8") for path in files)
    for kind, (_, readers, targets) in _rows().items():
        assert readers, kind
        assert targets, kind
        assert set(targets) <= set(TARGETS), kind
        for reader in readers:
            assert (ROOT / "grader" / f"{reader}.py").is_file(), reader
            assert f"from grader.{reader.replace('/', '.')} import" in fuzzed, reader


def test_a_file_is_left_for_one_kind() -> None:
    names = [wanted.name for files in (RECORD, *FILES.values()) for wanted in files]
    assert len(names) == len(set(names))


def test_both_ends_and_the_page_speak_the_same_protocol() -> None:
    inside = re.search(r"^PROTOCOL = (\d+)$", (HARNESS / "job.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert inside is not None
    assert int(inside[1]) == workspace.PROTOCOL
    told = re.findall(r'"protocol": (\d+)', PAGE.read_text(encoding="utf-8"))
    assert set(told) == {inside[1]}
