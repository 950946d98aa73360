import pytest
from markdown_it import MarkdownIt

from grader.model.message import Language
from grader.reporting.markdown import class_markdown, submission_markdown
from tests import builders as a
from tests.unit.reporting.hostile import WORDS, hostile_grading

RENDERER = MarkdownIt("commonmark", {"html": True}).enable("table")


def _kinds(text: str) -> list[str]:
    tokens = RENDERER.parse(text)
    return [token.type for token in tokens] + [c.type for t in tokens for c in t.children or () if c.tag]


def test_a_class_is_a_table() -> None:
    text = class_markdown(a.a_grading(), Language.EN)
    assert text.startswith("## PSI5790 2026\n\nSubmissions: 1. Passed: 0;")
    assert "| student | assignment | verdict | points | measured | why |\n" in text
    assert "| ana | mnist-dense | inconclusive | 9 / 10 | 1.63 % |" in text


def test_a_submission_is_told_check_by_check() -> None:
    text = submission_markdown(a.a_grading(), a.a_result(), Language.PT)
    assert text.startswith("## mlp2.py · MNIST com rede densa\n\n**inconclusivo** · 9 / 10\n")
    assert "| dense-only | passou | 2 / 2 | O modelo usa só camadas permitidas. |" in text
    assert "* O programa fixa a própria semente." in text


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.attack("markdown_markup")
def test_no_word_of_a_student_changes_the_page(words: str) -> None:
    for hostile, harmless in zip(_pages(words), _pages("harmless"), strict=True):
        assert _kinds(hostile) == _kinds(harmless)
        assert "<" not in hostile


def _pages(words: str) -> list[str]:
    grading = hostile_grading(words)
    one = submission_markdown(grading, grading.submissions[0], Language.EN)
    return [class_markdown(grading, Language.EN), one]


def test_a_class_too_long_for_its_place_says_how_many_are_left_out() -> None:
    grading = a.a_grading(submissions=tuple(a.a_result(id=f"s{n}", student=f"s{n}") for n in range(100)))
    text = class_markdown(grading, Language.EN, most_bytes=5000)
    rows = text.count("| mnist-dense |")
    assert 0 < rows < 100
    assert text.endswith(f"\n{100 - rows} more did not fit here.\n")
    assert len(text.encode()) <= 5000


def test_a_very_long_message_is_cut() -> None:
    result = a.a_result(reason_message=a.a_message(en="x" * 10**6))
    assert len(class_markdown(a.a_grading(submissions=(result,)), Language.EN)) < 2000
