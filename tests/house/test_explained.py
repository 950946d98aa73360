"""Every code answers under ``grader explain``; checks, audits and verdicts have pages written by hand."""

import re
from dataclasses import fields

import pytest

from grader.model.assignment import AuditSpec
from grader.model.message import Language
from grader.plugins.registry import CHECKS, load_plugins
from grader.words.catalogue import codes
from grader.words.explain import PARTS, find_page, names, written_pages

CODES = tuple(codes())
AUDITS = [audit.name for audit in fields(AuditSpec)]
OPTIONAL = {"evidence", "cost"}


@pytest.mark.parametrize("language", Language)
def test_every_code_answers_by_number_and_by_name(language: Language) -> None:
    for code, key in codes().items():
        page = find_page(code, language)
        assert page is not None, code
        assert page.sentence, code
        assert set(PARTS) - OPTIONAL <= set(page.parts), code
        assert find_page(key.upper(), language) == page


@pytest.mark.parametrize("name", [*load_plugins(CHECKS), *AUDITS])
def test_every_kind_of_check_and_every_audit_has_a_page_with_its_evidence_and_its_cost(name: str) -> None:
    page = written_pages()[name]
    assert set(PARTS) <= set(page["pt"])
    assert set(PARTS) <= set(page["en"])


def test_every_code_of_a_verdict_an_audit_or_the_sandbox_has_a_page_written_by_hand() -> None:
    for code in (c for c in CODES if c.startswith(("GR2", "GR4", "GR6"))):
        page = find_page(code, Language.EN)
        assert page is not None
        assert not page.general, code


def test_a_page_says_the_same_in_both_languages() -> None:
    figures = re.compile(r"GR\d(?:\d\d|xx)|\d{4,}")
    for name, page in written_pages().items():
        assert set(page) - {"covers", "see"} == {"pt", "en"}, name
        assert set(page["pt"]) == set(page["en"]), name
        assert set(PARTS) - OPTIONAL <= set(page["en"]) - {"title"} <= set(PARTS), name
        assert figures.findall(_digits(page["pt"])) == figures.findall(_digits(page["en"])), name


def _digits(texts: dict[str, str]) -> str:
    return re.sub(r"(?<=\d)[ ,.](?=\d{3}\b)", "", " ".join(texts[part] for part in PARTS if part in texts))


def test_no_code_is_covered_twice() -> None:
    covered = [code for page in written_pages().values() for code in page.get("covers", ())]
    assert len(covered) == len(set(covered))


def test_what_a_page_covers_or_points_to_exists() -> None:
    known = set(names())
    told = {
        name
        for page in written_pages().values()
        for name in (*page.get("covers", ()), *page.get("see", ()), *re.findall(r"GR\d{3}", str(page)))
    }
    assert told - known == set()


def test_no_page_is_that_of_a_code_which_is_gone() -> None:
    own = {name for name in written_pages() if re.fullmatch(r"GR\d{3}", name)}
    assert own - set(CODES) == set()
