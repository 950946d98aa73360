"""Tries out, on this machine and now, what a sandbox promises: each promise is attacked once.

``grader doctor`` shows every probe; ``grade``, ``check`` and ``calibrate`` make the quick ones before
anything is run, and refuse when one fails. What can be judged from outside is: listeners count who came,
processes are counted by the machine, how a program ended is measured.
"""

import json
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.model.errors import SandboxError, SandboxUnavailable
from grader.model.message import Message, Text
from grader.model.run import MIB, Limits, RunStatus, SandboxCommand, SandboxOutcome
from grader.plugins.interfaces import Sandbox
from grader.running.probing.endings import probe_death_of_grader, probe_death_of_outside
from grader.running.staging.workspace import harness_folder, neutral_folder
from grader.words.catalogue import say

INSIDE = ("label-canary", "proc-environ", "proc-sys", "user-namespaces", "vsock", "loopback", "tmpfs-size")
"""What one program tries in one sandbox."""

_PLACES = ("/out", "/tmp", "/submission", "/dev/shm")  # noqa: S108 - inside the sandbox
_MUST_HOLD = ("/out", "/tmp", "/submission")  # noqa: S108
_QUOTA = 1 * MIB
_WALL_SECONDS = 20.0
_MEMORY = 64 * MIB
_TOO_MUCH = 192 * MIB
_GPU_MEMORY = 4096 * MIB
_GPU_SECONDS = 60.0
_PYTHONS = ("/usr/bin/python3", "/usr/local/bin/python3")
_SECRET = "GRADER_PROBE_SECRET"  # noqa: S105 - the name of a variable
_LOOKED_AT_LEAST = 10
_SHOWN = 3

# It stays for a while: on a busy machine a watchdog needs its time.
_ALLOCATE = "import sys, time; held = bytearray(b'1') * int(sys.argv[1]); time.sleep(5)"
_CU_INIT = "import ctypes; print(ctypes.CDLL('libcuda.so.1').cuInit(0))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What came of one probe. ``id`` is published: it stands in the output of ``grader doctor``."""

    id: str
    well: bool
    state: Message


def quick_probes(sandbox: Sandbox, gpus: Sequence[int] = ()) -> Iterator[Probed]:
    """Make the probes that every grading begins with; ``gpus`` are those that will be lent.

    Raises:
        SandboxUnavailable: nothing can be confined here at all.
    """
    # What a sandbox finds out once, such as who holds its limits, it finds out before the threads do.
    sandbox.probe()
    attempts: list[Callable[[], Sequence[Probed]]] = [
        lambda: tuple(_probe_walls(sandbox)),
        lambda: (_probe_memory(sandbox),),
        lambda: (_probed("kill", lambda: probe_death_of_outside(sandbox, python())),),
    ]
    # Side by side they take half the time; each waits in the thread that started its sandbox.
    with ThreadPoolExecutor(len(attempts)) as threads:
        for probed in threads.map(lambda attempt: attempt(), attempts):
            yield from probed
    for number in gpus:
        yield _probe_gpu(sandbox, number)


def all_probes(sandbox: Sandbox, gpus: Sequence[int] = ()) -> Iterator[Probed]:
    """Make every probe; the one with a grader of its own, which is killed, takes as long as all others.

    Raises:
        SandboxUnavailable: nothing can be confined here at all.
    """
    yield from quick_probes(sandbox, gpus)
    yield _probed("die-with-parent", lambda: probe_death_of_grader(sandbox, python()))


def require_walls(sandbox: Sandbox, gpus: Sequence[int] = ()) -> None:
    """Return when every quick probe went well.

    Raises:
        SandboxUnavailable: one did not; the message names it and says what it means.
    """
    _require(sandbox, quick_probes(sandbox, gpus))


def require_every_wall(sandbox: Sandbox, gpus: Sequence[int] = ()) -> None:
    """Return when every probe went well, the one that kills a grader too.

    Raises:
        SandboxUnavailable: one did not; the message names it and says what it means.
    """
    _require(sandbox, all_probes(sandbox, gpus))


