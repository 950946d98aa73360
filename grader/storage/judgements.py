"""What was judged before, kept in ``COURSE/.grader/judged``: found again while nothing it rests on changed.

One file for each submission and stage of its judging, so that a judgement replaces the one before it. The
first line names what it was judged from and digests the rest: what is of something else, damaged or half
written counts as not there.
"""

import os
from pathlib import Path
from typing import Any

from grader.files.model_data import model_json, read_model_json
from grader.model.digest import digest_bytes

_SCHEMA = "grader/judged/v1"


class Judgements:
    """The judgements of one course."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "judged"

    def load(self, place: str, key: str) -> Any:
        """Return what was kept at ``place`` under ``key``; None where that is not there, or not whole."""
        try:
            first, _, rest = (self._folder / place).read_bytes().partition(b"\n")
            if first.decode("ascii") != f"{_SCHEMA} {key} {digest_bytes(rest)}":
                return None
            return read_model_json(rest)
        except (OSError, ValueError):
            return None

    def keep(self, place: str, key: str, value: Any) -> None:
        """Keep ``value`` at ``place`` under ``key``; what cannot be kept is judged again next time."""
        try:
            content = model_json(value).encode("utf-8", "surrogatepass")
            path = self._folder / place
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = path.with_name(f".{path.name}.part")
            part.write_bytes(f"{_SCHEMA} {key} {digest_bytes(content)}\n".encode() + content)
            os.replace(part, path)  # noqa: PTH105 - as it stands in write_whole; here without waiting for the disk
        except (OSError, TypeError, UnicodeError):
            return
