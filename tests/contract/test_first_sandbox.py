"""The sandbox that CONTRIBUTING.md shows is one: loaded by the registry, put to promises of each kind."""

import os
from pathlib import Path
from typing import Any

import pytest

from grader.model.run import Limits, RunStatus, SandboxCommand
from grader.plugins.registry import SANDBOXES
from grader.running.conformance import CASES, check_sandbox
from tests.house.shown_plugins import enter

pytestmark = pytest.mark.sandbox

TRIED = ("probe", "exit-status-and-output", "signals", "wanted-files", "memory", "network", "no-powers")


@pytest.fixture
def gentle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    return enter("A sandbox", SANDBOXES, tmp_path, monkeypatch)


def test_a_promise_of_each_kind_is_kept(gentle: Any) -> None:
    cases = [case for case in CASES if case.name in TRIED]
    assert len(cases) == len(TRIED)
    assert check_sandbox(gentle, cases=cases) == ()


def test_what_it_says_of_itself_is_seen_inside(gentle: Any, tmp_path: Path) -> None:
    command = SandboxCommand(
        argv=("/usr/bin/nice",),  # alone, it prints how nice it is
        binds=(),
        environment=(),
        limits=Limits(wall_seconds=20, memory_bytes=2**26, disk_bytes=2**20),
        wanted=(),
        into=tmp_path / "into",
    )
    outcome = gentle.run(command)
    nicest = min(os.nice(0) + 19, 19)
    assert (outcome.status, outcome.output) == (RunStatus.OK, f"{nicest}\n".encode())
