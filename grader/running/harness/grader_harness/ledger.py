"""What was neutralised or rewritten, so that nobody has to guess: kind, text, place."""

import json
import os
from pathlib import Path
from typing import Any

from grader_harness.places import Places

MAX_ENTRIES = 200
MAX_TEXT = 300

FILE_VARIABLE = "GRADER_HARNESS_LEDGER"  # where replaced commands write their lines
PLACE_VARIABLE = "GRADER_HARNESS_PLACE"  # "cell:line" of the statement that started the command


class Ledger:
    """Collects entries in order; the same thing at the same place counts once."""

    def __init__(self, places: Places, file: Path) -> None:
        self._places = places
        self._file = file
        self._entries: list[dict[str, Any]] = []
        os.environ[FILE_VARIABLE] = str(file)

    def add(self, kind: str, what: str) -> None:
        """Note that ``what`` of ``kind`` was neutralised where the submission is now."""
        self._read_commands()  # in the order of the program
        self._append({"kind": kind, "what": what[:MAX_TEXT], **self._places.now()})

    def add_exit(self, stop: SystemExit) -> None:
        """Note where the program ended itself: what stands below that line never ran."""
        self._read_commands()
        self._append({"kind": "exit", "what": "exit", **self._places.of_traceback(stop.__traceback__)})

    def mark_place(self) -> None:
        """Tell commands started from here on where in the submission they were started."""
        place = self._places.now()
        os.environ[PLACE_VARIABLE] = f"{place['cell'] or ''}:{place['line'] or ''}"

    def entries(self) -> list[dict[str, Any]]:
        """Return all entries in the order they came."""
        self._read_commands()
        return self._entries[:MAX_ENTRIES]

    def _read_commands(self) -> None:
        if not self._file.is_file():
            return
        for line in self._file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = json.loads(line)
                cell, _, number = str(entry["at"]).partition(":")
                self._append(
                    {
                        "kind": str(entry["kind"]),
                        "what": str(entry["what"])[:MAX_TEXT],
                        "cell": int(cell) if cell else None,
                        "line": int(number) if number else None,
                    }
                )
            except (ValueError, KeyError, TypeError):
                continue
        self._file.unlink(missing_ok=True)

    def _append(self, entry: dict[str, Any]) -> None:
        if entry not in self._entries and len(self._entries) < MAX_ENTRIES:
            self._entries.append(entry)
