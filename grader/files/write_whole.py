"""Writes a file so that nobody ever reads a part of it."""

import os
import tempfile
from pathlib import Path

EVERYBODY = 0o644


def write_whole(path: Path, content: str | bytes, *, mode: int = EVERYBODY) -> None:
    """Write ``content`` so that ``path`` is at every moment absent, the old file or the whole new one.

    Folders above it are made. ``mode`` are the new file's permissions.

    Raises:
        OSError: it could not be written; the old file stands.
    """
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part = Path(temporary)
        part.chmod(mode)
        part.replace(path)
    except BaseException:  # Ctrl-C too
        Path(temporary).unlink(missing_ok=True)
        raise


def write_once(path: Path, content: bytes) -> None:
    """Write ``content`` under a name that says what it is: what stands there already is the same.

    Raises:
        OSError: it could not be written.
    """
    if not path.exists():
        write_whole(path, content)
