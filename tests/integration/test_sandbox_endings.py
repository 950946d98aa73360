"""How runs end: by themselves, or at each of the limits; in both modes, with the attack that tries."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.integration.confined import MIB, Confined
from tests.integration.promises import alive

pytestmark = pytest.mark.sandbox

KILL_ALL = """
import os, signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGSTOP, signal.SIGKILL, signal.SIGSEGV):
    for target in (1, os.getppid(), -1):
        try:
            os.kill(target, number)
        except OSError:
            pass
print("still here", flush=True)
while True:
    time.sleep(1)
"""

DAEMON = """
import os, signal, sys, time  # MARKER
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        print("the daemon is up", flush=True)
        open("/tmp/up", "w").close()
        time.sleep(0.3)
        open("/out/late", "w").write("late")
        time.sleep(60)
    os._exit(0)
while not os.path.exists("/tmp/up"):
    time.sleep(0.01)
open("/out/early", "w").write("early")
"""

FORK_BOMB = """
import os, time  # MARKER
while True:
    try:
        os.fork()
        os.setsid()
    except OSError:
        time.sleep(0.01)
"""


def test_a_program_that_ends_well_is_ok_and_measured(confined: Confined) -> None:
    code = "import time; x = bytearray(60 << 20); e = time.process_time() + 0.3\n"
    code += "while time.process_time() < e: pass\nprint('done')"
    run = confined.run(code)
    assert (run.status, run.exit_code, run.signal, run.text) == ("OK", 0, None, "done\n")
    assert 0.3 < run.seconds < 5
    assert 0.3 < run.cpu_seconds < 1.0
    assert 60 * MIB < run.peak < 120 * MIB


def test_an_exit_status_is_told_as_it_was(confined: Confined) -> None:
    run = confined.run("raise SystemExit(3)")
    assert (run.status, run.exit_code, run.signal) == ("ERROR", 3, None)


def test_an_exit_code_like_a_limits_is_not_taken_for_the_limit(confined: Confined) -> None:
    run = confined.run("import os; os._exit(137)")
    assert run.status in {"ERROR", "CRASH"}


@pytest.mark.attack("exit0_early")
def test_exit_0_early_is_just_an_end(confined: Confined) -> None:
    run = confined.run("print('All tests passed', flush=True); import os; os._exit(0)")
    assert (run.status, run.collected) == ("OK", [])


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
@pytest.mark.attack("segfault")
def test_death_by_a_signal_of_its_own_is_a_crash(confined: Confined, number: int) -> None:
    run = confined.run(f"import os; os.kill(os.getpid(), {int(number)})")
    assert (run.status, run.exit_code, run.signal) == ("CRASH", None, number)


@pytest.mark.attack("segfault")
def test_a_segfault_leaves_no_core_file(confined: Confined) -> None:
    code = """
import ctypes, os, resource
print(resource.getrlimit(resource.RLIMIT_CORE), flush=True)
if os.fork() == 0:
    ctypes.string_at(0)
status = os.wait()[1]
print(os.WTERMSIG(status), os.WCOREDUMP(status), os.listdir('.'))
"""
    assert confined.run(code).text == "(0, 0)\n11 False []\n"


@pytest.mark.alone
@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(60)"])
@pytest.mark.attack("infinite_loop")
def test_time_is_held_to_a_tenth_of_a_second(confined: Confined, code: str) -> None:
    ignore = "import signal\nfor n in range(1, 32):\n  n in (9, 19) or signal.signal(n, 1)\n"
    run = confined.run(ignore + code, wall_seconds=0.8)
    assert (run.status, run.exit_code) == ("TIMEOUT", None)
    assert 0.8 <= run.seconds < 0.9


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """Programs of somebody else that keep every processor busy, four for each."""
    burners = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True)
        for _ in range(4 * len(os.sched_getaffinity(0)))
    ]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


WAITS = """
import socket, threading, time
lock = threading.Lock()
lock.acquire()
one, other = socket.socketpair()
for wait in (lambda: time.sleep(60), lock.acquire, lambda: one.recv(1)):
    threading.Thread(target=wait).start()
