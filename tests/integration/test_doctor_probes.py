"""The probes on the real bubblewrap, and on one whose walls were taken down one by one: each must be seen."""

import json
import os
import subprocess
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from grader.model.errors import SandboxError, SandboxUnavailable
from grader.model.run import MIB, SandboxCommand, SandboxOutcome
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.running.bubblewrap.why_no_bubblewrap import mend_of
from grader.running.probing.endings import probe_death_of_outside
from grader.running.probing.probes import INSIDE, Probed, all_probes, quick_probes, require_walls
from grader.running.staging.workspace import harness_folder
from grader.running.unsafe_sandbox import UnsafeSandbox
from grader.words import say
from tests.integration.confined import INNER_PYTHON, ORDINARY_USER, Confined
from tests.integration.promises import alive

pytestmark = pytest.mark.sandbox

ALL = {*INSIDE, "memory", "kill", "die-with-parent"}

PROBING = """
import json, sys
from pathlib import Path
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.running.probing.probes import all_probes, quick_probes
bwrap, probes = Path(sys.argv[1]), {"all": all_probes, "quick": quick_probes}[sys.argv[2]]
print(json.dumps({probed.id: probed.well for probed in probes(BubblewrapSandbox(bwrap=bwrap))}))
"""

ASKING = """
from pathlib import Path
from grader.model.errors import SandboxUnavailable
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
try:
    BubblewrapSandbox(bwrap=Path({bwrap!r})).probe()
except SandboxUnavailable as error:
    print(error.message.code, error.message.pt)
"""

STAND_IN = """#!/usr/bin/python3 -IS
import os, sys
dropped, added = {dropped!r}, {added!r}
if "--args" in sys.argv:
    at = sys.argv.index("--args") + 1
    told = os.pread(int(sys.argv[at]), 1 << 20, 0).decode().split("\\0")[:-1]
    kept = [*added]
    while told:
        word = told.pop(0)
        if word in dropped:
            del told[:dropped[word]]
        else:
            kept.append(word)
    memory = os.memfd_create("arguments")
    os.write(memory, "".join(word + "\\0" for word in kept).encode())
    os.lseek(memory, 0, os.SEEK_SET)
    os.set_inheritable(memory, True)
    sys.argv[at] = str(memory)
os.execv("/usr/bin/bwrap", ["/usr/bin/bwrap", *sys.argv[1:]])
"""


def stand_in(folder: Path, *, dropped: dict[str, int] | None = None, added: tuple[str, ...] = ()) -> Path:
    """Write a bubblewrap that leaves options out (each with so many values), or is given more."""
    path = folder / "bwrap"
    path.write_text(STAND_IN.format(dropped=dropped or {}, added=added))
    path.chmod(0o755)
    return path


