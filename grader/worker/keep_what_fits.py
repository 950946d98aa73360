"""What is kept of a finished run: what decides first, and together no more than each run of a batch may keep.

A program fills ``/out`` as it likes, up to the sandbox's disk; what is kept of a class must not be the sum of
that. What has no room is refused by name, as a file that is too large is.
"""

from pathlib import Path

from grader.model.run import MIB, Refusal
from grader.storage.run_files import OURS

NO_ROOM = "no_room_left"
"""Reason of a refusal; a key of the catalogue."""
ROOM = 64 * MIB
"""What a run may keep at most, however few there are."""
_FIRST = (
    *("predictions.npy", "predict.npy", "captured.npy", "model_predictions.npy"),
    *("report.json", "output.bin", "recipe.json", "values.json", "cells.jsonl"),
)
"""In this order, before anything else that a run leaves: answers, what was said of them, what was seen."""


def keep_what_fits(folder: Path, room: int) -> tuple[Refusal, ...]:
    """Remove from ``folder`` what is beyond ``room`` bytes; return what was removed, and why.

    Our own secret files stay whatever they take: they are as large as the data.
    """
    left = room
    refused = []
    for path in sorted((p for p in folder.iterdir() if p.is_file() and p.name not in OURS), key=_rank):
        size = path.stat().st_size
        if size <= left:
            left -= size
        else:
            path.unlink()
            refused.append(Refusal(name=path.name, why=NO_ROOM, detail=f"{size} > {left}"))
    return tuple(refused)


def _rank(path: Path) -> tuple[int, str]:
    return (_FIRST.index(path.name) if path.name in _FIRST else len(_FIRST), path.name)
