"""What runs leave in ``.grader/runs``: bounded for a class, whatever they write; nothing judged is lost."""

import os
from pathlib import Path

import pytest

from grader.datasets.prepare import truth
from grader.model.result import Status, Verdict
from grader.model.run import MIB, SandboxCommand
from grader.orchestration import room
from tests.fakes import FakeSandbox, Files, npy, secret_order
from tests.integration.played_class import REPORT, Class, Digits


def kept(folder: Path) -> dict[str, int]:
    """The largest size of each file that runs are kept with, by name."""
    found: dict[str, int] = {}
    for path in (folder / ".grader" / "runs").rglob("*"):
        if path.is_file():
            found[path.name] = max(found.get(path.name, 0), path.stat().st_size)
    return found


def in_all(folder: Path) -> int:
    return sum(p.stat().st_size for p in (folder / ".grader").rglob("*") if p.is_file())


@pytest.mark.attack("kept_leavings")
def test_a_model_file_that_is_none_is_not_kept_and_the_others_are_judged(
    with_architecture: Class,
    digits: Digits,
) -> None:
    for student in ("ana", "eve"):
        with_architecture.hand_in(student, f"# {student}")

    def program(command: SandboxCommand) -> Files:
        right = npy(truth(digits[2])[secret_order(command)])
        return {"model.keras": os.urandom(20 * MIB), "predictions.npy": right, "report.json": REPORT}

    results = with_architecture.grade(FakeSandbox(program), runs=2)
    assert {result.status for result in results.values()} == {Status.GRADED}
    assert "model.keras" not in kept(with_architecture.folder)
    assert "predictions.npy" in kept(with_architecture.folder)
    assert in_all(with_architecture.folder) < MIB


@pytest.mark.attack("kept_leavings")
def test_what_a_run_leaves_beyond_its_share_is_refused_by_name_and_told(
    classroom: Class,
    digits: Digits,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "MOST_OF_A_BATCH", 0)
    for number in range(3):
        classroom.hand_in(f"eve{number}", f"# {number}")

    def program(command: SandboxCommand) -> Files:
        right = npy(truth(digits[2])[secret_order(command)])
        pictures = {f"figure-{n:02d}.png": os.urandom(2 * MIB) for n in range(1, 11)}
        return {"predictions.npy": right, "report.json": REPORT, **pictures}

    results = classroom.grade(FakeSandbox(program), runs=1)
    assert {result.verdict for result in results.values()} == {Verdict.PASSED}
    assert in_all(classroom.folder) <= 3 * (4 * MIB + 64 * 1024)
    told = [message.en for message in classroom.progress.said]
    assert "At most 4 MiB of what each run leaves are kept" in told[0]
    assert sum("left more than the 4 MiB that are kept of each run" in line for line in told) == 3
    assert "figure-10.png" in next(line for line in told if "left more" in line)


def test_answers_that_have_no_room_are_the_programs_own_failure(
    classroom: Class,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "MOST_OF_A_BATCH", 0)
    classroom.hand_in("eve")
    flood = FakeSandbox(lambda _: {"predictions.npy": os.urandom(9 * MIB), "report.json": REPORT})
    result = classroom.grade(flood, runs=1)["eve"]
    assert (result.status, result.verdict) == (Status.GRADED, Verdict.FAILED)
    assert result.reason_message is not None
    assert "predictions.npy was not kept: the run left more than is kept of each" in result.reason_message.en
    assert "predictions.npy" not in kept(classroom.folder)
