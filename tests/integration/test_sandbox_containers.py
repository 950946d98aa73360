"""The container sandbox, its engine a stand-in: what does not hold is refused before anything runs."""

import os
from pathlib import Path

import pytest

from grader.model.errors import SandboxError, SandboxUnavailable
from grader.model.run import MIB, Limits, MemoryGuard, RunStatus, SandboxCommand, Wanted
from grader.running.conformance import CASES, check_case
from grader.running.containers.sandbox import DockerSandbox, PodmanSandbox
from grader.running.holding.limits import Guard
from grader.running.holding.watchdog import Watchdog
from tests.integration.confined import INNER_PYTHON
from tests.integration.stand_in_engine import stand_in_engine

pytestmark = pytest.mark.sandbox

BY_NAME = {case.name: case for case in CASES}
ROOT = os.geteuid() == 0


class WatchedPodman(PodmanSandbox):
    """Podman whose memory is watched: the stand-in makes no cgroups."""

    def guard(self, limits: Limits) -> Guard:
        return Watchdog(limits)


def command(into: Path, code: str = "open('/out/ran', 'w')") -> SandboxCommand:
    return SandboxCommand(
        argv=(INNER_PYTHON, "-c", code),
        binds=(),
        environment=(("HOME", "/tmp/home"),),
        limits=Limits(wall_seconds=20, memory_bytes=256 * MIB, disk_bytes=MIB),
        wanted=(Wanted(name="ran", max_bytes=9),),
        into=into,
    )


@pytest.mark.parametrize("name", [
    "probe", "exit-status-and-output", "daemon", "dies-with-the-grader", "nothing-left-open", "wanted-files",
    "refuses-symlink", "binds", "missing-bind", "rows-on-request", "time", "disk-out", "output", "network",
    "read-only-system", "label-canary", "no-secrets", "own-processes", "no-powers", "no-namespaces",
    "cached-pages",
])  # fmt: skip
def test_an_engine_that_does_as_it_is_told_keeps_the_promise(name: str, tmp_path: Path) -> None:
    sandbox = WatchedPodman(program=stand_in_engine(tmp_path))
    assert check_case(BY_NAME[name], sandbox) is None


@pytest.mark.parametrize(("left_out", "gap"), [
    ("--network", "the net namespace is the machine's"),
    ("--ipc", "the ipc namespace is the machine's"),
    ("--uts", "the uts namespace is the machine's"),
    ("--pid", "the pid namespace is the machine's"),
    ("--read-only", "/ can be written"),
    ("--shm-size", "/dev/shm has 65536 bytes instead of 1048576"),
    ("readonly", "/meeting can be written"),
    *([("--user", "the program would be root"), ("--user --cap-drop", "capabilities")] if ROOT else []),
])  # fmt: skip
def test_an_engine_that_leaves_out_one_wall_runs_nothing(left_out: str, gap: str, tmp_path: Path) -> None:
    sandbox = WatchedPodman(program=stand_in_engine(tmp_path, left_out=tuple(left_out.split())))
    with pytest.raises(SandboxError) as caught:
        sandbox.run(command(tmp_path / "into"))
    assert caught.value.message.code == "GR652"
    assert gap in caught.value.message.en
    assert not (tmp_path / "into" / "ran").exists()


def test_an_engine_that_shows_more_than_it_was_asked_for_runs_nothing(tmp_path: Path) -> None:
    sandbox = WatchedPodman(program=stand_in_engine(tmp_path, shown_too=("/var",)))
    with pytest.raises(SandboxError, match="/var is shown inside") as caught:
        sandbox.run(command(tmp_path / "into"))
    assert caught.value.message.code == "GR652"


def test_an_engine_that_does_not_hold_the_memory_runs_nothing(tmp_path: Path) -> None:
    sandbox = PodmanSandbox(program=stand_in_engine(tmp_path))
    with pytest.raises(SandboxError) as caught:
        sandbox.run(command(tmp_path / "into"))
    assert caught.value.message.code == "GR616"
    assert not (tmp_path / "into" / "ran").exists()
    with pytest.raises(SandboxUnavailable) as refused:
        sandbox.probe()
    assert refused.value.message.code == "GR657"
    assert "Delegate" in refused.value.message.pt


