"""The socket where a container fetches what an engine does not pass on."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.running.containers.rendezvous import Rendezvous


@pytest.fixture
def never() -> Iterator[int]:
    """A descriptor that is never readable."""
    read, write = os.pipe()
    yield read
    os.close(read)
    os.close(write)


def come(path: Path, heard: list[object]) -> None:
    with socket.socket(socket.AF_UNIX) as who:
        who.connect(str(path))
        head, descriptors, _, _ = socket.recv_fds(who, 4, 4)
        told = who.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
        heard += [told, [str(Path(f"/proc/self/fd/{n}").readlink()) for n in descriptors]]
        for descriptor in descriptors:
            os.close(descriptor)


def test_who_comes_gets_the_order_and_the_open_files(tmp_path: Path, never: int) -> None:
    heard: list[object] = []
    (tmp_path / "file").touch()
    with (tmp_path / "file").open() as file, Rendezvous(tmp_path / "meeting") as meeting:
        thread = threading.Thread(target=come, args=(tmp_path / "meeting/socket", heard))
        thread.start()
        assert meeting.meet({"rest": ["x"]}, (file.fileno(),), also=never, seconds=5)
        thread.join()
    assert heard == [b'{"rest": ["x"]}', [str(tmp_path / "file")]]


def test_nobody_gets_in_after_the_first(tmp_path: Path, never: int) -> None:
    with Rendezvous(tmp_path / "meeting") as meeting:
        thread = threading.Thread(target=come, args=(tmp_path / "meeting/socket", []))
        thread.start()
        meeting.meet({}, (), also=never, seconds=5)
        thread.join()
        assert not (tmp_path / "meeting/socket").exists()
        with socket.socket(socket.AF_UNIX) as late, pytest.raises(FileNotFoundError):
            late.connect(str(tmp_path / "meeting/socket"))


def test_nobody_is_waited_for_longer_than_was_said(tmp_path: Path, never: int) -> None:
    with Rendezvous(tmp_path / "meeting") as meeting:
        assert not meeting.meet({}, (), also=never, seconds=0.05)


def test_waiting_ends_when_the_engine_does(tmp_path: Path, never: int) -> None:
    del never
    read, write = os.pipe()
    os.close(write)
    with Rendezvous(tmp_path / "meeting") as meeting:
        assert not meeting.meet({}, (), also=read, seconds=60)
    os.close(read)


def test_a_long_path_is_no_hindrance(tmp_path: Path, never: int) -> None:
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    with Rendezvous(deep / "meeting") as meeting:
        assert (deep / "meeting/socket").is_socket()
        assert not meeting.meet({}, (), also=never, seconds=0)
