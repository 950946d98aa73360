"""The index of decisions lists each of them, as its page says."""

import re
from datetime import date

from tests.house.documents import ROOT, table, text_of

FOLDER = ROOT / "docs" / "decisions"
LISTED = table(text_of("docs/decisions/README.md"))


def test_every_decision_is_listed_as_its_page_says_in_the_order_of_the_numbers() -> None:
    pages = sorted(FOLDER.glob("[0-9]*.md"))
    assert [row[:3] for row in LISTED] == [_row(page.name) for page in pages], (
        "docs/decisions/README.md: a row for each page"
    )


def _row(name: str) -> list[str]:
    """Return the row that a page asks for: number and link, title, status."""
    page = (FOLDER / name).read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name), name
    number = int(name[:4])
    title = re.match(rf"# {number}\. (.+)\n\nStatus: (accepted|superseded)\b", page)
    assert title is not None, f"{name} begins: # {number}. Title; then: Status: accepted."
    return [f"[{number}]({name})", title[1], title[2]]


def test_nothing_else_lies_among_the_decisions() -> None:
    assert {path.name for path in FOLDER.iterdir() if not path.name[0].isdigit()} == {"README.md"}


def test_numbers_are_given_in_the_order_of_the_days() -> None:
    days = [date.fromisoformat(row[3]) for row in LISTED]
    assert days == sorted(days)