def test_what_holds_the_memory_is_told(tmp_path: Path) -> None:
    outcome = WatchedPodman(program=stand_in_engine(tmp_path)).run(command(tmp_path / "into"))
    assert (outcome.status, outcome.collected) == (RunStatus.OK, ("ran",))
    assert outcome.memory_guard is MemoryGuard.WATCHDOG


def test_the_environment_inside_is_the_commands_alone(tmp_path: Path) -> None:
    sandbox = WatchedPodman(program=stand_in_engine(tmp_path))
    code = "import os; print(sorted(os.environ), os.listdir('/meeting'))"
    outcome = sandbox.run(command(tmp_path / "into", code))
    assert outcome.output == b"['GRADER_CONTROL_FD', 'HOME', 'LC_CTYPE'] []\n"


def test_nothing_but_the_control_channel_is_open_inside(tmp_path: Path) -> None:
    code = """
import os
def there(n):
    try:
        return bool(os.fstat(n))
    except OSError:
        return False
print([os.readlink("/proc/self/fd/%d" % n).split(":")[0] for n in (0, 1, 2)])
print([n for n in range(3, 4096) if there(n)] == [int(os.environ["GRADER_CONTROL_FD"])])
import sys
sys.stdout.flush()
open("/dev/stdout", "w").write("by name")
"""
    outcome = WatchedPodman(program=stand_in_engine(tmp_path)).run(command(tmp_path / "into", code))
    assert outcome.output.decode().splitlines() == ["['/dev/null', 'pipe', 'pipe']", "True", "by name"]


def test_an_engine_that_never_comes_is_our_failure_and_leaves_nobody(tmp_path: Path) -> None:
    program = stand_in_engine(tmp_path)
    program.write_text(
        program.read_text().replace("    run(rest)", "    print('no luck'); import time; time.sleep(60)")
    )
    sandbox = WatchedPodman(program=program, ready_seconds=0.5)
    with pytest.raises(SandboxError) as caught:
        sandbox.run(command(tmp_path / "into"))
    assert caught.value.message.code == "GR606"
    assert "podman" in caught.value.message.en


def test_an_engine_that_fails_is_told_in_its_own_words(tmp_path: Path) -> None:
    program = stand_in_engine(tmp_path)
    program.write_text(program.read_text().replace("    run(rest)", "    sys.exit('Error: no luck')"))
    with pytest.raises(SandboxError, match="Error: no luck") as caught:
        WatchedPodman(program=program).run(command(tmp_path / "into"))
    assert caught.value.message.code == "GR613"
    with pytest.raises(SandboxUnavailable, match=r"4\.9\.3 answers.*no luck"):
        WatchedPodman(program=program).probe()


def test_without_the_engine_nothing_runs(tmp_path: Path) -> None:
    for sandbox in (PodmanSandbox(search=str(tmp_path)), DockerSandbox(search=str(tmp_path))):
        with pytest.raises(SandboxUnavailable) as caught:
            sandbox.run(command(tmp_path / "into"))
        assert caught.value.message.code == "GR650"
        assert sandbox.name in caught.value.message.pt


def test_an_old_engine_is_refused(tmp_path: Path) -> None:
    sandbox = PodmanSandbox(program=stand_in_engine(tmp_path, version="3.4.4"))
    with pytest.raises(SandboxUnavailable, match=r"3\.4\.4.*4\.0") as caught:
        sandbox.probe()
    assert caught.value.message.code == "GR655"


def test_a_client_without_an_engine_is_told_apart(tmp_path: Path) -> None:
    program = tmp_path / "docker"
    program.write_text('#!/bin/sh\necho "Cannot connect, asked: $*" >&2\nexit 1\n')
    program.chmod(0o755)
    with pytest.raises(SandboxUnavailable, match="did not answer") as caught:
        DockerSandbox(program=program).probe()
    message = caught.value.message
    assert message.code == "GR651"
    assert "--config /nonexistent --host unix:///" in message.en
    assert "systemctl" in message.pt