def as_mode(confined: Confined, command: list[str]) -> "subprocess.CompletedProcess[str]":
    """Run a program that imports the grader as the user of ``confined``."""
    user = ["setpriv", "--reuid", str(ORDINARY_USER), "--regid", str(ORDINARY_USER), "--clear-groups"]
    stepped_down = user if confined.mode == "user" and os.geteuid() == 0 else []
    return subprocess.run(
        [*stepped_down, *command],
        env={"PYTHONPATH": str(confined.driver.folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def probed(confined: Confined, bwrap: Path, which: str = "quick") -> dict[str, bool]:
    """Make the probes as the user of ``confined``, and return which went well."""
    done = as_mode(confined, [INNER_PYTHON, "-B", "-c", PROBING, str(bwrap), which])
    answers: dict[str, bool] = json.loads(done.stdout)
    return answers


def failed(answers: dict[str, bool]) -> set[str]:
    return {name for name, well in answers.items() if not well}


def states(outcomes: list[Probed]) -> dict[str, str]:
    return {probed.id: probed.state.en for probed in outcomes}


def test_every_probe_goes_well_on_a_sound_machine(confined: Confined) -> None:
    answers = probed(confined, Path("/usr/bin/bwrap"), "all")
    assert set(answers) == ALL
    assert failed(answers) == set()


def test_a_shared_network_is_seen(confined: Confined) -> None:
    bwrap = stand_in(confined.folder, dropped={"--unshare-net": 0})
    assert failed(probed(confined, bwrap)) == {"loopback"}


def test_a_leaky_bind_is_seen(confined: Confined) -> None:
    bwrap = stand_in(confined.folder, added=("--ro-bind", "/", "/mnt"))
    assert "label-canary" in failed(probed(confined, bwrap))


def test_a_bind_of_another_name_is_seen(confined: Confined) -> None:
    bwrap = stand_in(confined.folder, added=("--dir", "/a", "--dir", "/a/b", "--ro-bind", "/tmp", "/a/b/c"))
    assert failed(probed(confined, bwrap)) == {"label-canary"}


def test_a_missing_filter_is_seen(confined: Confined) -> None:
    bwrap = stand_in(confined.folder, dropped={"--seccomp": 1, "--disable-userns": 0})
    assert failed(probed(confined, bwrap)) == {"vsock", "user-namespaces"}


def test_places_without_a_size_are_seen(confined: Confined) -> None:
    bwrap = stand_in(confined.folder, dropped={"--size": 1})
    assert failed(probed(confined, bwrap)) == {"tmpfs-size"}


def test_a_writable_system_is_seen(confined: Confined) -> None:
    bwrap = stand_in(confined.folder, dropped={"--remount-ro": 1})
    answers = failed(probed(confined, bwrap))
    # Root's sandbox runs another user, who could not write there anyway.
    assert answers == (set() if confined.mode == "root" else {"tmpfs-size"})


@pytest.mark.alone  # a grader that starts beside it ends what a dead one left
def test_a_sandbox_that_outlives_the_grader_is_seen(confined: Confined) -> None:
    bwrap = stand_in(confined.folder, dropped={"--die-with-parent": 0})
    # A living grader ends what is inside itself; a dead one cannot.
    assert failed(probed(confined, bwrap, "all")) == {"die-with-parent"}


@pytest.mark.parametrize(
    ("said", "as_root", "as_user"),
    [
        ("The --size option is not permitted in setuid mode", {"GR633"}, "GR633"),
        # Root has no such limit: it is a container that forbids, or nobody knows.
        ("Creating new namespace failed: max_*_namespaces exceeded (ENOSPC)", {"GR630", "GR604"}, "GR632"),
        ("no luck", {"GR604"}, "GR604"),
    ],
)
def test_what_bubblewrap_says_is_told_by_its_cause_and_in_its_words(
    confined: Confined, said: str, as_root: set[str], as_user: str
) -> None:
    path = confined.folder / "bwrap"
    version = 'if [ "$1" = --version ]; then echo "bubblewrap 0.9.0"; exit; fi'
    path.write_text(f"#!/bin/sh\n{version}\necho 'bwrap: {said}' >&2\nexit 1\n")
    path.chmod(0o755)
    program = ASKING.format(bwrap=str(path))
    done = as_mode(confined, [INNER_PYTHON, "-B", "-c", program])
    code, message = done.stdout.split(" ", 1)
    assert code in (as_root if confined.mode == "root" else {as_user})
    assert said in message


class Talkative(BubblewrapSandbox):
    """Hands the grader's environment on."""

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        return super().run(replace(command, environment=(*command.environment, *os.environ.items())))


class Generous(BubblewrapSandbox):
    """Gives more memory than is asked for."""

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        return super().run(replace(command, limits=replace(command.limits, memory_bytes=1024 * MIB)))


class Breaking(BubblewrapSandbox):
    """Runs a trivial program and nothing else."""

    def probe(self) -> None:
        pass

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        raise SandboxError(say("sandbox-not-started", reason=command.argv[0]))


def test_an_environment_that_is_handed_on_is_seen() -> None:
    bad = {probed.id for probed in quick_probes(Talkative()) if not probed.well}
    assert bad == {"proc-environ"}


def test_a_memory_limit_that_is_not_held_is_seen() -> None:
    bad = {probed.id for probed in quick_probes(Generous()) if not probed.well}
    assert bad == {"memory"}


def test_a_probe_that_does_not_come_to_its_end_is_no_wall() -> None:
    outcomes = list(all_probes(Breaking()))
    assert {probed.id for probed in outcomes if not probed.well} == ALL
    assert INNER_PYTHON in states(outcomes)["vsock"]


def test_a_setting_that_opens_is_seen(tmp_path: Path) -> None:
    setting = tmp_path / "core_pattern"
    setting.write_text("core")
    text = (harness_folder() / "probe_inside.py").read_text(encoding="utf-8")
    text = text.replace("/proc/sys/kernel/core_pattern", str(setting))
    request = {
        "canary": {"path": "/nowhere", "device": 0, "inode": 0},
        "secret": "-",
        "port": 9,
        "socket": "-",
        "quota": 1,
        "places": [],
    }
    done = subprocess.run(
        [INNER_PYTHON, "-I", "-S", "-c", text, json.dumps(request)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(setting) in json.loads(done.stdout)["proc-sys"]["found"]
    assert setting.read_text() == "core"


def test_no_walls_at_all_are_seen_and_nothing_is_left() -> None:
    before = _own_folders()  # other tests of this process keep a sandbox for longer than one test
    outcomes = list(quick_probes(UnsafeSandbox()))
    bad = {probed.id for probed in outcomes if not probed.well}
    assert {"label-canary", "loopback", "tmpfs-size", "kill"} <= bad
    assert all(len(state) < 400 for state in states(outcomes).values())
    assert _own_folders() == before


def _own_folders() -> set[Path]:
    return set(Path("/tmp").glob(f"grader-*-{os.getpid()}-*"))


def test_a_gpu_that_is_not_there_does_not_go_well() -> None:
    outcomes = [probed for probed in quick_probes(BubblewrapSandbox(), gpus=[77]) if probed.id == "cu-init"]
    assert [probed.well for probed in outcomes] == [False]
    assert "77" in outcomes[0].state.pt


def test_a_failed_probe_refuses_and_says_which_and_what_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="grader doctor") as caught:
        require_walls(BubblewrapSandbox(bwrap=stand_in(tmp_path, dropped={"--unshare-net": 0})))
    message = caught.value.message
    assert message.code == "GR640"
    for told in (message.pt, message.en):
        assert "loopback" in told
        assert "127.0.0.1" in told


def test_a_gpu_that_fails_refuses_and_names_the_way_without_it() -> None:
    with pytest.raises(SandboxUnavailable, match="--gpu none") as caught:
        require_walls(BubblewrapSandbox(), gpus=[77])
    assert caught.value.message.code == "GR641"


def test_sound_walls_do_not_refuse() -> None:
    require_walls(BubblewrapSandbox())


def test_the_environment_is_as_it_was_after_the_probes() -> None:
    before = dict(os.environ)
    require_walls(BubblewrapSandbox())
    assert dict(os.environ) == before


def test_a_sandbox_that_ends_before_it_could_be_killed_is_told_at_once() -> None:
    begun = time.monotonic()
    with pytest.raises(SandboxError):
        probe_death_of_outside(BubblewrapSandbox(), "/usr/bin/false")
    assert time.monotonic() - begun < 10
    assert alive("gr-") == []


CAPABILITIES_OF_DOCKER = (
    *("chown", "dac_override", "fsetid", "fowner", "mknod", "net_raw", "setgid", "setuid", "setfcap"),
    *("setpcap", "net_bind_service", "sys_chroot", "kill", "audit_write"),
)


BOUNDED = ("/usr/bin/setpriv", "--inh-caps=-all", "--bounding-set")
NESTED = ("/usr/bin/bwrap", "--unshare-user", "--uid", "1000", "--disable-userns", "--dev-bind", "/", "/")


def bounds(capabilities: tuple[str, ...]) -> str:
    return ",".join(("-all", *(f"+{name}" for name in capabilities)))


def probe_below(launcher: tuple[str, ...], folder: Path) -> "subprocess.CompletedProcess[str]":
    """Try the sandbox below a program that takes powers away."""
    program = "from grader.running.bubblewrap.sandbox import BubblewrapSandbox; BubblewrapSandbox().probe()"
    return subprocess.run(
        [*launcher, INNER_PYTHON, "-B", "-c", program],
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_real_refusal_is_told_by_its_cause(confined: Confined) -> None:
    # Root of a container has fewer powers; an ordinary user, below a sandbox, no namespaces left.
    below = (*BOUNDED, bounds(CAPABILITIES_OF_DOCKER)) if confined.mode == "root" else NESTED
    done = probe_below(below, confined.driver.folder)
    assert done.returncode != 0
    assert "SandboxUnavailable" in done.stderr
    assert "Creating new namespace failed" in done.stderr
    assert "AppArmor" not in done.stderr
    assert ("user.max_user_namespaces" in done.stderr) == (confined.mode == "user")


def test_the_powers_named_for_a_container_are_enough(confined: Confined) -> None:
    words = (mend_of("bubblewrap-blocked-by-container", as_root=True) or "").split()
    added = tuple(after.lower() for word, after in pairwise(words) if word == "--cap-add")
    assert {"sys_admin", "net_admin"} <= set(added)
    # An ordinary user has no powers to lose.
    below = (*BOUNDED, bounds((*CAPABILITIES_OF_DOCKER, *added))) if confined.mode == "root" else ()
    done = probe_below(below, confined.driver.folder)
    assert (done.returncode, done.stderr) == (0, "")
