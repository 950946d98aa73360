"""Programs that would not end, or end in ways that look like a failure of ours."""

import pytest

from tests.integration.confined import Confined
from tests.integration.inside_programs import PRELUDE
from tests.integration.promises import alive

pytestmark = pytest.mark.sandbox


@pytest.mark.alone
@pytest.mark.attack("held_stdout")
def test_grandchildren_that_hold_the_output_die_at_the_limit(confined: Confined) -> None:
    assert confined.promises is not None
    code = """
import os, signal, time
for number in range(1, 32):
    if number not in (9, 19):
        signal.signal(number, signal.SIG_IGN)
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        while True:
            print("held", flush=True)
            time.sleep(0.05)
time.sleep(60)
"""
    run = confined.run(code, wall_seconds=0.6)
    assert run.status == "TIMEOUT"
    assert run.seconds < 0.8
    assert alive(confined.promises.marker) == []


@pytest.mark.attack("stops_itself")
def test_a_program_that_stops_itself_and_its_children_is_ended(confined: Confined) -> None:
    code = "import os, signal\nos.fork()\nos.kill(0, signal.SIGSTOP)"
    run = confined.run(code, wall_seconds=0.6)
    assert run.status == "TIMEOUT"


@pytest.mark.attack("clone_parent")
def test_siblings_of_the_program_end_with_it(confined: Confined) -> None:
    assert confined.promises is not None
    code = (
        PRELUDE
        + """
import time
CLONE_PARENT = 0x8000
if libc.syscall(56, ctypes.c_long(CLONE_PARENT | 17), 0, 0, 0, 0) == 0:
    time.sleep(60)
print("done", flush=True)
os._exit(3)
"""
    )
    run = confined.run(code, wall_seconds=5)
    assert (run.status, run.exit_code, run.text) == ("ERROR", 3, "done\n")
    assert alive(confined.promises.marker) == []


@pytest.mark.attack("own_exit_codes")
@pytest.mark.parametrize("code", [120, 125, 126, 127, 137, 139, 255])
def test_no_exit_code_of_the_programs_is_taken_for_a_failure_of_ours(confined: Confined, code: int) -> None:
    run = confined.run(f"import os; os._exit({code})")
    assert run.status in {"ERROR", "CRASH"}


@pytest.mark.alone
@pytest.mark.attack("timer_bomb")
def test_ten_thousand_timers_and_signals_hold_nothing_up(confined: Confined) -> None:
    code = (
        PRELUDE
        + """
import signal, time
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)
made = 0
timer = ctypes.c_void_p()
while made < 100_000 and libc.timer_create(1, None, ctypes.byref(timer)) == 0:
    made += 1
for _ in range(20_000):
    os.kill(os.getpid(), signal.SIGRTMIN) if signal.signal(signal.SIGRTMIN, signal.SIG_IGN) is None else None
while True:
    pass
"""
    )
    run = confined.run(code, wall_seconds=0.8)
    assert run.status in {"TIMEOUT", "ERROR"}
    assert run.seconds < 1


@pytest.mark.attack("closed_streams")
def test_a_program_that_closes_every_file_ends_as_it_says(confined: Confined) -> None:
    code = "import os\nos.closerange(0, 4096)\nopen('/out/a', 'w').write('x')\nos._exit(7)"
    run = confined.run(code, wanted=[["a", 9]])
    assert (run.status, run.exit_code, run.collected) == ("ERROR", 7, ["a"])


@pytest.mark.attack("stolen_streams")
def test_output_made_non_blocking_or_asynchronous_is_read_all_the_same(confined: Confined) -> None:
    code = """
import fcntl, os, signal
fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
try:
    fcntl.fcntl(1, 1031, 4096)
except OSError:
    pass
os.set_blocking(1, True)
for _ in range(1000):
    os.write(1, b"x" * 100 + b"\\xff\\xfe\\n")
"""
    run = confined.run(code)
    assert (run.status, run.kept) == ("OK", 103_000)
