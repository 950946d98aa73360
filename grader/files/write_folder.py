"""Writes the files of a new folder so that they stand there whole or not at all."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

_NO_CONTENT = ".git"
"""A repository that was just made, or cloned before anything was committed, is empty too."""


def is_free(folder: Path) -> bool:
    """Return whether nothing stands at ``folder``, or an empty folder, or a repository without a file."""
    if folder.is_symlink() or folder.is_file():
        return False
    return not folder.exists() or all(part.name == _NO_CONTENT for part in folder.iterdir())


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files``, by their names below ``folder``, into a folder that is free.

    All is written beside its place first, so that what cannot stand whole does not stand.

    Raises:
        OSError: it could not be written; the folder is as it was.
    """
    new = not folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    moved: list[Path] = []
    aside = Path(tempfile.mkdtemp(dir=folder, prefix=".grader-"))
    try:
        for name, content in files.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for part in sorted(aside.iterdir()):
            part.rename(folder / part.name)
            moved.append(folder / part.name)
        aside.rmdir()
    except BaseException:  # Ctrl-C too
        for part in (aside, *moved):
            if part.is_dir():
                shutil.rmtree(part, ignore_errors=True)
            else:
                part.unlink(missing_ok=True)
        if new:
            shutil.rmtree(folder, ignore_errors=True)
        raise
