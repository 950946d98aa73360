"""The control channel with a hostile other end: every byte of the input is something that it does."""

import socket
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from grader.running.supervising.control import MAX_REQUESTS, ControlChannel

_ROWS = bytes(range(256)) * 8
_HEADER = 8
_SELDOM = 24
_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@cache
def _rows() -> Path:
    folder = tempfile.TemporaryDirectory(dir="/dev/shm")
    _KEPT.append(folder)
    path = Path(folder.name, "rows.npy")
    path.write_bytes(_ROWS)
    return path


def look_at_channel(content: bytes) -> None:
    """Whatever is said, in whatever order, the rows go out once and nothing else but empty answers."""
    got = b""
    with ControlChannel(_rows()) as channel:
        channel.inside.setblocking(False)
        with suppress(ConnectionError):
            if content[:1] != b"\0":
                channel.inside.send(b"R")
            channel.take_ready()
        for action in content[1:]:
            got += _do(channel, action)
        with suppress(OSError):
            got += channel.inside.recv(1 << 20)
        _assert_answers(got)
        if channel.rows_sent:
            assert len(got) >= _HEADER + len(_ROWS)


def _do(channel: ControlChannel, action: int) -> bytes:
    """Do one thing at either end and return what the other end got of it."""
    kind, count = action & 7, (action >> 3) + 1
    with suppress(BlockingIOError):
        match kind:
            case 0 | 1:
                with suppress(OSError):
                    channel.inside.send(b"W" * count)
            case 2:
                with suppress(OSError):
                    channel.inside.send(bytes(range(65, 65 + count)) * 64)
            case 3 | 4:
                channel.hear()
            case 5:
                channel.send()
            case 6:
                with suppress(OSError):
                    return channel.inside.recv(count * 64)
            case _ if count > _SELDOM:  # it says no more, but goes on reading
                with suppress(OSError):
                    channel.inside.shutdown(socket.SHUT_WR)
            case _:
                assert not (channel.listening and channel.answering)
    return b""


def _assert_answers(got: bytes) -> None:
    """Assert that ``got`` begins what the protocol promises: a length, the rows, and empty answers."""
    promised = len(_ROWS).to_bytes(_HEADER, "big") + _ROWS + bytes(_HEADER * MAX_REQUESTS)
    assert promised.startswith(got), got[:40]
