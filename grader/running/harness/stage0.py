"""The first program inside a sandbox: sets the limits, asks for the start, then runs the command.

Started as ``PYTHON -I -S /harness/stage0.py MODE CONTROL_FD STATUS_FD PROCESSES FILE_BYTES -- COMMAND…``;
standard library only, any Python from 3.7 on.

* ``init``: it is pid 1. The command is its child, all orphans are collected here, and how the command
  ended goes to STATUS_FD, which nothing else inside can reach: the process cannot be dumped, traced
  or signalled from inside. When it ends, the kernel ends everything else in the sandbox.
* ``tied``: as ``init``, and STATUS_FD is a socket: when its other end is gone, so is this process. Where
  nothing else ties a sandbox to its grader (a container belongs to its engine), this does.
* ``exec``: bubblewrap is pid 1, owned by another user; this process becomes the command.
"""

from __future__ import annotations

import os
import resource
import signal
import struct
import sys

PR_SET_DUMPABLE = 4
NEVER_STARTED = 125
NOT_FOUND = 127
OPEN_FILES = 4096


def main(arguments: list[str]) -> None:
    """Run the command named after ``--`` and end as it does."""
    mode, control, status, processes, file_bytes = arguments[0], *map(int, arguments[1:5])
    command = arguments[arguments.index("--") + 1 :]
    if mode != "exec":
        hide()
        os.set_inheritable(status, False)
    # A handler would let the programs inside interrupt pid 1; without one the kernel shields it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    limit(processes, file_bytes)
    home = os.environ.get("HOME", "")
    if home.startswith("/tmp/"):
        os.makedirs(home, exist_ok=True)  # noqa: PTH103 - pathlib doubles the start
    if not os.access(command[0], os.X_OK):
        os.write(2, f"{command[0]}: no such program inside\n".encode())
        os._exit(NEVER_STARTED)
    os.write(control, b"R")
    if os.read(control, 1) != b"G":
        os._exit(NEVER_STARTED)
    if mode == "exec":
        become(command)
    child = os.fork()
    if child == 0:
        become(command)
    if mode == "tied":
        end_with(status)
    os._exit(collect_all(child, control, status))


def hide() -> None:
    """Make this process unreadable for the programs inside: no /proc/1/environ, fd, mem."""
    import ctypes

    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE)")


def end_with(status: int) -> None:
    """End, and everything inside with it, when nobody holds the other end of ``status`` any more."""
    import threading

    def wait() -> None:
        try:
            while os.read(status, 1):
                pass
        finally:
            os._exit(NEVER_STARTED)

    threading.Thread(target=wait, daemon=True).start()


def limit(processes: int, file_bytes: int) -> None:
    """Set the limits that a process carries; never above what it was given."""
    for kind, wanted in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (value, value))


def become(command: list[str]) -> None:
    """Replace this process by the command, with the signals a fresh program expects."""
    for kind in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(kind, signal.SIG_DFL)
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is the point
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
    os._exit(NOT_FOUND)


def collect_all(child: int, control: int, status: int) -> int:
    """Wait until the command ends, collecting orphans on the way; report its raw wait status."""
    os.close(control)
    for stream in (0, 1, 2):
        os.close(stream)
    while True:
        ended, raw = os.waitpid(-1, 0)
        if ended == child:
            os.write(status, struct.pack("=I", raw))
            return os.WEXITSTATUS(raw) if os.WIFEXITED(raw) else 128 + os.WTERMSIG(raw)


if __name__ == "__main__":
    main(sys.argv[1:])