def _require(sandbox: Sandbox, made: Iterator[Probed]) -> None:
    failed = [probed for probed in made if not probed.well]
    if failed:
        named = ", ".join(dict.fromkeys(probed.id for probed in failed))
        key = (
            "sandbox-gpu-not-working"
            if {probed.id for probed in failed} == {"cu-init"}
            else "sandbox-probes-failed"
        )
        raise SandboxUnavailable(say(key, name=sandbox.name, state=failed[0].state, failed=named))


def python() -> str:
    """Return the interpreter of the system, which every sandbox shows.

    Raises:
        SandboxUnavailable: there is none.
    """
    found = next((path for path in _PYTHONS if Path(path).exists()), None)
    if found is None:
        raise SandboxUnavailable(say("sandbox-program-missing", program="python3", package="python3"))
    return found


def _probe_walls(sandbox: Sandbox) -> Iterator[Probed]:
    with ExitStack() as held:
        folder = held.enter_context(neutral_folder())
        secret = held.enter_context(_secret_in_environment())
        listeners = held.enter_context(_listeners())
        # As a course is: readable for everybody on this machine.
        folder.chmod(0o755)
        canary = folder / f"labels-{secrets.token_hex(8)}.npy"
        canary.write_text(secrets.token_hex(16))
        canary.chmod(0o644)
        seen = canary.stat()
        request = {
            "canary": {"path": str(canary), "device": seen.st_dev, "inode": seen.st_ino},
            "secret": secret[::-1],
            "port": listeners.port,
            "socket": listeners.name,
            "quota": _QUOTA,
            "places": _PLACES,
        }
        text = (harness_folder() / "probe_inside.py").read_text(encoding="utf-8")
        into = folder / "into"
        into.mkdir()
        try:
            outcome = sandbox.run(_command(text, json.dumps(request), into=into))
        except SandboxUnavailable:
            raise
        except SandboxError as error:
            yield from (_untold(name, error.message) for name in INSIDE)
            return
        came = listeners.came()
    answers = _answers(outcome)
    for name in INSIDE:
        yield _judge(name, answers.get(name), came=came, outcome=outcome)


def _judge(name: str, answer: Any, *, came: list[str], outcome: SandboxOutcome) -> Probed:
    """Return what an answer means; no answer is no wall."""
    if not isinstance(answer, dict) or not isinstance(answer.get("found"), list):
        told = answer.get("problem") if isinstance(answer, dict) else None
        said = told or outcome.output.decode(errors="replace").strip()[-300:] or outcome.status.value
        return _untold(name, Text(str(said), str(said)))
    places = [str(place) for place in answer["found"]]
    looked_at = answer.get("looked_at", 0)
    if name == "loopback":
        places = sorted({*places, *came})
    elif name == "tmpfs-size":
        places += [str(place) for place in answer.get("too_much", [])]
    if places:
        return Probed(id=name, well=False, state=say(f"probe.{name}.bad", found=_shown(places)))
    if set(_MUST_HOLD) & set(answer.get("nothing", [])):
        return _untold(name, say("probe.no_room"))
    if name == "label-canary" and looked_at < _LOOKED_AT_LEAST:
        return _untold(name, say("probe.not_looked"))
    return Probed(id=name, well=True, state=say(f"probe.{name}.well", looked_at=looked_at))


def _shown(found: list[str]) -> str:
    """Return the first few of ``found``; a sandbox without walls finds hundreds."""
    more = f" (+{len(found) - _SHOWN})" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more


