"""Takes files out of a sandbox that is dead: only asked-for names, only plain files, only so large."""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from grader.model.errors import SandboxError
from grader.model.message import Joined, Text
from grader.model.run import Refusal, Wanted
from grader.words.catalogue import say
from grader.words.problems import problem_told

NOT_A_PLAIN_FILE = "not_a_plain_file"
TOO_LARGE = "too_large"
"""Reasons of a refusal; keys of the catalogue."""

CHUNK = 1024 * 1024

# Names that not every system has; a FIFO must not make us wait, a link must not be followed.
_OPEN = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def collect(
    folder: int | Path, wanted: Sequence[Wanted], into: Path, *, most_bytes: int | None = None
) -> tuple[tuple[str, ...], tuple[Refusal, ...]]:
    """Copy the wanted files of ``folder`` into ``into``; return the names taken and the refusals.

    Together they may have ``most_bytes``: a file with holes claims more than the folder ever held.

    ``folder`` is an open directory (or a path, where the system has no such thing) in which nothing
    alive can still change anything. A name that is not there is in neither answer.

    Raises:
        SandboxError: a file could not be read or written for a reason of this machine.
        ValueError: a wanted name is not a plain file name (a mistake of ours).
    """
    into.mkdir(parents=True, exist_ok=True)
    taken, refused = [], []
    left = most_bytes
    if isinstance(folder, int):
        with suppress(OSError):
            os.fchmod(folder, 0o700)
    for want in wanted:
        if not _is_plain_name(want.name):
            raise ValueError(f"not a plain file name: {want.name!r}")
        if left is not None:
            want = Wanted(name=want.name, max_bytes=min(want.max_bytes, left))  # noqa: PLW2901 - the same, bounded
        try:
            outcome = _take(folder, want, into)
        except OSError as error:
            reason = Joined(": ", (Text(want.name, want.name), problem_told(error)))
            raise SandboxError(say("artifacts-not-collected", reason=reason)) from error
        if isinstance(outcome, Refusal):
            refused.append(outcome)
        elif outcome:
            taken.append(want.name)
            left = None if left is None else left - (into / want.name).stat().st_size
    return tuple(taken), tuple(refused)


def _take(folder: int | Path, want: Wanted, into: Path) -> Refusal | bool:
    path, held = (want.name, folder) if isinstance(folder, int) else (str(folder / want.name), None)
    try:
        # Looked at before it is opened: opening a device can have effects.
        status = os.stat(path, dir_fd=held, follow_symlinks=False)
    except FileNotFoundError:
        return False
    refusal = _refusal(want, status)
    if refusal:
        return refusal
    if not status.st_mode & stat.S_IRUSR:
        os.chmod(path, stat.S_IRUSR, dir_fd=held)
    source = os.open(path, _OPEN, dir_fd=held)
    try:
        refusal = _refusal(want, os.fstat(source))
        return refusal or _copy(source, want, into)
    finally:
        os.close(source)


def _refusal(want: Wanted, status: os.stat_result) -> Refusal | None:
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        return Refusal(name=want.name, why=NOT_A_PLAIN_FILE, detail=_kind(status))
    if status.st_size > want.max_bytes:
        detail = f"{status.st_size} > {want.max_bytes}"
        return Refusal(name=want.name, why=TOO_LARGE, detail=detail)
    return None


def _copy(source: int, want: Wanted, into: Path) -> Refusal | bool:
    part = into / f".{want.name}.part"
    part.unlink(missing_ok=True)
    copied = 0
    try:
        with part.open("xb") as target:
            while piece := os.read(source, CHUNK):
                copied += len(piece)
                if copied > want.max_bytes:
                    detail = f"{copied} > {want.max_bytes}"
                    return Refusal(name=want.name, why=TOO_LARGE, detail=detail)
                target.write(piece)
        part.replace(into / want.name)
    finally:
        part.unlink(missing_ok=True)
    return True


def _kind(status: os.stat_result) -> str:
    kinds = {
        stat.S_IFLNK: "symlink",
        stat.S_IFDIR: "directory",
        stat.S_IFIFO: "pipe",
        stat.S_IFSOCK: "socket",
        stat.S_IFCHR: "device",
        stat.S_IFBLK: "device",
        stat.S_IFREG: "hardlink",
    }
    return kinds.get(stat.S_IFMT(status.st_mode), "special")


def _is_plain_name(name: str) -> bool:
    return bool(name) and name not in {".", ".."} and not set(name) & {"/", "\\", "\0"}
