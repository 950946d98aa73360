"""The conformance suite on every sandbox of ours; on one that is none, and on some that break one promise."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from grader.model.errors import SandboxError
from grader.model.message import Text
from grader.model.run import (
    Bind,
    MemoryGuard,
    RunStatus,
    SandboxCommand,
    SandboxOutcome,
)
from grader.plugins.interfaces import Sandbox
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.running.conformance import CASES, check_case, check_sandbox
from grader.running.conformance.testbed import DEFAULTS
from grader.running.holding.limits import GuardMaker
from grader.running.holding.watchdog import Watchdog
from grader.running.unsafe_sandbox import UnsafeSandbox
from tests.integration.confined import Driver

pytestmark = pytest.mark.sandbox

NAMES = [case.name for case in CASES]
BY_NAME = {case.name: case for case in CASES}

AS_USER = """
import json
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.running.conformance import check_sandbox
if __name__ == "__main__":
    print(json.dumps({broken.case: broken.why for broken in check_sandbox(BubblewrapSandbox())}))
"""

HELD_BY_NOTHING = {
    "daemon", "nothing-alive", "dies-with-the-grader", "processes", "disk-tmp", "disk-dev-shm", "files",
    "network", "read-only-system", "label-canary", "own-processes", "no-powers", "no-namespaces",
    "cached-pages",
}  # fmt: skip
"""What the sandbox that is none must be found not to hold, for root."""


@pytest.fixture(scope="session")
def broken_as_user(driver: Driver) -> dict[str, str]:
    """What bubblewrap, started by an ordinary user, was found not to hold."""
    done = subprocess.run(
        [*driver.command_line()[:-1], "-c", AS_USER],
        env={"PYTHONPATH": str(driver.folder)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    told: dict[str, str] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("name", NAMES)
def test_bubblewrap_keeps_every_promise(name: str) -> None:
    assert check_case(BY_NAME[name], BubblewrapSandbox()) is None


def test_bubblewrap_of_an_ordinary_user_keeps_every_promise(broken_as_user: dict[str, str]) -> None:
    assert broken_as_user == {}


@pytest.mark.parametrize("engine", ["podman", "docker", "apptainer"], indirect=True)
@pytest.mark.parametrize("name", NAMES)
def test_an_engine_keeps_every_promise(engine: Sandbox, name: str) -> None:
    assert check_case(BY_NAME[name], engine) is None


def test_the_sandbox_that_is_none_is_found_out() -> None:
    broken = {broken.case for broken in check_sandbox(UnsafeSandbox())}
    held_at_least = {"no-namespaces", "read-only-system"} if os.geteuid() else set()
    assert broken >= HELD_BY_NOTHING - held_at_least


def test_the_names_of_the_promises_are_their_own() -> None:
    assert len(set(NAMES)) == len(NAMES) > 30
    assert all(case.proves for case in CASES)


def test_a_sandbox_that_raises_breaks_its_promise_and_nothing_else() -> None:
    class Dead(BubblewrapSandbox):
        def run(self, command: SandboxCommand) -> SandboxOutcome:
            raise ZeroDivisionError(command.slot)

        def probe(self) -> None:
            raise SandboxError(Text("não", "no luck"))

    broken = check_sandbox(Dead(), cases=[BY_NAME["probe"], BY_NAME["time"], BY_NAME["missing-bind"]])
    assert [b.case for b in broken] == ["probe", "time", "missing-bind"]
    assert "no luck" in broken[0].why
    assert "ZeroDivisionError" in broken[1].why


@dataclass
class Leaky:
    """Bubblewrap with one hole; ``before`` changes what is asked, ``after`` what is answered."""

    before: Callable[[SandboxCommand], SandboxCommand] = lambda command: command
    after: Callable[[SandboxCommand, SandboxOutcome], SandboxOutcome] = lambda _, outcome: outcome
    name: str = "leaky"

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        return self.after(command, BubblewrapSandbox().run(self.before(command)))

    def probe(self) -> None:
        """Claims to work."""


def asked(**changes: Any) -> Callable[[SandboxCommand], SandboxCommand]:
    return lambda command: replace(command, **changes)


def limited(**changes: Any) -> Callable[[SandboxCommand], SandboxCommand]:
    return lambda command: replace(command, limits=replace(command.limits, **changes))


def answered(**changes: Any) -> Callable[[SandboxCommand, SandboxOutcome], SandboxOutcome]:
    return lambda _, outcome: replace(outcome, **changes)


def shows_temporary_files(command: SandboxCommand) -> SandboxCommand:
    return replace(command, binds=(*command.binds, Bind(source=Path(tempfile.gettempdir()), target="/seen")))


def tells_the_environment(command: SandboxCommand) -> SandboxCommand:
    return replace(command, environment=(*command.environment, *os.environ.items()))


def makes_missing_binds(command: SandboxCommand) -> SandboxCommand:
    return replace(command, binds=tuple(bind for bind in command.binds if bind.source.exists()))


def wants_any_size(command: SandboxCommand) -> SandboxCommand:
    return replace(command, wanted=tuple(replace(want, max_bytes=1 << 30) for want in command.wanted))


def follows_links(command: SandboxCommand, outcome: SandboxOutcome) -> SandboxOutcome:
    for refusal in outcome.refused:
        (command.into / refusal.name).write_text("read through the link")
    names = tuple(refusal.name for refusal in outcome.refused)
    return replace(outcome, collected=(*outcome.collected, *names), refused=())


def keeps_the_end_of_the_output(command: SandboxCommand, outcome: SandboxOutcome) -> SandboxOutcome:
    del command
    return replace(outcome, output=outcome.output[::-1])


HOLES: dict[str, tuple[Leaky, str]] = {
    "every exit is told as good": (Leaky(after=answered(status=RunStatus.OK)), "exit-status-and-output"),
    "the signal is forgotten": (Leaky(after=answered(signal=None)), "signals"),
    "nobody says what holds memory": (Leaky(after=answered(memory_guard=MemoryGuard.NONE)), "measured"),
    "processor time is not measured": (Leaky(after=answered(cpu_seconds=0.0)), "measured"),
    "nothing is collected": (Leaky(before=asked(wanted=())), "wanted-files"),
    "links are followed": (Leaky(after=follows_links), "refuses-symlink"),
    "sizes are not looked at": (Leaky(before=wants_any_size), "refuses-too-large"),
    "binds are left out": (Leaky(before=asked(binds=())), "binds"),
    "a missing bind is passed over": (Leaky(before=makes_missing_binds), "missing-bind"),
    "rows are kept": (Leaky(before=asked(rows_on_request=None)), "rows-on-request"),
    "time is doubled": (Leaky(before=limited(wall_seconds=3.0)), "time"),
    "processor time is not held": (Leaky(before=limited(cpu_seconds=None)), "processor-time"),
    "memory is not held": (Leaky(before=limited(memory_bytes=8 << 30)), "memory"),
    "processes are not held": (Leaky(before=limited(processes=400)), "processes"),
    "the disk is larger": (Leaky(before=limited(disk_bytes=64 << 20)), "disk-out"),
    "files are not counted": (Leaky(before=limited(files=10_000)), "files"),
    "output is not held": (Leaky(before=limited(output_killed_bytes=1 << 40)), "output"),
    "the end of the output is kept": (Leaky(after=keeps_the_end_of_the_output), "output"),
    "what is dropped is not counted": (Leaky(after=answered(output_dropped=0)), "output-counted"),
    "files of the machine are shown": (Leaky(before=shows_temporary_files), "label-canary"),
    "the environment of the grader is told": (Leaky(before=tells_the_environment), "no-secrets"),
}  # fmt: skip


@pytest.mark.parametrize("hole", HOLES)
def test_a_sandbox_with_one_hole_is_found_out(hole: str) -> None:
    sandbox, name = HOLES[hole]
    broken = check_case(BY_NAME[name], sandbox)
    assert broken is not None, "the suite let it pass"
    assert broken.case == name


WEAKER = """#!/usr/bin/python3 -IS
import os, sys
words = sys.argv[1:]
if words[0] == "--args":
    told = open(int(words[1]), "rb", closefd=False).read().decode().split(chr(0))[:-1]
    told = [part for part in ({stands_for!r} if part == {word!r} else part for part in told) if part]
    file = os.memfd_create("arguments", 0)
    os.write(file, "".join(part + chr(0) for part in told).encode())
    os.lseek(file, 0, os.SEEK_SET)
    words[1] = str(file)
os.execv("/usr/bin/bwrap", ["bwrap", *words])
"""


@pytest.mark.parametrize(("word", "stands_for", "name"), [
    ("--unshare-net", "", "network"),
    ("--unshare-pid", "", "own-processes"),
    ("--die-with-parent", "", "dies-with-the-grader"),
    (str(DEFAULTS.disk_bytes), str(64 << 20), "read-only-system"),
    ("--ro-bind", "--bind", "binds"),
])  # fmt: skip
def test_a_bubblewrap_that_is_told_something_else_is_found_out(
    word: str, stands_for: str, name: str, tmp_path: Path
) -> None:
    program = tmp_path / "bwrap"
    program.write_text(WEAKER.format(word=word, stands_for=stands_for))
    program.chmod(0o755)
    sandbox = BubblewrapSandbox(bwrap=program)
    # With a cgroup, another grader on this machine would end what this one leaves: it sweeps.
    sandbox._maker = GuardMaker(MemoryGuard.WATCHDOG, Watchdog)  # noqa: SLF001 - no way to choose it from outside
    broken = check_case(BY_NAME[name], sandbox)
    assert broken is not None, "the suite let it pass"
    assert "the sandbox failed" not in broken.why
