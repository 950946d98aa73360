"""Tries on this machine, with nothing but Python loaded, whether runs can be started warm."""

import tempfile
from pathlib import Path

from grader.model.errors import SandboxError
from grader.model.run import MIB, Limits, RunStatus, SandboxCommand
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.running.probing.probes import Probed, python
from grader.running.warm.always_warm import AlwaysWarm
from grader.words.catalogue import say

PROBE = "warm-start"
_TOLD = b"alone"
_TRIES = f"""
import os
powers = [line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "CapBnd"))]
others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
hidden = not os.path.exists("/runs") and 0 not in os.getresuid()
print({_TOLD.decode()!r} if hidden and not others and not any(int(power, 16) for power in powers) else others)
"""


def probe_warm_start(sandbox: BubblewrapSandbox) -> Probed:
    """Return whether a program starts warm here, sees nobody else and has no power."""
    warm = AlwaysWarm(sandbox)
    try:
        with tempfile.TemporaryDirectory(prefix="grader-") as folder:
            outcome = warm.run(
                SandboxCommand(
                    argv=(python(), "-c", _TRIES),
                    binds=(),
                    environment=(),
                    limits=Limits(wall_seconds=20, memory_bytes=128 * MIB, disk_bytes=MIB),
                    wanted=(),
                    into=Path(folder),
                )
            )
    except SandboxError as error:
        return Probed(id=PROBE, well=False, state=say("probe.warm-start.bad", reason=error.message))
    finally:
        warm.close()
    told = outcome.output.decode(errors="replace").strip()[:100] or outcome.status.value
    if outcome.status is not RunStatus.OK or outcome.output.strip() != _TOLD:
        return Probed(id=PROBE, well=False, state=say("probe.warm-start.bad", reason=told))
    return Probed(id=PROBE, well=True, state=say("probe.warm-start.well"))
