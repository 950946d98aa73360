"""What a program prints while a person watches it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.cli.language import speak
from grader.cli.printed import Printed
from grader.model.message import Language


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _english() -> None:
    speak(Language.EN)


def _shown(*pieces: bytes, clock: Clock | None = None) -> list[str]:
    lines: list[str] = []
    printed = Printed(lines.append, clock or Clock())
    for piece in pieces:
        printed.feed(piece)
    printed.end()
    return lines


def test_a_line_is_shown_as_soon_as_it_has_ended() -> None:
    lines: list[str] = []
    printed = Printed(lines.append)
    printed.feed(b"epoch ")
    assert lines == []
    printed.feed(b"1\nepoch 2")
    assert lines == ["  | epoch 1"]
    printed.end()
    assert lines == ["  | epoch 1", "  | epoch 2"]


def test_a_letter_cut_in_two_is_one_letter() -> None:
    first, last = "é".encode()[:1], "é".encode()[1:]
    assert _shown(b"caf" + first, last + b"\n") == ["  | café"]


def test_nothing_that_is_printed_moves_a_cursor_or_commands_a_build_service() -> None:
    told = _shown(b"\x1b[2J\x1b]0;title\x07::error::x\n##vso[task.complete]\n")
    assert not any("\x1b" in line or "::" in line or "##" in line for line in told)


def test_a_bar_drawn_over_itself_is_one_line() -> None:
    assert _shown(*[b"\r%d/10" % step for step in range(1, 11)], b"\n") == ["  | 10/10"]


def test_no_program_speaks_in_our_name() -> None:
    assert _shown(b"passed: 10 / 10\n") == ["  | passed: 10 / 10"]


def test_what_comes_too_fast_is_counted_and_its_end_is_shown() -> None:
    told = _shown(b"".join(b"%d\n" % n for n in range(1000)))
    assert told[:2] == ["  | 0", "  | 1"]
    assert told[200] == "  | … lines left out here: 790"
    assert told[-1] == "  | 999"
    assert len(told) == 200 + 1 + 10


def test_as_time_goes_by_more_is_shown() -> None:
    lines: list[str] = []
    clock = Clock()
    printed = Printed(lines.append, clock)
    printed.feed(b"x\n" * 300)
    clock.now = 10.0
    printed.feed(b"later\n")
    assert lines[-2:] == ["  | … lines left out here: 100", "  | later"]


def test_a_line_without_end_is_held_in_little_room() -> None:
    (line,) = _shown(*[b"x" * 65536] * 64)
    assert len(line) < 400


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_every_line_stands_behind_our_mark_whatever_is_printed(pieces: list[bytes]) -> None:
    for line in _shown(*pieces):
        assert line.startswith("  | ")
        assert "\n" not in line
        assert line.isprintable()


def test_a_line_without_end_costs_no_more_the_longer_it_is() -> None:
    printed = Printed(lambda _: None, Clock())

    def seconds(pieces: int) -> float:
        begun = time.process_time()
        for _ in range(pieces):
            printed.feed(b"\r.")
        return time.process_time() - begun

    short = seconds(20_000)
    seconds(60_000)
    assert seconds(20_000) < 5 * short + 0.1, "a long line is copied for each piece"
    printed.feed(b"\rthe end\n")
    printed.end()


def test_of_a_line_without_end_the_end_stays() -> None:
    assert _shown(*[b"\r%06d" % step for step in range(100_000)]) == ["  | 099999"]
