import re
from html.parser import HTMLParser

import pytest

from grader.model.message import Language
from grader.reporting.html import index_page, student_page
from grader.reporting.results_json import results_json
from tests.unit.reporting.hostile import WORDS, hostile_grading, hostile_result


class Skeleton(HTMLParser):
    """The tags of a page with the names of their attributes, and the values that lead somewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.comments: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def _pages(words: str) -> list[str]:
    grading = hostile_grading(words)
    figures = {words: b"<svg onload=alert(1)>"}
    return [
        student_page(grading, grading.submissions[0], Language.PT, figures),
        index_page(grading, Language.EN),
    ]


@pytest.mark.attack("xss_output", "xss_names", "latex_math")
@pytest.mark.parametrize("words", WORDS)
def test_no_word_of_a_student_makes_a_tag_or_an_attribute(words: str) -> None:
    for hostile, harmless in zip(_pages(words), _pages("harmless"), strict=True):
        assert Skeleton(hostile).tags == Skeleton(harmless).tags
        assert Skeleton(hostile).comments == []


@pytest.mark.attack("xss_output", "xss_names")
@pytest.mark.parametrize("words", WORDS)
def test_every_address_is_relative_or_an_image_of_ours(words: str) -> None:
    for page in _pages(words):
        for address in Skeleton(page).addresses:
            assert address.startswith(("../", "./", "#", "data:image/png;base64,"))


@pytest.mark.attack("xss_output")
def test_templates_in_a_students_words_are_not_evaluated() -> None:
    for page in _pages("{{ 7*7 }}{% raw %}"):
        assert "{{ 7*7 }}{% raw %}" in page
        assert "49" not in page.replace("149", "")


@pytest.mark.attack("latex_math")
@pytest.mark.parametrize("words", [r"\input{/etc/passwd} \write18{id}", r"$\href{x}{y}$", r"\[x\]"])
def test_mathematics_stays_plain_text_and_no_page_can_typeset_it(words: str) -> None:
    page = student_page(hostile_grading(words), hostile_result(words), Language.EN)
    assert words in page
    assert not re.search("mathjax|katex", page, re.IGNORECASE)


def test_words_stand_on_the_page_as_they_were_written() -> None:
    words = "<b>acurácia & co</b>"
    page = student_page(hostile_grading(words), hostile_result(words), Language.PT)
    assert "&lt;b&gt;acurácia &amp; co&lt;/b&gt;" in page


def test_no_character_that_reorders_or_hides_is_on_a_page() -> None:
    for page in _pages("a\u202eb\u2066c\u200bd\ufeffe\x00\x07\x9b\x1b\ud800"):
        page.encode()
        assert not set(page) & set("\u202e\u2066\u200b\ufeff\x00\x07\x9b\x1b")


@pytest.mark.attack("xss_names")
@pytest.mark.parametrize("words", WORDS)
def test_results_json_can_be_written_whatever_a_student_is_called(words: str) -> None:
    text = results_json(hostile_grading(words))
    assert "<" not in text
    text.encode()


def test_a_page_has_no_script_no_style_attribute_and_no_handler() -> None:
    for page in _pages("harmless"):
        tags = Skeleton(page).tags
        assert not [
            tag for tag, _ in tags if tag in {"script", "iframe", "object", "embed", "link", "form", "base"}
        ]
        assert not [name for _, names in tags for name in names if name == "style" or name.startswith("on")]


def test_the_policy_of_a_page_forbids_all_but_its_style_sheet_and_data_images() -> None:
    for page in _pages("harmless"):
        assert "default-src &#39;none&#39;" not in page
        policy = page.split('http-equiv="Content-Security-Policy" content="', 1)[1].split('"', 1)[0]
        allowed = [part.split() for part in policy.split("; ")]
        assert allowed[0] == ["default-src", "'none'"]
        assert allowed[1][0] == "style-src"
        assert allowed[1][1].startswith("'sha256-")
        assert len(allowed[1]) == 2
        assert allowed[2:] == [["img-src", "data:"], ["base-uri", "'none'"], ["form-action", "'none'"]]
