"""What only a warm start could leave open: its mother, what she has loaded, and the run before."""

import os
import secrets
import time
from dataclasses import replace
from pathlib import Path

import pytest

from grader.model.run import MIB, Bind, Cold, Limits, SandboxCommand, SandboxOutcome, WarmStart
from grader.running.inside import INTERPRETERS
from grader.running.warm.always_warm import AlwaysWarm
from grader.running.warm.sandbox import WarmSandbox

pytestmark = pytest.mark.sandbox

LIMITS = Limits(wall_seconds=20, memory_bytes=256 * MIB, disk_bytes=8 * MIB, processes=64)
WARM = WarmStart(modules=("statistics",), standing=())

SCAN = """
import os, re
word = bytes.fromhex({word!r})[::-1]
own = open("/proc/self/cmdline", "rb").read()
found = []
with open("/proc/self/mem", "rb", 0) as memory:
    for line in open("/proc/self/maps"):
        place, mode = line.split()[:2]
        if not mode.startswith("rw") or "[v" in line:
            continue
        begin, end = (int(part, 16) for part in place.split("-"))
        try:
            memory.seek(begin)
            content = memory.read(end - begin)
        except OSError:
            continue
        found += [place for _ in re.finditer(re.escape(word), content)]
# Once it is what is looked for.
print("seen" if len(found) > {most} else "nothing")
"""

MOTHER = """
import os, signal
numbers = sorted(int(n) for n in os.listdir("/proc") if n.isdigit())
print(numbers, os.getppid())
for number in (1, os.getppid(), -1):
    for sign in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
        if number == -1 and sign != signal.SIGTERM:
            continue
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            os.kill(number, sign)
        except OSError:
            pass
try:
    open("/proc/1/mem", "rb")
    print("the memory of pid 1")
except OSError:
    pass
print("alive")
"""

LOOK_AROUND = """
import os
files = []
for number in range(3, 4096):
    try:
        files.append(os.readlink("/proc/self/fd/%d" % number).partition(":")[0])
    except OSError:
        pass
print(files)
print(sorted(name for place in ("/", "/tmp", "/out", "/submission", "/dev/shm") for name in os.listdir(place)
             if name in ("runs", "mark")))
print([line.split()[4] for line in open("/proc/self/mountinfo") if "/runs" in line or "room" in line])
print(os.path.exists("/proc/1/root/runs"), len(os.listdir("/dev/pts")))
"""

LEAVE = """
import os, time
for place in ("/tmp", "/out", "/submission", "/dev/shm"):
    open(place + "/mark", "w").close()
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
"""


@pytest.fixture(scope="module")
def warm() -> "AlwaysWarm":  # type: ignore[misc]
    sandbox = AlwaysWarm()
    yield sandbox
    sandbox.close()


def command(code: str, into: Path, *, warm: WarmStart = WARM, binds: tuple[Bind, ...] = ()) -> SandboxCommand:
    python = next(path for path in INTERPRETERS if Path(path).exists())
    return SandboxCommand(
        argv=(python, "-c", code),
        binds=binds,
        environment=(("HOME", "/tmp/home"), ("PATH", "/usr/bin:/bin")),
        limits=LIMITS,
        wanted=(),
        into=into,
        warm=warm,
    )


def told(outcome: SandboxOutcome) -> list[str]:
    return outcome.output.decode(errors="replace").splitlines()


@pytest.mark.attack("warm_memory")
def test_nothing_of_the_run_before_is_in_the_memory_that_is_inherited(
    warm: AlwaysWarm, tmp_path: Path
) -> None:
    word = secrets.token_hex(16).encode()
    tmp_path.chmod(0o755)
    shown = tmp_path / "shown"
    shown.write_bytes(word)
    shown.chmod(0o644)
    before = f"word = open('/shown').read() * 3; x = '{word.decode()}'; print(len(word))"
    assert told(warm.run(command(before, tmp_path, binds=(Bind(source=shown, target="/shown"),)))) == ["96"]
    seen = warm.run(command(SCAN.format(word=word[::-1].hex(), most=8), tmp_path))
    assert told(seen) == ["nothing"]


@pytest.mark.attack("warm_memory")
def test_the_scan_of_memory_finds_what_is_there(warm: AlwaysWarm, tmp_path: Path) -> None:
    word = secrets.token_hex(16).encode()
    held = f"kept = [bytes.fromhex('{word.hex()}') + bytes([n]) for n in range(20)]\n"
    seen = warm.run(command(held + SCAN.format(word=word[::-1].hex(), most=8), tmp_path))
    assert told(seen) == ["seen"]


@pytest.mark.attack("warm_mother")
def test_the_mother_is_neither_seen_nor_signalled(warm: AlwaysWarm, tmp_path: Path) -> None:
    first = warm.run(command(MOTHER, tmp_path))
    assert told(first) == ["[1, 2] 1", "alive"]
    assert warm.run(command("print('next')", tmp_path)).warm


