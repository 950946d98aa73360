"""What a cell prints: passed on to the real stream, and kept as a reader would see it."""

import re
from typing import Any, TextIO

MAX_CELL_BYTES = 64 * 1024
OVERWRITE = re.compile("[\x08\r]+")


class CellOutput:
    """A text stream that keeps the text of the current cell; a progress bar keeps its last state only."""

    def __init__(self, stream: TextIO, shared: "CellOutput | None" = None) -> None:
        self._stream = stream
        self._shared = shared
        self._lines: list[str] = []
        self._line = ""
        self._size = 0

    def write(self, text: str) -> int:
        """Pass ``text`` on and keep it, up to 64 KiB a cell."""
        self._stream.write(text)
        (self._shared or self).keep(text)
        return len(text)

    def keep(self, text: str) -> None:
        """Add ``text`` to what is kept of the current cell."""
        if self._size > MAX_CELL_BYTES:
            return
        pieces = text.split("\n")
        for position, piece in enumerate(pieces):
            self._extend_line(piece)
            if position < len(pieces) - 1:
                self._lines.append(self._line.rstrip("\r") + "\n")
                self._size += len(self._lines[-1])
                self._line = ""
        self._line = self._line[:MAX_CELL_BYTES]

    def _extend_line(self, piece: str) -> None:
        if not (OVERWRITE.search(piece) or self._line.endswith("\r")):
            self._line += piece
            return
        *_, last = [part for part in OVERWRITE.split(self._line + piece) if part.strip()] or [""]
        # What stands before the cursor is overwritten by what comes next, and seen until then.
        self._line = last + "\r" if piece.endswith(("\r", "\x08")) else last

    def clear(self) -> None:
        """Forget what was kept: a new cell begins, or ``clear_output`` was called."""
        self._lines, self._line, self._size = [], "", 0

    def text(self) -> str:
        """Return what was kept of the current cell, at most 64 KiB."""
        content = "".join([*self._lines, self._line.rstrip("\r")]).encode("utf-8", errors="replace")
        return content[:MAX_CELL_BYTES].decode("utf-8", errors="ignore")

    def writelines(self, lines: Any) -> None:
        """Write each of ``lines``."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Flush the real stream."""
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
