"""How much of the disk one grading may fill with what runs leave, and so how much each run may keep."""

import shutil
from pathlib import Path

from grader.model.run import MIB
from grader.worker.keep_what_fits import ROOM

MOST_OF_A_BATCH = 16 * 1024 * MIB
_LEAST = 4 * MIB
"""An honest run of MNIST keeps a tenth of this without its figures; less would refuse honest ones."""
_FREE_PARTS = 2
"""Of what is free on the disk, a grading takes one part in so many at most."""


def room_of_each(runs: int, folder: Path) -> int:
    """Return how many bytes each of ``runs`` may keep below ``folder``, so that all of them stay bounded."""
    batch = min(MOST_OF_A_BATCH, shutil.disk_usage(folder).free // _FREE_PARTS)
    return max(_LEAST, min(ROOM, batch // max(runs, 1)))
