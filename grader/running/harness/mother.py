"""The mother of warm runs: ``PYTHON /harness/mother.py MODULE,… PADDING``, inside walls that bubblewrap made.

She imports libraries once and forks each run into walls of its own (``grader_harness.warm.walls``). She
keeps to one thread and never runs a program: a child that she forks reads what is asked, so that she knows
nothing of any run. Her grader speaks to her over one socket, whose number stands in ``GRADER_CONTROL_FD``:
``F`` asks for a fork, what is asked follows with the open files of the run; she answers how it ended, or
what failed.
"""

from __future__ import annotations

import sys

STARTED_WITH = frozenset(sys.modules)

import array  # noqa: E402 - the line above must see a bare interpreter
import base64  # noqa: E402
import gc  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import enter  # noqa: E402
import grader_harness.session  # noqa: E402, F401 - the harness is there already
import stage0  # noqa: E402
from grader_harness.warm import walls  # noqa: E402
from grader_harness.warm.begin import Start, show_as  # noqa: E402
from grader_harness.warm.shelf import Shelf  # noqa: E402

VARIABLE = "GRADER_CONTROL_FD"
LONGEST = 1 << 20
HANDED_OVER = 3
FORK = b"F"


def main(names: list[str]) -> None:
    """Import ``names``, say so, and fork until nobody asks any more."""
    wire = socket.socket(fileno=int(os.environ.pop(VARIABLE)))
    wire.set_inheritable(False)
    start, shelf, begun = Start(STARTED_WITH), Shelf(), time.process_time()
    for name in ("enter", "stage0"):  # names that a submission may have
        del sys.modules[name]
    shelf.fill(names)
    shelf.put_away()
    gc.collect()
    gc.freeze()
    walls.reap_orphans()
    told = {"missing": shelf.missing, "names": sorted(shelf.names)}
    _tell(wire, {**told, "threads": _threads(), "cpu_seconds": time.process_time() - begun})
    while wire.recv(1) == FORK:
        if _threads() != 1:
            _tell(wire, {"failed": f"{_threads()} threads"})
            return
        _bear(wire, start)


def _bear(wire: socket.socket, start: Start) -> None:
    """Fork one run, wait for its end, and tell it."""
    heard, said = os.pipe()
    between = os.fork()
    if between == 0:
        os.close(heard)
        _stand_between(wire, said, start)
    os.close(said)
    with os.fdopen(heard, "rb") as pipe:
        told = pipe.read()
    if not told.isdigit():
        os.waitpid(between, 0)
        _tell(wire, {"failed": told.decode(errors="replace")[:500]})
        return
    first = int(told)
    while True:
        ended, raw, used = os.wait4(-1, 0)
        if ended == first:
            _tell(wire, {"raw": raw, "cpu_seconds": used.ru_utime + used.ru_stime})
            return


def _stand_between(wire: socket.socket, said: int, start: Start) -> None:
    """Read what is asked, leave the mother's namespaces, fork pid 1 of the new ones, and be gone."""
    try:
        asked, descriptors = _receive(wire)
        wire.close()
        walls.enter_namespaces()
        first = os.fork()
        if first == 0:
            os.close(said)
            _be_first(asked, descriptors, start)
        os.write(said, str(first).encode())
    except BaseException as error:
        os.write(said, f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(0)


def _be_first(asked: dict, descriptors: list[int], start: Start) -> None:
    """Be pid 1 of a run: build the walls, give up all power, let the program go, collect orphans."""
    control, status, output = descriptors
    code = stage0.NEVER_STARTED
    try:
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        enter.keep_only(control, status)
        os.set_inheritable(status, False)
        walls.build(asked["walls"])
        # Not earlier: it would be a file of the root that is gone.
        nothing = os.open("/dev/null", os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        show_as([sys.executable, sys.argv[0]])
        stage0.limit(asked["processes"], asked["file_bytes"])
        walls.give_up_all_power(asked["uid"])
        stage0.hide()
        enter.forbid(base64.b64decode(asked["filter"]))
        # Without a handler the kernel shields pid 1 from whoever is inside.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.write(control, b"R")
        if os.read(control, 1) == b"G":
            code = _let_go(asked, control, status, start)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)


def _let_go(asked: dict, control: int, status: int, start: Start) -> int:
    program = os.fork()
    if program == 0:
        code = 1
        try:
            os.close(status)
            walls.be_readable()
            code = start.begin(asked["argv"], {**asked["environment"], VARIABLE: str(control)})
        finally:
            os._exit(code)
    return stage0.collect_all(program, control, status)


def _receive(wire: socket.socket) -> tuple[dict, list[int]]:
    room = socket.CMSG_SPACE(HANDED_OVER * array.array("i").itemsize)
    told, ancillary, _, _ = wire.recvmsg(LONGEST, room)
    descriptors = array.array("i")
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    return json.loads(told), list(descriptors)


def _threads() -> int:
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def _tell(wire: socket.socket, told: dict) -> None:
    wire.send(json.dumps(told).encode())


if __name__ == "__main__":
    main([name for name in sys.argv[1].split(",") if name])