def _probe_memory(sandbox: Sandbox) -> Probed:
    def attempt() -> Probed:
        with neutral_folder() as folder:
            outcome = sandbox.run(_command(_ALLOCATE, str(_TOO_MUCH), into=folder))
        guard = say(f"probe.guard.{outcome.memory_guard.value}")
        well = outcome.status is RunStatus.MEMORY
        fields = {"guard": guard, "asked": _TOO_MUCH // MIB, "limit": _MEMORY // MIB}
        state = say("probe.memory.well" if well else "probe.memory.bad", **fields)
        return Probed(id="memory", well=well, state=state)

    return _attempted("memory", attempt)


def _probe_gpu(sandbox: Sandbox, number: int) -> Probed:
    def attempt() -> Probed:
        limits = Limits(wall_seconds=_GPU_SECONDS, memory_bytes=_GPU_MEMORY, disk_bytes=_QUOTA)
        with neutral_folder() as folder:
            outcome = sandbox.run(_command(_CU_INIT, into=folder, limits=limits, gpu=number))
        said = outcome.output.decode(errors="replace").strip()[-200:] or outcome.status.value
        well = outcome.status is RunStatus.OK and said == "0"
        state = say("probe.cu-init.well" if well else "probe.cu-init.bad", number=number, said=said)
        return Probed(id="cu-init", well=well, state=state)

    return _attempted("cu-init", attempt)


def _probed(name: str, left_alive: Callable[[], int]) -> Probed:
    """Return the probe of an ending, after which ``left_alive`` counts the processes that should be dead."""

    def attempt() -> Probed:
        count = left_alive()
        state = say(f"probe.{name}.bad" if count else f"probe.{name}.well", count=count)
        return Probed(id=name, well=not count, state=state)

    return _attempted(name, attempt)


def _attempted(name: str, attempt: Callable[[], Probed]) -> Probed:
    try:
        return attempt()
    except SandboxUnavailable:
        raise
    except SandboxError as error:
        return _untold(name, error.message)


def _untold(name: str, reason: Message) -> Probed:
    return Probed(id=name, well=False, state=say("probe.untold", reason=reason))


def _command(
    program: str, *arguments: str, into: Path, limits: Limits | None = None, gpu: int | None = None
) -> SandboxCommand:
    return SandboxCommand(
        argv=(python(), "-I", "-S", "-c", program, *arguments),
        binds=(),
        environment=(("PATH", "/usr/bin:/bin"),),
        limits=limits or Limits(wall_seconds=_WALL_SECONDS, memory_bytes=_MEMORY, disk_bytes=_QUOTA),
        wanted=(),
        into=into,
        gpu=gpu,
    )


def _answers(outcome: SandboxOutcome) -> dict[str, Any]:
    if outcome.status is RunStatus.OK:
        with suppress(ValueError, IndexError):
            told = json.loads(outcome.output.splitlines()[-1])
            return told if isinstance(told, dict) else {}
    return {}


@contextmanager
def _secret_in_environment() -> Iterator[str]:
    """Give a secret that stands in the environment of this process meanwhile, as a teacher's tokens do."""
    secret = secrets.token_hex(16)
    os.environ[_SECRET] = secret
    try:
        yield secret
    finally:
        del os.environ[_SECRET]


@dataclass(frozen=True, slots=True)
class _Listeners:
    """Where this machine listens, and who came."""

    tcp: socket.socket
    abstract: socket.socket
    name: str

    @property
    def port(self) -> int:
        number: int = self.tcp.getsockname()[1]
        return number

    def came(self) -> list[str]:
        """Return by which ways somebody connected."""
        ways = ((self.tcp, f"127.0.0.1:{self.port}"), (self.abstract, f"@{self.name}"))
        return [told for listener, told in ways if _accepted(listener)]


@contextmanager
def _listeners() -> Iterator[_Listeners]:
    name = f"grader-probe-{secrets.token_hex(8)}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(f"\0{name}")
        abstract.listen()
        for listener in (tcp, abstract):
            listener.setblocking(False)
        yield _Listeners(tcp, abstract, name)


def _accepted(listener: socket.socket) -> bool:
    with suppress(BlockingIOError):
        listener.accept()[0].close()
        return True
    return False
