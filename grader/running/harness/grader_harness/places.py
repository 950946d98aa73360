"""Where in the submission something happened: a cell of the notebook, a line of a file."""

import sys
import threading
from pathlib import Path
from types import FrameType, TracebackType

TIMED_CELL = "<timed exec>"  # the name IPython gives to the body of a %%time cell


class Places:
    """Tells the submission's frames from all others."""

    def __init__(self, work: Path, main: str) -> None:
        self._work = str(work) + "/"
        self._real_work = str(work.resolve()) + "/"
        self.main = str(work / main)
        self.cells: dict[str, int] = {}
        """Code names of a notebook's cells to their numbers."""
        self.current_cell: int | None = None

    def name(self, filename: str) -> str | None:
        """Return how the file is called in the submission, or None when it is not the submission's."""
        if filename in self.cells:
            return f"cell {self.cells[filename]}"
        if filename == TIMED_CELL and self.current_cell is not None:
            return f"cell {self.current_cell}"
        for root in (self._work, self._real_work):
            if filename.startswith(root):
                return filename[len(root) :]
        return None

    def of(self, filename: str, line: int) -> dict[str, int | None]:
        """Return the place of ``line`` in ``filename``: cell and line, or nothing when it is elsewhere."""
        if filename in self.cells:
            return {"cell": self.cells[filename], "line": line}
        if filename == TIMED_CELL and self.current_cell is not None:
            return {"cell": self.current_cell, "line": line + 1}
        if filename == self.main:
            return {"cell": None, "line": line}
        return {"cell": self.current_cell, "line": None}

    def now(self) -> dict[str, int | None]:
        """Return where the submission is at this moment: the innermost frame of its main file or cells."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            place = self.of(frame.f_code.co_filename, frame.f_lineno)
            if place["line"] is not None:
                return place
            frame = frame.f_back
        on_main_thread = threading.current_thread() is threading.main_thread()
        return {"cell": self.current_cell if on_main_thread else None, "line": None}

    def of_traceback(self, trace: TracebackType | None) -> dict[str, int | None]:
        """Return the deepest place in the main file or the cells that ``trace`` passes through."""
        found: dict[str, int | None] = {"cell": self.current_cell, "line": None}
        while trace is not None:
            place = self.of(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
            if place["line"] is not None:
                found = place
            trace = trace.tb_next
        return found
