"""Gives a finished folder its place, so that whoever looks finds it whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def publish_folder(finished: Path, place: Path, *, intact: Callable[[Path], bool]) -> None:
    """Rename ``finished`` to ``place``, on the same file system.

    What stands there already is left if it is ``intact`` (another process was quicker; ``finished`` is then
    removed); else it leaves its place whole and only then falls apart.

    Raises:
        OSError: it could not be moved.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        finished.rename(place)
    except OSError:
        if not place.is_dir():
            raise
        if intact(place):
            shutil.rmtree(finished, ignore_errors=True)
            return
        aside = Path(tempfile.mkdtemp(dir=place.parent, prefix=".aside."))
        place.rename(aside / "damaged")
        shutil.rmtree(aside, ignore_errors=True)
        finished.rename(place)


def sync_folder(folder: Path) -> None:
    """Have every file below ``folder`` on disk before its name is: power fails without asking.

    Raises:
        OSError: the disk refuses.
    """
    for path in folder.rglob("*"):
        if not path.is_symlink():
            sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """Have ``path`` itself on disk.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
