import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reporting.cleaning import CAP_BYTES, clean_text, visible


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred\x1b[0m and \x1b]0;title\x07rest", "red and rest"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("10%\r50%\r100%\n", "100%\n"),
        ("longer line\rshort", "shortr line"),
        ("longer line\r\x1b[Kshort", "short"),
        ("|\b/\b-", "-"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("nul\x00 bell\x07 c1\x9b31m", "nul bell c1"),
        ("one\u2028two", "one\ntwo"),
        ("\ud800 lone", "\ufffd lone"),
    ],
)
def test_text_reads_as_it_would_on_a_terminal(printed: str, read: str) -> None:
    assert clean_text(printed) == read


def test_a_tqdm_bar_is_one_line() -> None:
    bar = "".join(f"\r{done:3d}%|{'█' * (done // 10):10}| {done}/100" for done in range(0, 101, 5))
    assert clean_text(f"{bar}\ndone\n") == "100%|██████████| 100/100\ndone\n"


def test_bytes_that_are_no_utf8_become_replacement_characters() -> None:
    assert clean_text(b"caf\xe9 \xff") == "caf\ufffd \ufffd"


def test_what_tensorflow_logs_at_its_start_is_left_out() -> None:
    printed = (
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "E0000 00:00:1700000000.1 1 cuda_executor.cc:1228] failed call to cuInit\n"
        "I0000 00:00:1700000000.1 1 port.cc:153] oneDNN custom operations are on\n"
        "2026-11-21 08:00:00.1: I tensorflow/core/util/port.cc:113] oneDNN\n"
        "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow\n"
        "Test error: 1.6 %\n"
    )
    assert clean_text(printed) == "Test error: 1.6 %\n"


def test_a_line_of_the_student_that_only_mentions_a_warning_stays() -> None:
    assert clean_text("My WARNING: All log messages are mine\n") == "My WARNING: All log messages are mine\n"


def test_the_cap_is_in_bytes_and_cuts_no_character_in_two() -> None:
    cleaned = clean_text("é" * CAP_BYTES)
    assert len(cleaned.encode()) <= CAP_BYTES
    assert set(cleaned) == {"é"}


@pytest.mark.parametrize(
    "hostile",
    [
        lambda many: "\r" * many,
        lambda many: "a" * (many // 2) + "\rb" * (many // 4),
        lambda many: "\b" * many,
        lambda many: "\x1b]" * (many // 2),
        lambda many: "\x1b[" + "0" * many,
        lambda many: "x\x1b[K" * (many // 4),
    ],
    ids=["returns", "long line", "backspaces", "open escapes", "digits", "erasures"],
)
def test_no_text_takes_more_than_its_length_to_clean(hostile: Callable[[int], str]) -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        clean_text(text)
        return time.process_time() - start

    # Sixteen times the text may take 16 times as long and some; a quadratic reading would take 256.
    small, large = (min(seconds(hostile(many)) for _ in range(3)) for many in (62_500, 1_000_000))
    assert large < 64 * max(small, 0.002)


def test_nothing_invisible_or_reordering_is_left_of_all_of_unicode() -> None:
    everything = "".join(chr(point) for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF)
    left = {c for c in visible(everything) if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"}}
    assert left == {"\t", "\n"}


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text)
    assert visible(once) == once


@given(
    st.text(
        alphabet=st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u115f\u1160\u3164\uffa0")
    )
)
def test_letters_digits_and_signs_stay(text: str) -> None:
    assert visible(text) == text


@pytest.mark.attack("mark_towers")
@pytest.mark.parametrize(
    "mark", ["\u0301", "\u0489", "\u0e49", "\u064e", "\u0f74", "\u20dd", "\ufe0f", "\u0301\u200b\u0316"]
)
def test_a_tower_of_marks_is_cut_before_it_covers_what_stands_above(mark: str) -> None:
    for made in (visible, clean_text):
        shown = made("passed\ne" + mark * 3000 + "x")
        assert shown.startswith("passed\ne" + mark[0])
        assert shown.endswith("x")
        assert len(shown) <= len("passed\nex") + 6
        assert made(shown) == shown


@pytest.mark.attack("mark_towers")
def test_no_tower_is_put_together_by_overwriting() -> None:
    marks = "\u0301" * 6
    assert len(clean_text(f"e{marks}x{marks}x{marks}" + "\b" * 7 + "\u0301")) <= 1 + 6 + 1 + 6


@pytest.mark.attack("mark_towers")
@pytest.mark.parametrize(
    "name", ["José", "Jose\u0301", "Nguye\u0302\u0303n", "מֹשֶׁה", "مُحَمَّد", "न्द्रीं", "น้ำปั้น", "བསྒྲུབས", "👩\ufe0f"]
)
def test_the_marks_of_every_writing_stay(name: str) -> None:
    assert visible(name) == name
    assert clean_text(name) == name
