"""Runs sandbox commands for tests, here or as another user: one JSON request a line, one answer each.

As a program (``python sandbox_driver.py``, or with ``warm`` behind it) it stands in for a grader of an
ordinary user, and needs nothing but the standard library and the package ``grader`` on its path.
"""

import json
import sys
from pathlib import Path
from typing import Any

from grader.model.errors import GraderError
from grader.model.run import Bind, Limits, SandboxCommand, SandboxOutcome, Wanted
from grader.plugins.interfaces import Sandbox
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.running.warm.always_warm import AlwaysWarm


def command_of(request: dict[str, Any]) -> SandboxCommand:
    """Return the command that ``request`` describes."""
    return SandboxCommand(
        argv=tuple(request["argv"]),
        binds=tuple(Bind(source=Path(s), target=t) for s, t in request["binds"]),
        environment=tuple((name, value) for name, value in request["environment"]),
        limits=Limits(**request["limits"]),
        wanted=tuple(Wanted(name=name, max_bytes=size) for name, size in request["wanted"]),
        into=Path(request["into"]),
        slot=request["slot"],
        rows_on_request=Path(request["rows"]) if request["rows"] else None,
        hidden=tuple(Path(folder) for folder in request["hidden"]),
    )


def answer_of(outcome: SandboxOutcome) -> dict[str, Any]:
    """Return ``outcome`` as JSON can hold it."""
    return {
        "status": outcome.status.name,
        "exit_code": outcome.exit_code,
        "signal": outcome.signal,
        "seconds": outcome.seconds,
        "cpu_seconds": outcome.cpu_seconds,
        "starved": outcome.starved_seconds,
        "peak": outcome.peak_memory_bytes,
        "guard": outcome.memory_guard.value,
        "text": outcome.output.decode(errors="replace"),
        "kept": len(outcome.output),
        "dropped": outcome.output_dropped,
        "collected": list(outcome.collected),
        "refused": {refusal.name: refusal.why for refusal in outcome.refused},
        "rows_sent": outcome.rows_sent,
    }


def answer(sandbox: Sandbox, request: dict[str, Any]) -> dict[str, Any]:
    """Run one request; our errors are answers too."""
    try:
        return answer_of(sandbox.run(command_of(request)))
    except GraderError as error:
        return {"error": type(error).__name__, "code": error.message.code, "text": str(error)}


def main() -> None:
    """Answer requests until the input ends."""
    sandbox = AlwaysWarm() if sys.argv[1:] == ["warm"] else BubblewrapSandbox()
    for line in sys.stdin:
        print(json.dumps(answer(sandbox, json.loads(line))), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
