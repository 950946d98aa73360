"""Exceptions of the program as records: type, text, place, and a traceback of its own frames only."""

import sys
import traceback
from pathlib import Path
from typing import Any

from grader_harness.places import Places

MAX_TEXT = 600  # a note about a hidden library must still fit behind it
MAX_TRACEBACK = 8000
MAX_ERRORS = 50


class ErrorLog:
    """Collects the program's uncaught errors."""

    def __init__(self, places: Places, shadows: dict[str, str]) -> None:
        self._places = places
        self._shadows = shadows
        self.records: list[dict[str, Any]] = []

    def add(self, error: BaseException) -> dict[str, Any]:
        """Record ``error`` and return its record."""
        place = self._places.of_traceback(error.__traceback__)
        if isinstance(error, SyntaxError):
            place = self._syntax_place(error, place)
        text = _text(error)
        record = {
            "type": type(error).__name__,
            "text": (text[:MAX_TEXT] + self._shadow_note(error, text)).strip(),
            **place,
            "traceback": self._traceback(error)[-MAX_TRACEBACK:],
        }
        if len(self.records) < MAX_ERRORS:
            self.records.append(record)
        return record

    def _syntax_place(self, error: SyntaxError, place: dict[str, int | None]) -> dict[str, int | None]:
        if error.filename is None or error.lineno is None:
            return place
        own = self._places.of(error.filename, error.lineno)
        return own if own["line"] is not None else place

    def _traceback(self, error: BaseException) -> str:
        lines = ["Traceback (most recent call last):\n"]
        for frame in traceback.extract_tb(error.__traceback__):
            name = self._places.name(frame.filename)
            # The line that hands a %%magic cell to IPython is IPython's doing.
            if name is not None and not (frame.line or "").startswith("get_ipython().run_cell_magic("):
                line = self._places.of(frame.filename, frame.lineno or 0)["line"] or frame.lineno
                lines.append(f"  {name}, line {line}, in {frame.name}\n")
                if frame.line:
                    lines.append(f"    {frame.line}\n")
        if isinstance(error, SyntaxError) and error.filename is not None:
            name = self._places.name(error.filename) or Path(error.filename).name
            lines.append(f"  {name}, line {error.lineno}\n")
            if error.text:
                lines.append(f"    {error.text.strip()}\n")
        return "".join([*lines, f"{type(error).__name__}: {_text(error)[:MAX_TEXT]}\n"])

    def _shadow_note(self, error: BaseException, text: str) -> str:
        files = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
        notes = []
        for name, path in self._shadows.items():
            loaded = getattr(sys.modules.get(name), "__file__", None)
            if path in files or loaded == path or f"'{name}'" in text:
                file = Path(path).name if Path(path).name != "__init__.py" else f"{name}/"
                notes.append(
                    f"\n[grader] O arquivo {file} do envio esconde a biblioteca '{name}': troque o nome "
                    f"dele. / The submission's file {file} hides the library '{name}': rename it."
                )
        return "".join(notes)


def _text(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return error.msg or ""
    try:
        return str(error)
    except Exception:  # an exception class of the program may fail to print itself
        return ""