"""
WALL = 1.7


@pytest.mark.usefixtures("busy_machine")
@pytest.mark.parametrize(
    ("code", "kept"), [("while True: pass", True), (WAITS, False)], ids=["runs", "waits"]
)
def test_being_kept_from_the_processors_is_told_from_waiting_of_its_own(
    confined: Confined, code: str, *, kept: bool
) -> None:
    run = confined.run(code, wall_seconds=WALL)
    assert run.status == "TIMEOUT"
    assert (run.starved > 0.25 * WALL) is kept
    assert run.starved < WALL


@pytest.mark.parametrize("ways", [1, 40], ids=["one", "many"])
def test_what_a_run_used_and_was_kept_from_is_no_more_than_there_was(confined: Confined, ways: int) -> None:
    """So a program that has the machine to itself cannot say that it starved, by many processes either."""
    code = f"import os\nfor _ in range({ways} - 1):\n  if os.fork() == 0: break\nwhile True: pass"
    run = confined.run(code, wall_seconds=WALL)
    assert run.status == "TIMEOUT"
    assert run.cpu_seconds + run.starved < WALL * min(ways, len(os.sched_getaffinity(0))) + 0.5


def test_processor_time_of_all_processes_together_is_held(confined: Confined) -> None:
    code = "import os\nos.fork(); os.fork()\nwhile True: pass"
    run = confined.run(code, cpu_seconds=0.5, wall_seconds=20)
    assert run.status == "TIMEOUT"
    assert run.seconds < 10


@pytest.mark.attack("kill_all")
def test_kill_all_reaches_nothing_but_itself(confined: Confined) -> None:
    run = confined.run(KILL_ALL, wall_seconds=0.6)
    assert (run.status, run.text) == ("TIMEOUT", "still here\n")


@pytest.mark.attack("memory_bomb")
def test_a_memory_bomb_of_one_process_ends_as_memory(confined: Confined) -> None:
    run = confined.run("x = [bytearray(1 << 20) for _ in range(4000)]", memory_bytes=100 * MIB)
    assert run.status == "MEMORY"
    assert run.guard in {"cgroup-v2", "cgroup-v1", "watchdog"}


@pytest.mark.attack("memory_bomb")
def test_a_memory_bomb_of_many_processes_ends_as_memory(confined: Confined) -> None:
    code = """
import os, time  # MARKER
for _ in range(16):
    if os.fork() == 0:
        x = bytearray(64 << 20)
        time.sleep(60)
time.sleep(60)
""".replace("MARKER", f"bomb-{confined.mode}-{os.getpid()}")
    run = confined.run(code, memory_bytes=200 * MIB)
    assert run.status == "MEMORY"
    assert run.seconds < 8
    assert not alive(f"bomb-{confined.mode}-{os.getpid()}")


@pytest.mark.parametrize("way", ["mapped", "written"])
@pytest.mark.attack("memory_bomb")
def test_memory_in_a_nameless_file_is_counted(confined: Confined, way: str) -> None:
    code = f"""
import mmap, os, time
hold = []
for _ in range(10):
    fd = os.memfd_create("x")
    os.ftruncate(fd, 64 << 20)
    if {way == "mapped"}:
        hold.append(mmap.mmap(fd, 0))
        hold[-1][:] = bytes(64 << 20)
    else:
        os.write(fd, bytes(64 << 20))
    hold.append(fd)
