"""Whatever a program can see cheaply is the same in the graded run and in each run of an audit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.datasets.prepare import Prepared, truth
from grader.model.assignment import AuditSpec
from grader.model.run import SandboxCommand
from grader.running.staging.workspace import TOLD
from tests.fakes import FakeSandbox, Files, npy, secret_order
from tests.integration.played_class import REPORT, Class, Digits

ROWS = ("qx.txt",)
"""As long as its numbers are: what rows are can be seen, and that is answered by what a program then does."""


def listing(folder: Path) -> dict[str, Any]:
    """Name, size, mode and whether it is a link to an old file, of all there is below ``folder``."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_size if path.is_file() and path.name not in ROWS else 0,
            path.stat().st_mode,
            path.is_file() and path.stat().st_nlink > 1,
        )
        for path in sorted(folder.rglob("*"))
    }


def seen_by(command: SandboxCommand) -> dict[str, Any]:
    """All that a program could look up with a call or two, but for what the rows and labels are."""
    bound = {bind.target: bind.source for bind in command.binds}
    ours = {target: source for target, source in bound.items() if target in ("/data", "/job", "/staged")}
    return {
        "arguments": command.argv,
        "environment": command.environment,
        "limits": command.limits,
        "slot": (command.slot, command.gpu),
        "places": sorted(bound),
        "told": len(command.told),
        "rows on request": command.rows_on_request is not None,
        "wanted": command.wanted,
        "files": {target: listing(source) for target, source in ours.items()},
        "request": (bound["/job"] / "job.json").read_bytes(),
        "described": (bound["/data"] / "served.json").read_bytes(),
    }


class Watcher:
    """A program that scatters and never reads a test label: it gets every extra run there is."""

    def __init__(self, prepared: Prepared, fails_first: bool) -> None:  # noqa: FBT001 - which runs it leads
        self._truth = truth(prepared)
        self._fails = fails_first
        self.seen: list[dict[str, Any]] = []
        self.told: list[tuple[int, ...]] = []

    def __call__(self, command: SandboxCommand) -> Files:
        """Answer with thirty rows wrong, others in every run; where asked to, not in the first."""
        self.seen.append(seen_by(command))
        self.told.append(TOLD.unpack(command.told))
        if self._fails and len(self.seen) == 1:
            return {"report.json": REPORT}
        labels = self._truth.copy()
        wrong = np.random.default_rng().permutation(len(labels))[:30]
        labels[wrong] = (labels[wrong] + 1) % 10
        return {"predictions.npy": npy(labels[secret_order(command)]), "report.json": REPORT}


@pytest.mark.parametrize("fails_first", [False, True])
def test_no_run_of_an_audit_can_be_told_from_the_graded_one_by_looking_around(
    tmp_path: Path, digits: Digits, *, fails_first: bool
) -> None:
    course, assignment, prepared = digits
    watcher = Watcher(prepared, fails_first)
    asked = replace(assignment, audits=AuditSpec())
    classroom = Class(tmp_path, course, asked)
    classroom.hand_in("ana")
    classroom.grade(FakeSandbox(watcher), runs=1 + fails_first)
    leading, *audits = watcher.seen[fails_first:]
    assert len(audits) == 4, "pair, placebo, fresh rows and a repeat"
    for audit in audits:
        assert audit == leading
    assert sum(epochs > 0 for epochs, _ in watcher.told) == 1, "the placebo is cut short unseen"
