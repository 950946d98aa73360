"""Looks whether everything that is to be shown inside is there, and can be read by who runs inside."""

import os
import stat
from collections.abc import Iterable

from grader.model.errors import SandboxError
from grader.model.run import Bind
from grader.words.catalogue import say


def check_binds(binds: Iterable[Bind], *, as_stranger: bool) -> None:
    """Return when every one of ``binds`` can be shown.

    ``as_stranger``: the program is a user of its own, to whom a file must be open for others; else it has
    our own rights.

    Raises:
        SandboxError: one is missing, or cannot be read inside.
    """
    for bind in binds:
        try:
            status = bind.source.stat()
        except OSError as error:
            raise SandboxError(say("sandbox-path-missing", path=str(bind.source))) from error
        needed = os.R_OK | (os.X_OK if stat.S_ISDIR(status.st_mode) else 0)
        for_others = status.st_mode & needed == needed
        if not (for_others if as_stranger else os.access(bind.source, needed)):
            message = say(
                "sandbox-path-unreadable", path=str(bind.source), mode=f"{status.st_mode & 0o7777:o}"
            )
            raise SandboxError(message)