time.sleep(5)
"""
    run = confined.run(code, memory_bytes=200 * MIB, disk_bytes=64 * MIB)
    assert run.status == "MEMORY"


def test_files_of_the_sandbox_count_as_memory(confined: Confined) -> None:
    code = "import time\nfor d in ('/tmp', '/out', '/submission', '/dev/shm'):\n"
    code += " open(d + '/x', 'wb').write(bytes(50 << 20))\ntime.sleep(5)"
    run = confined.run(code, memory_bytes=120 * MIB, disk_bytes=64 * MIB)
    assert run.status == "MEMORY"


def test_addresses_are_not_memory(confined: Confined) -> None:
    code = "import mmap; m = mmap.mmap(-1, 3 << 30); m[0] = 1; print('mapped')"
    run = confined.run(code, memory_bytes=100 * MIB)
    assert (run.status, run.text) == ("OK", "mapped\n")


@pytest.mark.alone
@pytest.mark.attack("fork_bomb")
def test_a_fork_bomb_is_held_and_leaves_nobody(confined: Confined) -> None:
    marker = f"fork-bomb-{confined.mode}-{os.getpid()}"
    run = confined.run(FORK_BOMB.replace("MARKER", marker), processes=60, wall_seconds=1)
    assert run.status in {"TIMEOUT", "PROCESSES"}
    assert run.seconds < 1.2
    assert not alive(marker)


@pytest.mark.attack("thread_bomb")
def test_a_thread_bomb_meets_an_error_that_the_program_can_get_over(confined: Confined) -> None:
    code = """
import threading
wait = threading.Event()
started = 0
try:
    for _ in range(100_000):
        threading.Thread(target=wait.wait, daemon=True).start()
        started += 1
except RuntimeError:
    print(started, flush=True)
open('/out/predictions.npy', 'w').write('delivered')
import os; os._exit(0)
"""
    run = confined.run(code, processes=100, wanted=[["predictions.npy", 100]])
    assert (run.status, run.collected) == ("OK", ["predictions.npy"])
    assert 60 < int(run.text) <= 100


@pytest.mark.attack("thread_bomb")
def test_open_files_come_to_an_end_too(confined: Confined) -> None:
    code = "a = []\ntry:\n  while True: a.append(open('/dev/null'))\n"
    code += "except OSError as e: print(e.errno)"
    assert confined.run(code).text == "24\n"


@pytest.mark.attack("daemon")
def test_a_daemon_dies_with_the_main_program(confined: Confined) -> None:
    marker = f"daemon-{confined.mode}-{os.getpid()}"
    run = confined.run(DAEMON.replace("MARKER", marker), wanted=[["early", 9], ["late", 9]], wall_seconds=5)
    assert (run.status, run.collected) == ("OK", ["early"])
    assert run.seconds < 2
    assert not alive(marker)


@pytest.mark.attack("output_flood")
def test_an_output_flood_is_counted_and_ended(confined: Confined) -> None:
    run = confined.run("while True: print('x' * 65535)")
    assert run.status == "OUTPUT"
    assert run.kept == 1 * MIB
    assert 64 * MIB < run.kept + run.dropped < 66 * MIB


def test_output_below_the_limit_is_all_there(confined: Confined) -> None:
    run = confined.run("import sys; print('a' * 300_000, flush=True); print('end', file=sys.stderr)")
    assert run.text == "a" * 300_000 + "\nend\n"
    assert (run.status, run.dropped) == ("OK", 0)


@pytest.mark.parametrize("place", ["/tmp", "/out", "/submission", "/dev/shm"])
@pytest.mark.attack("disk_fill")
def test_a_full_file_system_is_a_disk_limit(confined: Confined, place: str) -> None:
    code = f"f = open({place!r} + '/x', 'wb')\nwhile True: f.write(bytes(65536))"
    run = confined.run(code)
    assert run.status == "DISK"


def test_a_full_file_system_that_was_emptied_again_is_forgiven(confined: Confined) -> None:
    code = """
import os, time
try:
    open('/tmp/x', 'wb').write(bytes(9 << 20))
except OSError:
    time.sleep(0.2)
    os.remove('/tmp/x')
"""
    assert confined.run(code).status == "OK"


@pytest.mark.attack("disk_fill")
def test_too_many_small_files_are_a_disk_limit(confined: Confined) -> None:
    code = "import itertools\nfor n in itertools.count(): open(f'/tmp/{n}', 'w').close()"
    run = confined.run(code, files=2000)
    assert run.status == "DISK"
    assert run.seconds < 5