@pytest.mark.attack("warm_mounts")
def test_nothing_of_the_mothers_is_open_or_mounted(warm: AlwaysWarm, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    shown = tmp_path / "data"
    shown.mkdir(mode=0o755)
    seen = warm.run(command(LOOK_AROUND, tmp_path, binds=(Bind(source=shown, target="/data"),)))
    lines = told(seen)
    assert lines[:2] == ["['socket']", "[]"], "the control channel alone"
    assert lines[3] == "False 1"


@pytest.mark.attack("warm_leavings")
def test_what_one_run_leaves_is_not_there_for_the_next(warm: AlwaysWarm, tmp_path: Path) -> None:
    warm.run(command(LEAVE, tmp_path))
    assert told(warm.run(command(LOOK_AROUND, tmp_path)))[1] == "[]"
    assert told(warm.run(command(MOTHER, tmp_path)))[0] == "[1, 2] 1"


@pytest.mark.attack("warm_leavings")
def test_what_a_run_changes_in_a_library_is_its_own(warm: AlwaysWarm, tmp_path: Path) -> None:
    change = (
        "import statistics, os; statistics.mean = lambda _: 1; os.getcwd = None; print(statistics.mean([3]))"
    )
    assert told(warm.run(command(change, tmp_path))) == ["1"]
    assert told(
        warm.run(command("import statistics, os; print(statistics.mean([3]), os.getcwd())", tmp_path))
    ) == ["3 /submission"]


def test_no_two_runs_draw_the_same_numbers(warm: AlwaysWarm, tmp_path: Path) -> None:
    draw = "import random, os, tempfile, uuid\n"
    draw += "print(random.random(), os.urandom(4), tempfile.mktemp(), uuid.uuid4())"
    first, second = (told(warm.run(command(draw, tmp_path)))[0].split() for _ in range(2))
    assert not set(first) & set(second)


def test_a_mother_that_is_killed_is_replaced(tmp_path: Path) -> None:
    sandbox = AlwaysWarm()
    try:
        sandbox.run(command("pass", tmp_path))
        mother = sandbox._mothers[0]  # noqa: SLF001 - it is hers that is killed
        os.kill(mother.process.pid, 9)
        mother.process.wait()
        assert told(sandbox.run(command("print('again')", tmp_path))) == ["again"]
    finally:
        sandbox.close()


@pytest.mark.parametrize("most", [1, 2])
def test_a_mother_is_retired_after_so_many_runs(most: int, tmp_path: Path) -> None:
    sandbox = WarmSandbox(most_runs=most)
    try:
        mothers = set()
        for _ in range(2 * most):
            assert sandbox.run(command("pass", tmp_path)).warm
            mothers |= {mother.process.pid for mother in sandbox._mothers}  # noqa: SLF001
        assert len(sandbox._mothers) == 0  # noqa: SLF001
        assert len(mothers) == (2 if most > 1 else 0)
    finally:
        sandbox.close()


def test_a_mother_with_a_second_thread_bears_nobody(tmp_path: Path) -> None:
    name = f"thread_at_import_{os.getpid()}"
    folder = tmp_path / "modules"
    folder.mkdir(mode=0o755)
    (folder / f"{name}.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    (folder / f"{name}.py").chmod(0o644)
    tmp_path.chmod(0o755)
    stands = Bind(source=folder, target="/modules")
    sandbox = WarmSandbox()
    asked = command(
        "print('cold')", tmp_path, binds=(stands,), warm=WarmStart(modules=(name,), standing=(stands,))
    )
    asked = replace(asked, environment=(*asked.environment, ("PYTHONPATH", "/modules")))
    try:
        outcome = sandbox.run(asked)
        assert (told(outcome), outcome.warm, outcome.cold) == (["cold"], False, Cold.DOUBT)
    finally:
        sandbox.close()


@pytest.mark.parametrize("unless", [Cold.ENVIRONMENT, None])
def test_what_must_be_cold_is_cold_and_says_why(unless: Cold | None, tmp_path: Path) -> None:
    sandbox = WarmSandbox()
    names = frozenset() if unless else frozenset({"statistics"})
    try:
        outcome = sandbox.run(command("pass", tmp_path, warm=replace(WARM, unless=unless, names=names)))
        assert (outcome.warm, outcome.cold) == (False, unless or Cold.MODULE)
    finally:
        sandbox.close()


def test_a_closed_sandbox_leaves_neither_process_nor_file(tmp_path: Path) -> None:
    sandbox = AlwaysWarm()
    sandbox.run(command("pass", tmp_path))
    (mother,) = sandbox._mothers  # noqa: SLF001
    room = mother._room  # noqa: SLF001
    assert room.is_dir()
    sandbox.close()
    end = time.monotonic() + 5
    while Path(f"/proc/{mother.process.pid}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{mother.process.pid}").exists()
    assert not room.parent.exists()
