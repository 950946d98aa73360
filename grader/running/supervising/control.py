"""The grader's end of the control channel: hears R and W, answers G and the rows once.

What stands at the other end is hostile from the moment G is sent. Nothing here blocks, nothing grows
with what is received, and only two letters mean anything.
"""

import os
import socket
import struct
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

READY = b"R"
GO = b"G"
WANTED = b"W"

CHUNK = 256 * 1024
PIECES_AT_ONCE = 16
MAX_REQUESTS = 16
MAX_HEARD = 64 * 1024
_UCRED = struct.Struct("=iII")


class ControlChannel:
    """A socket pair; ``inside`` is the end that the sandbox inherits.

    ``rows`` is the file that one ``W`` is answered with; later requests get length 0. ``told`` goes with
    the word to start.
    """

    def __init__(self, rows: Path | None, told: bytes = b"") -> None:
        self._told = told
        self._rows = os.open(rows, os.O_RDONLY) if rows else None
        self._left = 0
        self._mine, self.inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._mine.setblocking(False)
        if hasattr(socket, "SO_PASSCRED"):
            self._mine.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._pending = b""
        self._after_rows = b""
        self._sending_rows = False
        self._requests = 0
        self._heard = 0
        self._open = True
        self.rows_sent = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def fileno(self) -> int:
        """Return the descriptor to poll."""
        return self._mine.fileno()

    @property
    def listening(self) -> bool:
        """Whether anything more is heard: not while an answer is under way."""
        return self._open and not self.answering

    @property
    def answering(self) -> bool:
        """Whether part of an answer still waits to be sent."""
        return self._open and bool(self._pending or self._sending_rows)

    def take_ready(self) -> int | None:
        """Return the process (by its number out here) that said R, or None if nothing was said.

        Raises:
            ConnectionError: the other end closed, or said something else.
        """
        space = socket.CMSG_SPACE(_UCRED.size)
        try:
            heard, ancillary, _, _ = self._mine.recvmsg(1, space)
        except BlockingIOError:
            return None
        if heard != READY:
            raise ConnectionError(f"expected R, heard {heard!r}")
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
                return int(_UCRED.unpack(content[: _UCRED.size])[0])
        raise ConnectionError("R came without the sender's number")

    def say_go(self) -> None:
        """Let the command start; what it is told is there before it does."""
        self._mine.send(GO + self._told)

    def tell(self, told: bytes) -> None:
        """Say what goes with the word to start, where nobody inside waits for that word."""
        if told:
            self._mine.send(told)

    def hear(self) -> None:
        """Read what there is, without waiting; a W begins an answer, all else is dropped."""
        try:
            heard = self._mine.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            self._deafen()
            return
        self._heard += len(heard)
        if not heard or self._heard > MAX_HEARD:
            self._deafen()
            return
        for _ in range(min(heard.count(WANTED), MAX_REQUESTS - self._requests)):
            self._begin_answer()
        if self._requests >= MAX_REQUESTS:
            self._deafen(after_answer=True)
        self.send()

    def send(self) -> None:
        """Send as much of the answer as the other end takes without waiting, a few pieces a call."""
        try:
            for _ in range(PIECES_AT_ONCE):
                if not self._pending and not self._read_more():
                    return
                sent = self._mine.send(self._pending)
                self._pending = self._pending[sent:]
        except BlockingIOError:
            return
        except OSError:
            self._deafen()

    def _begin_answer(self) -> None:
        self._requests += 1
        if self._requests == 1 and self._rows is not None:
            self._sending_rows = True
            self._left = os.fstat(self._rows).st_size
            self._pending += self._left.to_bytes(8, "big")
        elif self._sending_rows:
            self._after_rows += bytes(8)
        else:
            self._pending += bytes(8)

    def _read_more(self) -> bool:
        """Load the next piece of the answer; False when there is none."""
        if self._sending_rows and self._rows is not None:
            self._pending = os.read(self._rows, min(CHUNK, self._left))
            self._left -= len(self._pending)
            if not self._pending:
                self._sending_rows = False
                self.rows_sent = self._left == 0
                self._pending, self._after_rows = self._after_rows, b""
        return bool(self._pending)

    def _deafen(self, *, after_answer: bool = False) -> None:
        with suppress(OSError):
            self._mine.shutdown(socket.SHUT_RD)
        if not after_answer:
            self._open = False

    def close(self) -> None:
        """Close both ends and the rows."""
        self._open = False
        if self._rows is not None:
            os.close(self._rows)
            self._rows = None
        self._mine.close()
        self.inside.close()
