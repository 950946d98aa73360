"""Folders among submissions that nobody handed in: the course's own, our reports, an environment."""

import os
from collections.abc import Collection
from itertools import islice
from pathlib import Path

from grader.coursefiles.file_names import is_accepted, without_environments
from grader.coursefiles.lms_names import read_lms_name

_SCHEMA = b"grader/results/"
_BEGINNING = 2048
_LOOKED_AT = 5000


def is_nobodys(folder: Path, own: Collection[Path]) -> bool:
    """Return whether ``folder`` is one of ``own``, reports of ours, assignments, or an environment alone."""
    if read_lms_name(folder.name) is not None:
        return False
    return (
        folder.resolve() in own
        or _holds_reports(folder)
        or _holds_assignments(folder)
        or _is_environment(folder)
    )


def _holds_reports(folder: Path) -> bool:
    """Return whether ``folder`` holds pages and results of ours and no program: a student may keep a file."""
    if _SCHEMA not in _beginning(folder / "results.json"):
        return False
    below = islice(folder.rglob("*"), _LOOKED_AT)
    return (folder / "index.html").is_file() and not any(is_accepted(path.name) for path in below)


def _holds_assignments(folder: Path) -> bool:
    """Return whether ``folder`` is a course's ``assignments``, or the solutions that stand beside them."""
    if folder.name not in ("assignments", "reference_solutions"):
        return False
    return any(folder.parent.glob("assignments/*/assignment.toml"))


def _is_environment(folder: Path) -> bool:
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        return False
    if "pyvenv.cfg" not in names or any(map(is_accepted, names)):
        return False
    return not [name for name in without_environments(names) if (folder / name).is_dir()]


def _beginning(path: Path) -> bytes:
    """Return the first bytes of a plain file; nothing where there is none, and no pipe is waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            return stream.read(_BEGINNING)
    except OSError:
        return b""
