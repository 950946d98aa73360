"""A page stands while it is made of the same and lies there untouched."""

from pathlib import Path

import pytest

from grader.storage.kept_pages import KeptPages


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "ana.html").write_text("page")
    kept = KeptPages(file=tmp_path / "pages.json", reports=folder)
    kept.note("ana", "this", ["ana.html", "ana.log"])
    kept.save()
    return folder


def later(reports: Path) -> KeptPages:
    """What the next grading knows."""
    return KeptPages(file=reports.parent / "pages.json", reports=reports)


def test_a_page_made_of_the_same_stands(reports: Path) -> None:
    assert later(reports).stand("ana", "this")
    assert not later(reports).stand("ana", "that")
    assert not later(reports).stand("rui", "this")


@pytest.mark.parametrize("name", ["ana.html", "ana.log"])
def test_a_file_that_was_changed_or_added_is_written_again(reports: Path, name: str) -> None:
    (reports / name).write_text("other")
    assert not later(reports).stand("ana", "this")


def test_a_file_that_was_removed_is_written_again(reports: Path) -> None:
    (reports / "ana.html").unlink()
    assert not later(reports).stand("ana", "this")


def test_other_reports_have_pages_of_their_own(reports: Path) -> None:
    elsewhere = KeptPages(file=reports.parent / "pages.json", reports=reports.parent / "elsewhere")
    assert not elsewhere.stand("ana", "this")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema": "grader/pages/v1", "pages": 3}', b"\xff"])
def test_a_damaged_note_says_nothing(reports: Path, content: bytes) -> None:
    (reports.parent / "pages.json").write_bytes(content)
    assert not later(reports).stand("ana", "this")
