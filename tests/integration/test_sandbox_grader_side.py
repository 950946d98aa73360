"""The grader's side: killed in mid-run, several sandboxes at once, a machine that cannot confine."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

import pytest

from grader.model.errors import SandboxError, SandboxUnavailable
from grader.model.run import Limits, MemoryGuard, RunStatus, SandboxCommand
from grader.running.bubblewrap.process import sweep_orphans
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.running.holding.cgroups import UnifiedGroup, sweep
from grader.running.inside import STAGE0
from tests.integration.confined import MIB, Confined, Driver
from tests.integration.promises import alive, groups

pytestmark = pytest.mark.sandbox


def command(into: Path, code: str = "pass") -> SandboxCommand:
    """Return a small command."""
    return SandboxCommand(
        argv=("/usr/bin/python3", "-c", code),
        binds=(),
        environment=(),
        limits=Limits(wall_seconds=10, memory_bytes=256 * MIB, disk_bytes=MIB),
        wanted=(),
        into=into,
    )


def fake_bwrap(folder: Path, *, version: str = "0.8.0", then: str = "exit 1") -> Path:
    """Write a program that answers as a broken installation of bubblewrap does."""
    path = folder / "bwrap"
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "bubblewrap {version}"; exit; fi\n{then}\n'
    )
    path.chmod(0o755)
    return path


def descriptors() -> set[str]:
    """Return the numbers of this process's open files."""
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def own_children() -> set[str]:
    """Return the numbers of this process's children, dead ones included."""
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Return whether ``condition()`` came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def own_driver(driver: Driver, confined: Confined) -> Iterator[Driver]:
    """A grader of its own in the confined mode, to be killed."""
    mine = Driver(driver.folder, as_root=confined.mode == "root")
    mine.process = mine.start()
    yield mine
    mine.process.kill()
    mine.stop()


@pytest.mark.attack("grader_killed")
def test_a_killed_grader_leaves_nothing_alive(confined: Confined, own_driver: Driver) -> None:
    marker = f"orphan-{confined.mode}-{os.getpid()}"
    code = f"import os, time  # {marker}\nos.fork()\nif os.fork() == 0: os.setsid()\ntime.sleep(60)"
    process = own_driver.process
    assert process is not None
    assert process.stdin is not None
    process.stdin.write(json.dumps(confined.request(code, wall_seconds=60)) + "\n")
    process.stdin.flush()
    # bubblewrap outside (two as an ordinary user: itself and pid 1), and four of the program's.
    assert wait_for(lambda: len(alive(marker)) >= 5)
    process.send_signal(signal.SIGKILL)
    assert wait_for(lambda: not alive(marker), 3)


@pytest.mark.attack("grader_killed")
def test_ctrl_c_ends_the_sandbox_with_the_grader(confined: Confined, own_driver: Driver) -> None:
    marker = f"interrupted-{confined.mode}-{os.getpid()}"
    process = own_driver.process
    assert process is not None
    assert process.stdin is not None
    request = confined.request(f"import time  # {marker}\ntime.sleep(60)", wall_seconds=60)
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    assert wait_for(lambda: len(alive(marker)) >= 2)
    process.send_signal(signal.SIGINT)
    process.wait(10)
    assert wait_for(lambda: not alive(marker), 3)


def test_a_run_may_come_from_a_thread_that_ends(tmp_path: Path) -> None:
    outcomes = []
    sandbox = BubblewrapSandbox()
    threads = [
        threading.Thread(
            target=lambda n=n: outcomes.append(
                sandbox.run(command(tmp_path / str(n), "import time; time.sleep(0.2); print('ok')"))
            )
        )
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome.output for outcome in outcomes] == [b"ok\n"] * 3


