"""Runs a notebook's code cells from top to bottom in this process, through IPython.

A failing cell does not stop the following ones. Each cell is written to ``cells.jsonl`` as it ends, so
that a run killed in cell 7 leaves six lines.
"""

import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from grader_harness.cell_output import MAX_CELL_BYTES, CellOutput
from grader_harness.figures import Figures
from grader_harness.ledger import Ledger
from grader_harness.notebook_shell import make_shell
from grader_harness.places import Places
from grader_harness.program_errors import ErrorLog

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 8 * 1024 * 1024


class NotebookRun:
    """One pass through a notebook."""

    def __init__(
        self, *, out: Path, seed: int, places: Places, errors: ErrorLog, ledger: Ledger, figures: Figures
    ) -> None:
        self._out = out
        self._seed = seed
        self._places = places
        self._errors = errors
        self._ledger = ledger
        self._figures = figures
        self._written = 0
        self.namespace: dict[str, Any] = {}
        """The notebook's variables, as they stand."""
        self.after_cell: Callable[[], None] = lambda: None

    def run(self, path: Path) -> dict[str, Any]:
        """Run every code cell of the notebook at ``path`` and return the variables left at the end."""
        cells = code_cells(path)
        sys.argv = [str(path)]
        output = CellOutput(sys.stdout)
        shell = make_shell(output, self._places, self._ledger, self._figures)
        self.namespace = shell.user_ns
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = output, CellOutput(streams[1], shared=output)
        random.seed(self._seed)
        try:
            with (self._out / "cells.jsonl").open("w", encoding="utf-8") as file:
                for number, source in cells:
                    self._write(file, self._run_cell(shell, output, number, source))
                    self.after_cell()
        finally:
            sys.stdout, sys.stderr = streams
            self._places.current_cell = None
        return self.namespace

    def _run_cell(self, shell: Any, output: CellOutput, number: int, source: str) -> dict[str, Any]:
        self._places.current_cell = number
        output.clear()
        shell.shown.clear()
        started = time.perf_counter()
        try:
            result = shell.run_cell(source, store_history=True)
            error = result.error_before_exec or result.error_in_exec
        except BaseException as stop:  # a KeyboardInterrupt between two statements of the shell
            error = stop
        seconds = time.perf_counter() - started
        if error is None and shell.shown:
            error = shell.shown[-1]
        record = None
        if error is not None:
            record = self._errors.add(error)
            output.write(record["traceback"])
        return {
            "number": number,
            "source": _cut(source, MAX_CELL_BYTES),
            "output": output.text(),
            "seconds": round(seconds, 4),
            "error": record,
        }

    def _write(self, file: TextIO, cell: dict[str, Any]) -> None:
        line = json.dumps(cell) + "\n"
        if self._written + len(line) > MAX_BYTES:
            line = json.dumps({**cell, "source": "", "output": "", "error": None}) + "\n"
        if self._written + len(line) <= MAX_BYTES:
            self._written += len(line)
            file.write(line)
            file.flush()


def code_cells(path: Path) -> list[tuple[int, str]]:
    """Return number and source of each code cell that is not blank; all cells count, from 1."""
    notebook = json.loads(path.read_text(encoding="utf-8-sig"))
    found = []
    for number, cell in enumerate(notebook.get("cells", ()), start=1):
        source = cell.get("source", "")
        text = source if isinstance(source, str) else "".join(source)
        if cell.get("cell_type") == "code" and text.strip():
            found.append((number, text))
    return found


def _cut(text: str, limit: int) -> str:
    content = text.encode("utf-8", errors="replace")
    return text if len(content) <= limit else content[:limit].decode("utf-8", errors="ignore")
