"""The grader's end of the control channel against polite and hostile other ends."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.running.supervising.control import MAX_REQUESTS, ControlChannel


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.npy"
    path.write_bytes(os.urandom(1_000_000))
    return path


@pytest.fixture
def channel(rows: Path) -> Iterator[ControlChannel]:
    with ControlChannel(rows) as channel:
        channel.inside.settimeout(5)
        yield channel


def converse(channel: ControlChannel, length: int) -> bytes:
    """Return the next ``length`` bytes that the other end gets, the grader serving as it goes."""
    got = b""
    while len(got) < length:
        channel.send() if channel.answering else channel.hear()
        got += channel.inside.recv(min(65536, length - len(got)))
    return got


def test_ready_comes_with_the_number_of_who_said_it(channel: ControlChannel) -> None:
    assert channel.take_ready() is None
    channel.inside.send(b"R")
    assert channel.take_ready() == os.getpid()
    channel.say_go()
    assert channel.inside.recv(1) == b"G"


@pytest.mark.parametrize("said", [b"W", b"G", b"x"])
def test_anything_but_ready_breaks_the_start(channel: ControlChannel, said: bytes) -> None:
    channel.inside.send(said)
    with pytest.raises(ConnectionError):
        channel.take_ready()


def test_an_end_that_closes_breaks_the_start(channel: ControlChannel) -> None:
    channel.inside.close()
    with pytest.raises(ConnectionError):
        channel.take_ready()


def test_rows_come_once_with_their_length(channel: ControlChannel, rows: Path) -> None:
    channel.inside.send(b"W")
    channel.hear()
    assert converse(channel, 8) == (1_000_000).to_bytes(8, "big")
    assert converse(channel, 1_000_000) == rows.read_bytes()
    channel.send()
    assert channel.rows_sent
    channel.inside.send(b"W")
    assert converse(channel, 8) == bytes(8)


def test_two_requests_at_once_are_answered_one_after_the_other(channel: ControlChannel, rows: Path) -> None:
    channel.inside.send(b"WW")
    channel.hear()
    answer = converse(channel, 1_000_016)
    assert answer == (1_000_000).to_bytes(8, "big") + rows.read_bytes() + bytes(8)


def test_nothing_waits_for_a_reader_that_does_not_read(channel: ControlChannel) -> None:
    channel.inside.send(b"W")
    channel.hear()
    channel.send()
    assert channel.answering
    assert not channel.listening
    assert not channel.rows_sent


def test_a_reader_that_goes_away_in_the_middle_ends_the_answer(channel: ControlChannel) -> None:
    channel.inside.send(b"W")
    channel.hear()
    channel.inside.close()
    channel.send()
    assert not channel.answering
    assert not channel.rows_sent


def test_without_rows_the_answer_is_nothing() -> None:
    with ControlChannel(None) as channel:
        channel.inside.send(b"W")
        channel.hear()
        assert channel.inside.recv(99) == bytes(8)
        assert not channel.rows_sent


def test_noise_closes_our_ears_in_the_end(channel: ControlChannel) -> None:
    for _ in range(17):
        channel.inside.send(b"x" * 4096)
        channel.hear()
    assert not channel.listening
    with pytest.raises(BrokenPipeError):
        channel.inside.send(b"x")


def test_no_more_is_answered_than_is_promised_however_it_is_asked() -> None:
    with ControlChannel(None) as channel:
        channel.inside.send(b"W" * (MAX_REQUESTS - 1))
        channel.hear()
        channel.inside.send(b"W" * (MAX_REQUESTS - 1))
        channel.hear()
        assert channel.inside.recv(1 << 16) == bytes(8 * MAX_REQUESTS)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=30))
def test_whatever_is_said_the_answers_are_counted(noise: list[bytes]) -> None:
    with ControlChannel(None) as channel:
        channel.inside.setblocking(False)
        for piece in noise:
            try:
                channel.inside.send(piece)
            except OSError:  # our ears are closed
                break
            channel.hear()
        got = b""
        try:
            got = channel.inside.recv(1 << 16)
        except BlockingIOError:
            assert not any(b"W" in piece for piece in noise)
        assert got == bytes(len(got))
        assert len(got) <= 8 * MAX_REQUESTS
