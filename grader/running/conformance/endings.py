"""How programs end is told as it was, and nothing of them lives on."""

import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import replace

from grader.model.run import RunStatus, SandboxCommand, Wanted
from grader.plugins.interfaces import Sandbox
from grader.running.conformance.case import Case
from grader.running.conformance.testbed import DEFAULTS, Testbed

GONE_SECONDS = 5.0
START_SECONDS = 30.0

WORK_SECONDS, MOST_OWN_SECONDS = 0.4, 2.0
WORK_BYTES, MOST_OWN_BYTES = 40 << 20, 80 << 20
"""What a program uses to be measured, and what starting it may add."""

DAEMON = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        print("the daemon is up", flush=True)
        open("up", "w").close()
        time.sleep(0.4)
        open("/out/late", "w").close()
        time.sleep(15)
    os._exit(0)
end = time.monotonic() + 10
while not os.path.exists("up") and time.monotonic() < end:
    time.sleep(0.01)
open("/out/early", "w").close()
"""

# Prints nothing: a broken pipe would end it where nothing else does.
CROWD = """
import os, time
os.fork()
if os.fork() == 0:
    os.setsid()
time.sleep(20)
"""


def probe(stand: Testbed) -> str | None:
    """``probe`` returns where the sandbox works."""
    stand.sandbox.probe()
    return None


def told_as_it_was(stand: Testbed) -> str | None:
    """An exit status, and what was printed on both streams."""
    code = "import sys; print('one', flush=True); print('two', file=sys.stderr, flush=True); sys.exit({})"
    for asked, status in ((0, RunStatus.OK), (3, RunStatus.ERROR)):
        outcome = stand.run(code.format(asked))
        if (outcome.status, outcome.exit_code, outcome.signal) != (status, asked, None):
            return (
                f"exit {asked} told as {outcome.status.value}, {outcome.exit_code}, signal {outcome.signal}"
            )
        if outcome.output != b"one\ntwo\n" or outcome.output_dropped:
            return f"printed 'one', 'two'; kept {outcome.output!r}, dropped {outcome.output_dropped}"
    return None


def signals_are_crashes(stand: Testbed) -> str | None:
    """Death by a signal of its own is a crash with that signal."""
    seen = stand.run("import os; os.kill(os.getpid(), 11)")
    if (seen.status, seen.signal) != (RunStatus.CRASH, 11):
        return f"death by signal 11 told as {seen.status.value}, signal {seen.signal}"
    return None


def measured_outside(stand: Testbed) -> str | None:
    """Time, processor time, memory, and which mechanism holds the memory."""
    code = f"import time; x = bytearray({WORK_BYTES}); e = time.process_time() + {WORK_SECONDS}\n"
    code += "while time.process_time() < e: pass"
    outcome = stand.run(code)
    if outcome.seconds < WORK_SECONDS:
        return f"{WORK_SECONDS} seconds of work measured as {outcome.seconds:.2f}"
    # The last look may be a moment before the end; starting Python is counted too.
    if not WORK_SECONDS * 0.7 <= outcome.cpu_seconds < WORK_SECONDS + MOST_OWN_SECONDS:
        return f"{WORK_SECONDS} seconds of processor time measured as {outcome.cpu_seconds:.2f}"
    if not WORK_BYTES <= outcome.peak_memory_bytes < WORK_BYTES + MOST_OWN_BYTES:
        return f"{WORK_BYTES} bytes measured as {outcome.peak_memory_bytes}"
    if outcome.memory_guard.value == "none":
        return "it says that nothing holds the memory limit"
    return None


def daemons_die(stand: Testbed) -> str | None:
    """A daemon dies with the program; what it would have written later is not collected."""
    wanted = (Wanted(name="early", max_bytes=9), Wanted(name="late", max_bytes=9))
    begun = time.monotonic()
    outcome = stand.run(DAEMON, wanted=wanted)
    alive = stand.alive()
    if alive:
        return f"{len(alive)} processes live after run() has returned"
    if outcome.status is not RunStatus.OK or outcome.collected != ("early",):
        return f"told as {outcome.status.value}; collected {outcome.collected}"
    if time.monotonic() - begun > DEFAULTS.wall_seconds / 2:
        return "run() waited for the daemon"
    return None


def killed_at_a_limit(stand: Testbed) -> str | None:
    """Everything dies at a limit, sessions of their own included."""
    outcome = stand.run(CROWD, limits=replace(DEFAULTS, wall_seconds=1.0))
    alive = stand.alive()
    if alive:
        return f"{len(alive)} processes live after run() has returned"
    return None if outcome.status is RunStatus.TIMEOUT else f"told as {outcome.status.value}"


def dies_with_the_grader(stand: Testbed) -> str | None:
    """A grader that is killed leaves nothing alive; and the sandbox travels to a worker process."""
    command = stand.command(CROWD)
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(stand.sandbox, command), daemon=True
    )
    process.start()
    try:
        up = _wait(lambda: len(stand.running(command)) == 4, START_SECONDS)  # noqa: PLR2004 - two forks
    finally:
        process.kill()
        process.join()
    if not up:
        return f"the program did not come up in a worker process (exit status {process.exitcode})"
    if not _wait(lambda: not stand.alive(), GONE_SECONDS):
        return f"{len(stand.alive())} processes live {GONE_SECONDS:.0f} s after the grader was killed"
    return None


def nothing_left_open(stand: Testbed) -> str | None:
    """A run leaves no open file and no child in the grader."""
    stand.run("pass")
    before = _own()
    stand.run("pass")
    return None if _own() == before else f"open files and children: {before} before, {_own()} after"


def _run(sandbox: Sandbox, command: SandboxCommand) -> None:
    sandbox.run(command)


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def _own() -> tuple[int, int]:
    with os.scandir("/proc/self/fd") as files, open(f"/proc/self/task/{os.getpid()}/children") as children:  # noqa: PTH123 - counted while it is open
        return len(list(files)), len(children.read().split())


ENDINGS = (
    Case(name="probe", proves="the machine can run it, and it says so", check=probe),
    Case(name="exit-status-and-output", proves="exit status and output come out as they were",
         check=told_as_it_was),
    Case(name="signals", proves="death by a signal is told with its number", check=signals_are_crashes),
    Case(name="measured", proves="time, processor time and memory are measured from outside",
         check=measured_outside),
    Case(name="daemon", proves="a daemon dies with the program, before files are collected",
         check=daemons_die),
    Case(name="nothing-alive", proves="nothing lives on after a limit", check=killed_at_a_limit),
    Case(name="dies-with-the-grader", proves="nothing lives on when the grader is killed",
         check=dies_with_the_grader),
    Case(name="nothing-left-open", proves="a run leaves no open file and no child behind",
         check=nothing_left_open),
)  # fmt: skip
