"""Limits end a run with their own status, and hold the machine harmless."""

from collections.abc import Callable
from dataclasses import replace

from grader.model.run import MIB, RunStatus
from grader.running.conformance.case import Case
from grader.running.conformance.testbed import DEFAULTS, Testbed

SLACK_SECONDS = 1.0
FORKS = 160
"""More than any sandbox of the suite may hold, and few enough for a machine without one."""

FORK_BOMB = f"""
import os, time
made = 0
for _ in range({FORKS}):
    try:
        if os.fork() == 0:
            time.sleep(4)
            os._exit(0)
    except OSError:
        continue
    made += 1
print(made, flush=True)
raise SystemExit(1 if made < {FORKS} else 0)
"""

MEMORY_BOMB = """
import os, time
for _ in range(6):
    if os.fork() == 0:
        x = bytearray(64 << 20)
        x[::4096] = b"x" * len(x[::4096])
        time.sleep(6)
        os._exit(0)
time.sleep(6)
"""


def held_to_the_time(stand: Testbed) -> str | None:
    """A program that ignores every signal ends at its time."""
    code = "import signal, time\nfor n in range(1, 32):\n  n in (9, 19) or signal.signal(n, signal.SIG_IGN)\n"
    code += "e = time.monotonic() + 8\nwhile time.monotonic() < e: pass"
    seen = stand.run(code, limits=replace(DEFAULTS, wall_seconds=1.0))
    if seen.status is not RunStatus.TIMEOUT or not 1.0 <= seen.seconds < 1.0 + SLACK_SECONDS:
        return f"1 s of wall clock: told as {seen.status.value} after {seen.seconds:.2f} s"
    return None


def held_to_the_processor_time(stand: Testbed) -> str | None:
    """The processor time of all processes together is held."""
    code = "import os, time\nos.fork()\ne = time.monotonic() + 10\nwhile time.monotonic() < e: pass"
    seen = stand.run(code, limits=replace(DEFAULTS, cpu_seconds=0.6))
    if seen.status is not RunStatus.TIMEOUT:
        return f"0.6 s of processor time: told as {seen.status.value} after {seen.cpu_seconds:.2f} s"
    return None


def held_to_the_memory(stand: Testbed) -> str | None:
    """Six processes of 64 MiB are more than 200 MiB."""
    seen = stand.run(MEMORY_BOMB, limits=replace(DEFAULTS, memory_bytes=200 * MIB))
    if seen.status is not RunStatus.MEMORY:
        return f"384 MiB in a sandbox of 200: told as {seen.status.value}"
    return f"{len(stand.alive())} processes live" if stand.alive() else None


def held_to_the_processes(stand: Testbed) -> str | None:
    """A fork bomb is contained, and all of it dies."""
    outcome = stand.run(FORK_BOMB)
    if stand.alive():
        return f"{len(stand.alive())} processes live after run() has returned"
    made = outcome.output.decode(errors="replace").strip()
    if outcome.status not in {RunStatus.PROCESSES, RunStatus.ERROR} or not made.isdigit():
        return f"{FORKS} processes in a sandbox for {DEFAULTS.processes}: {outcome.status.value}, {made!r}"
    slack = 16
    if int(made) > DEFAULTS.processes + slack:
        return f"{made} processes were made in a sandbox for {DEFAULTS.processes}"
    return None


def held_to_the_disk(place: str) -> Callable[[Testbed], str | None]:
    """Return the check that ``place`` takes what it may take and no more."""

    def check(stand: Testbed) -> str | None:
        size = DEFAULTS.disk_bytes
        # In several files: no limit on the size of one would see them. What fits is taken away again.
        code = """
import shutil, tempfile
folder = tempfile.mkdtemp(dir="{}")
for n in range({}):
    with open(folder + "/%d" % n, "wb") as file:
        file.write(bytes(1 << 20))
shutil.rmtree(folder)
print("written")
"""
        fits = stand.run(code.format(place, (size >> 20) - 1))
        if (fits.status, fits.output) != (RunStatus.OK, b"written\n"):
            return f"{size - MIB} bytes of {size}: told as {fits.status.value}, {fits.output[-200:]!r}"
        seen = stand.run(code.format(place, (size >> 20) + 2))
        if seen.status is not RunStatus.DISK:
            return f"{size + 2 * MIB} bytes of {size}: told as {seen.status.value}"
        return None

    return check


def held_to_the_files(stand: Testbed) -> str | None:
    """Files without content are counted."""
    code = """
import shutil, tempfile, time
folder = tempfile.mkdtemp(dir="/tmp")
for n in range(600):
    open(folder + "/%d" % n, "w").close()
time.sleep(1)
shutil.rmtree(folder)
"""
    seen = stand.run(code, limits=replace(DEFAULTS, files=300))
    return None if seen.status is RunStatus.DISK else f"600 files of 300: told as {seen.status.value}"


def held_to_the_output(stand: Testbed) -> str | None:
    """A flood of output ends the run; its beginning is kept."""
    limits = replace(DEFAULTS, output_kept_bytes=MIB, output_killed_bytes=8 * MIB)
    code = "import os\nprint('begin', flush=True)\nfor _ in range(4000): os.write(1, b'x' * 65536)"
    outcome = stand.run(code, limits=limits)
    if outcome.status is not RunStatus.OUTPUT:
        return f"250 MiB of output of 8: told as {outcome.status.value}"
    if len(outcome.output) != MIB or not outcome.output.startswith(b"begin\nxxx"):
        return f"kept {len(outcome.output)} bytes that begin with {outcome.output[:20]!r}"
    if outcome.output_dropped + MIB < 8 * MIB:
        return f"told of {outcome.output_dropped} dropped bytes only"
    return f"{len(stand.alive())} processes live" if stand.alive() else None


def output_is_counted(stand: Testbed) -> str | None:
    """Output below the limit is kept from its beginning; the rest is counted to the byte."""
    limits = replace(DEFAULTS, output_kept_bytes=1000)
    seen = stand.run("print('x' * 299_999)", limits=limits)
    if (seen.status, len(seen.output), seen.output_dropped) != (RunStatus.OK, 1000, 299_000):
        return f"{seen.status.value}, kept {len(seen.output)}, dropped {seen.output_dropped} of 300000"
    return None


LIMITS = (
    Case(name="time", proves="time is held, whatever signals are ignored", check=held_to_the_time),
    Case(name="processor-time", proves="processor time of all processes is held",
         check=held_to_the_processor_time),
    Case(name="memory", proves="memory of all processes together is held", check=held_to_the_memory),
    Case(name="processes", proves="a fork bomb is contained", check=held_to_the_processes),
    *(
        Case(name=f"disk-{place.strip('/').replace('/', '-')}", proves=f"{place} has a hard quota",
             check=held_to_the_disk(place))
        for place in ("/out", "/tmp", "/submission", "/dev/shm")  # noqa: S108 - inside
    ),
    Case(name="files", proves="the number of files is held", check=held_to_the_files),
    Case(name="output", proves="a flood of output ends the run, its beginning is kept",
         check=held_to_the_output),
    Case(name="output-counted", proves="what is not kept of the output is counted",
         check=output_is_counted),
)  # fmt: skip
