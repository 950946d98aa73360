"""User ids that root lends to sandboxes: no two sandboxes of a machine have the same one at a time.

The kernel counts processes, locked memory and pipe pages by user: two graders that used one id would feel
each other's programs.
"""

import errno
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT_MODE_UIDS = range(200_000, 204_096)


def lock_folder() -> Path:
    """Return the folder that all graders of root on this machine keep their locks in, empty files each.

    Raises:
        OSError: there is something of this name that is not root's own.
    """
    run = Path("/run")
    folder = (run if os.access(run, os.W_OK) else Path(tempfile.gettempdir())) / "grader-user-ids"
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "not a folder of ours", str(folder))
    return folder


@contextmanager
def lend_user_id(slot: int, *, folder: Path, ids: range = ROOT_MODE_UIDS) -> Iterator[int]:
    """Lend an id of ``ids`` that nobody on this machine has, the one of ``slot`` if it is free.

    The kernel takes it back when this process ends, however it ends.

    Raises:
        OSError: all of them are lent.
    """
    for step in range(len(ids)):
        uid = ids[(slot + step) % len(ids)]
        descriptor = os.open(folder / str(uid), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        try:
            yield uid
        finally:
            os.close(descriptor)
        return
    raise OSError(errno.EUSERS, "every user id for sandboxes is lent", str(folder))
