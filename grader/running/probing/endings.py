"""Kills a sandbox from outside, and a grader that holds one, and counts what is left alive.

The program inside gives itself and its child, which left its session and ignores what can be ignored, a name
of this machine's choosing: so they are found among all processes whatever the sandbox shows of them.
"""

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

from grader.model.errors import SandboxError
from grader.model.run import MIB, Limits, SandboxCommand
from grader.plugins.interfaces import Sandbox
from grader.running.staging.workspace import neutral_folder
from grader.words.catalogue import say

STARTED_SECONDS = 15.0
GONE_SECONDS = 1.0
"""How soon after the grader's death all is promised to be dead."""
KILLED_SECONDS = 5.0
_WALL_SECONDS = 20.0
_TICK_SECONDS = 0.01
_PROCESSES = 2

_STAY = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    for kind in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, signal.SIG_IGN)
with open("/proc/self/comm", "w") as name:
    name.write(sys.argv[1])
time.sleep(60)
"""


def probe_death_of_outside(sandbox: Sandbox, python: str) -> int:
    """Kill the process that holds a sandbox; return how many of those inside are alive after it.

    Raises:
        SandboxError: nothing could be tried.
    """
    mark = _new_mark()
    with neutral_folder() as folder, ThreadPoolExecutor(1) as thread:
        starter = thread.submit(threading.get_native_id).result()
        run = thread.submit(sandbox.run, _stay(python, mark, folder))
        try:
            _wait(lambda: run.done() or len(_named(mark)) >= _PROCESSES, STARTED_SECONDS)
            if run.done():
                raise SandboxError(say("sandbox-not-started", reason=_said(run.exception())))
            _kill(_child_of(starter))
            _wait(lambda: not _named(mark), KILLED_SECONDS)
            return len(_named(mark))
        finally:
            _end(mark)


def probe_death_of_grader(sandbox: Sandbox, python: str) -> int:
    """Kill a grader that holds a sandbox; return how many of those inside are alive a second later.

    Raises:
        SandboxError: nothing could be tried.
    """
    mark = _new_mark()
    with neutral_folder() as folder:
        grader = get_context("spawn").Process(target=_hold, args=(sandbox, _stay(python, mark, folder)))
        grader.start()
        try:
            _wait(lambda: not grader.is_alive() or len(_named(mark)) >= _PROCESSES, STARTED_SECONDS)
            if len(_named(mark)) < _PROCESSES:
                raise SandboxError(say("sandbox-not-started", reason="-"))
            grader.kill()
            grader.join()
            _wait(lambda: not _named(mark), GONE_SECONDS)
            return len(_named(mark))
        finally:
            grader.kill()
            grader.join()
            _end(mark)


def _hold(sandbox: Sandbox, command: SandboxCommand) -> None:
    """Hold a sandbox until killed."""
    sandbox.run(command)


def _stay(python: str, mark: str, into: Path) -> SandboxCommand:
    return SandboxCommand(
        argv=(python, "-I", "-S", "-c", _STAY, mark),
        binds=(),
        environment=(),
        limits=Limits(wall_seconds=_WALL_SECONDS, memory_bytes=64 * MIB, disk_bytes=MIB),
        wanted=(),
        into=into,
    )


def _new_mark() -> str:
    return f"gr-{secrets.token_hex(6)}"  # as long as the kernel keeps


def _named(mark: str) -> list[int]:
    """Return the processes that gave themselves this name, dead ones that nobody collected left out."""
    numbers = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            _, named, rest = (folder / "stat").read_text(errors="replace").partition(f"({mark}) ")
            if named and rest[0] not in "ZX":
                numbers.append(int(folder.name))
    return numbers


def _child_of(thread: int) -> int:
    """Return a descriptor of the process that ``thread`` of this process has started: it holds the sandbox.

    Raises:
        SandboxError: there is none.
    """
    with suppress(OSError):
        for number in Path(f"/proc/self/task/{thread}/children").read_text().split():
            return os.pidfd_open(int(number))
    raise SandboxError(say("probe.no_outside"))


def _kill(descriptor: int) -> None:
    try:
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    finally:
        os.close(descriptor)


def _end(mark: str) -> None:
    """Leave nobody behind, whatever the sandbox let live."""
    for number in _named(mark):
        with suppress(OSError):
            os.kill(number, signal.SIGKILL)


def _wait(condition: Callable[[], bool], seconds: float) -> None:
    """Return when ``condition()`` is true, or when the time is over."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(_TICK_SECONDS)


def _said(problem: BaseException | None) -> str:
    return str(problem) if problem else "-"
