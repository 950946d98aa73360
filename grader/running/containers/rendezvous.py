"""Hands a container what an engine does not pass on: open files, the filter, the environment, the command.

A socket in a folder that is shown inside. The first to come gets everything and nobody after: the folder
above is closed to all other users of the machine, and no hostile program runs before the socket is gone.
"""

import json
import os
import select
import socket
import struct
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SOCKET = "socket"
HAND_OVER_SECONDS = 5.0


class Rendezvous:
    """Waits in ``folder``, which is made, for the first program inside."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        folder.chmod(0o755)
        self._path = folder / SOCKET
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Through an open folder: a socket's own path may have 107 bytes only.
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._listener.bind(f"/proc/self/fd/{opened}/{SOCKET}")
        finally:
            os.close(opened)
        self._path.chmod(0o666)
        self._listener.listen(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def meet(self, order: dict[str, Any], files: tuple[int, ...], *, also: int, seconds: float) -> bool:
        """Hand ``order`` and ``files`` over to who comes within so many ``seconds``, then close.

        False when nobody came, or ``also`` could be read first (a process that has ended).

        Raises:
            OSError: who came did not take it.
        """
        end = time.monotonic() + seconds
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        poll.register(also, select.POLLIN)
        came = {number for number, _ in poll.poll(max(0.0, end - time.monotonic()) * 1000)}
        if self._listener.fileno() not in came:
            return False
        who, _ = self._listener.accept()
        self.close()
        with who:
            who.settimeout(HAND_OVER_SECONDS)
            told = json.dumps(order).encode()
            socket.send_fds(who, [struct.pack("!I", len(told))], list(files))
            who.sendall(told)
        return True

    def close(self) -> None:
        """Wait no longer."""
        self._listener.close()
        with suppress(FileNotFoundError):
            self._path.unlink()
