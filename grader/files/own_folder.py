"""Folders that other users of the machine have no business in: made closed, and found where open."""

import stat
from pathlib import Path

OWNER_ALONE = 0o700
FILE_OF_OWNER = 0o600
_OTHERS = 0o077
_PASS = 0o011
"""Who may go through a folder that is not theirs."""


def own_folder(folder: Path) -> None:
    """Have ``folder`` be there; what is made of it and above it here is for its owner alone.

    One that stands already keeps its permissions: somebody may have chosen them.

    Raises:
        OSError: it cannot be made.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=OWNER_ALONE, exist_ok=True)
    folder.mkdir(mode=OWNER_ALONE, exist_ok=True)


def open_to_others(folder: Path) -> int | None:
    """Return the permissions of ``folder`` where other users of the machine can look into it, else None.

    A folder above it that lets nobody through closes it too.

    Raises:
        OSError: it, or one above it, cannot be looked at.
    """
    mode = stat.S_IMODE(folder.stat().st_mode)
    reachable = all(above.stat().st_mode & _PASS for above in folder.resolve().parents)
    return mode if mode & _OTHERS and reachable else None
