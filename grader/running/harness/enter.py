"""The very first program in a container: asks the grader for what bubblewrap would have inherited.

Started as ``PYTHON -I -S /harness/enter.py SOCKET`` and pid 1; standard library only, any Python from 3.7
on. An engine passes no open files on and brings variables and a system-call filter of its own. So the
grader waits at a socket that is shown inside: from there come the control channel, the channel that this
process is tied to, and the pipe for all output; the filter, the environment and the command. Then
``stage0.py`` goes on as everywhere. When nobody answers, this process ends, and the container with it.
"""

from __future__ import annotations

import array
import base64
import ctypes
import json
import os
import socket
import struct
import sys

PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
INSTRUCTION_BYTES = 8
MOST_DESCRIPTORS = 1 << 16
HANDED_OVER = 3


def main(path: str) -> None:
    """Fetch everything from the socket at ``path`` and become the next program."""
    meeting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    meeting.connect(path)
    order, (control, status, output) = receive(meeting)
    meeting.close()
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    keep_only(control, status)
    forbid(base64.b64decode(order["filter"]))
    environment = dict(order["environment"], GRADER_CONTROL_FD=str(control))
    command = [*order["first"], "tied", str(control), str(status), *order["rest"]]
    os.execve(command[0], command, environment)  # noqa: S606 - no shell is the point


def receive(meeting: socket.socket) -> tuple[dict, list[int]]:
    """Return the order and the open files that come with it."""
    room = socket.CMSG_SPACE(HANDED_OVER * array.array("i").itemsize)
    head, ancillary, _, _ = meeting.recvmsg(4, room)
    descriptors = array.array("i")
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    (length,) = struct.unpack("!I", head)
    told = b""
    while len(told) < length:
        piece = meeting.recv(length - len(told))
        if not piece:
            raise EOFError("the grader is gone")
        told += piece
    return json.loads(told), list(descriptors)


def keep_only(*kept: int) -> None:
    """Close every open file but the first three and ``kept``, which the next program inherits."""
    for descriptor in kept:
        os.set_inheritable(descriptor, True)
    edges = [2, *sorted(kept), MOST_DESCRIPTORS]
    for low, high in zip(edges, edges[1:]):  # noqa: B905, RUF007 - Python 3.7 knows no other way
        os.closerange(low + 1, high)


def forbid(instructions: bytes) -> None:
    """Install the system-call filter, for this process and all that come from it."""
    libc = ctypes.CDLL(None, use_errno=True)
    program = ctypes.create_string_buffer(instructions, len(instructions))
    head = struct.pack("HP", len(instructions) // INSTRUCTION_BYTES, ctypes.addressof(program))
    for call in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(head, len(head)), 0, 0),
    ):
        if libc.prctl(*(ctypes.c_ulong(part) if isinstance(part, int) else part for part in call)) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


if __name__ == "__main__":
    main(sys.argv[1])