def test_two_graders_of_root_never_lend_the_same_user(driver: Driver, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        return  # an ordinary user has user namespaces instead
    mine = Confined("root", tmp_path, driver, BubblewrapSandbox())
    other = Driver(driver.folder, as_root=True)
    code = "import os, time as t; a = t.monotonic(); t.sleep(0.5); print(os.getuid(), a, t.monotonic())"
    for _ in range(10):  # on a busy machine one may have ended before the other begins
        told: list[str] = []
        thread = threading.Thread(
            target=lambda told=told: told.append(other.answer(mine.request(code))["text"])
        )
        thread.start()
        told.append(mine.run(code).text)
        thread.join()
        users, begins, ends = zip(*(one.split() for one in told), strict=True)
        if max(map(float, begins)) < min(map(float, ends)):
            break
    other.stop()
    assert max(map(float, begins)) < min(map(float, ends)), "they never ran at the same time"
    assert len(set(users)) == 2


def test_a_run_leaves_no_open_file_no_child_and_no_cgroup(tmp_path: Path) -> None:
    sandbox = BubblewrapSandbox()
    sandbox.run(command(tmp_path / "0"))
    # Other tests of this process may keep a sandbox for longer than one test.
    before, children, kept = descriptors(), own_children(), groups(f"grader-*-{os.getpid()}-*")
    for n in range(3):
        sandbox.run(command(tmp_path / str(n)))
    assert descriptors() == before
    assert own_children() == children
    assert groups(f"grader-*-{os.getpid()}-*") == kept


@pytest.mark.attack("grader_killed")
def test_cgroups_of_a_killed_grader_are_swept(tmp_path: Path) -> None:
    space = Path("/proc/self/ns/pid").stat().st_ino
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()
    stale = tmp_path / f"grader-{space}-{gone.pid}-12345-00ff"
    started = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    living = tmp_path / f"grader-{space}-{os.getpid()}-{started}-00ff"
    elsewhere = tmp_path / f"grader-{space + 1}-{gone.pid}-12345-00ff"
    foreign = tmp_path / "grader-of-somebody"
    for folder in (stale, living, elsewhere, foreign):
        folder.mkdir()
    sweep(tmp_path)
    assert not stale.exists()
    assert living.exists()
    assert elsewhere.exists()
    assert foreign.exists()


@pytest.mark.attack("grader_killed")
def test_an_orphan_of_a_start_that_was_cut_off_is_swept(tmp_path: Path) -> None:
    marker = f"cut-off-{os.getpid()}"
    arguments = ["--unshare-user", "--unshare-pid", "--die-with-parent", "--ro-bind", "/", "/"]
    told, (read, write) = os.memfd_create("arguments"), os.pipe()
    os.close(read)  # so bubblewrap dies telling its child's number, before it lets the child go on
    os.write(told, "\0".join([*arguments, "--info-fd", str(write), ""]).encode())
    os.lseek(told, 0, os.SEEK_SET)
    line = ["/usr/bin/bwrap", "--args", str(told), "/usr/bin/python3", STAGE0, marker]
    subprocess.run(line, pass_fds=(told, write), check=False)
    os.close(told)
    os.close(write)
    assert len(alive(marker)) == 1
    BubblewrapSandbox().probe()
    assert wait_for(lambda: not alive(marker), 3)


def test_a_sweep_spares_the_living(tmp_path: Path) -> None:
    outcomes = []
    sandbox = BubblewrapSandbox()
    long = command(tmp_path / "0", "import time; print('up', flush=True); time.sleep(0.5)")
    thread = threading.Thread(target=lambda: outcomes.append(sandbox.run(long)))
    thread.start()
    while thread.is_alive():
        sweep_orphans()
    thread.join()
    assert outcomes[0].status is RunStatus.OK


def test_a_probe_passes_where_programs_run_confined(confined: Confined) -> None:
    if confined.mode == "root":
        BubblewrapSandbox().probe()
    else:
        assert confined.run("print('confined')").text == "confined\n"


def test_the_machine_says_which_guard_holds_memory() -> None:
    assert BubblewrapSandbox().memory_guard in set(MemoryGuard) - {MemoryGuard.NONE}


@pytest.mark.attack("no_bwrap")
def test_without_bubblewrap_nothing_runs(tmp_path: Path) -> None:
    sandbox = BubblewrapSandbox(search=str(tmp_path))
    for attempt in (sandbox.probe, lambda: sandbox.run(command(tmp_path))):
        with pytest.raises(SandboxUnavailable) as caught:
            attempt()
        assert caught.value.message.code == "GR601"
        for word in ("bubblewrap", "0.8.0", "grader doctor"):
            assert word in caught.value.message.pt
            assert word in caught.value.message.en


@pytest.mark.attack("no_bwrap")
def test_an_old_bubblewrap_is_refused(tmp_path: Path) -> None:
    sandbox = BubblewrapSandbox(bwrap=fake_bwrap(tmp_path, version="0.7.0"))
    with pytest.raises(SandboxUnavailable, match=r"0\.7\.0.*0\.8\.0.*grader doctor"):
        sandbox.probe()


def test_any_other_refusal_is_told_in_bubblewraps_words(tmp_path: Path) -> None:
    sandbox = BubblewrapSandbox(bwrap=fake_bwrap(tmp_path, then="echo 'bwrap: no luck'; exit 1"))
    with pytest.raises(SandboxUnavailable, match="no luck") as caught:
        sandbox.probe()
    assert caught.value.message.code == "GR604"


def test_no_ready_in_time_is_our_failure_and_leaves_nobody(tmp_path: Path) -> None:
    marker = f"2{os.getpid()}.25"
    stuck = fake_bwrap(tmp_path, then=f"exec sleep {marker}")
    sandbox = BubblewrapSandbox(bwrap=stuck, ready_seconds=0.3)
    with pytest.raises(SandboxError) as caught:
        sandbox.run(command(tmp_path))
    assert caught.value.message.code == "GR606"
    assert not alive(f"sleep\0{marker}")


def test_a_start_that_fails_half_way_leaves_nobody(tmp_path: Path) -> None:
    marker = f"half-way-{os.getpid()}"
    for seconds in (0, 0.002, 0.005, 0.01, 0.02):
        with suppress(SandboxError):  # the longer times may be enough
            BubblewrapSandbox(ready_seconds=seconds).run(command(tmp_path, f"{marker!r}"))
        assert not alive(marker)


def test_nothing_of_the_program_runs_before_the_grader_says_go(tmp_path: Path) -> None:
    # What was printed before R is not the program's; what it prints first is not lost.
    outcome = BubblewrapSandbox().run(command(tmp_path, "print('first')"))
    assert outcome.output == b"first\n"
    assert outcome.seconds < 5


def test_a_v2_group_is_made_and_removed_as_the_kernel_wants(tmp_path: Path) -> None:
    # No machine of ours has a writable v2 subtree with memory: plain files stand for the kernel's.
    group = UnifiedGroup(Limits(wall_seconds=1, memory_bytes=123 * MIB), 2, tmp_path)
    made = next(tmp_path.iterdir())
    assert (made / "memory.max").read_text() == str(123 * MIB)
    assert (made / "pids.max").read_text() == "512"
    (made / "memory.stat").write_text("anon 1000\nfile 77\nshmem 24\n")
    (made / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    (made / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1\n")
    (made / "pids.events").write_text("max 4\n")
    group.look()
    assert group.usage.peak_bytes == 1024
    assert group.usage.memory_crossed
    assert group.usage.cpu_seconds == 1.5
    assert group.usage.process_refusals == 4


def test_a_sandbox_travels_to_worker_processes(tmp_path: Path) -> None:
    sandbox = BubblewrapSandbox()
    assert sandbox.memory_guard is not MemoryGuard.NONE
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        jobs = [workers.submit(sandbox.run, command(tmp_path / str(n), "print('ok')")) for n in range(3)]
        assert [job.result().output for job in jobs] == [b"ok\n"] * 3
