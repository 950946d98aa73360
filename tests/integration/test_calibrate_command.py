"""``grader calibrate`` as a command, with the real course, data and judging, and a sandbox as told."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.cli.main import run
from grader.coursefiles.load_course import load_course
from grader.datasets.prepare import Prepared, truth
from grader.model.assignment import Assignment
from grader.model.run import SandboxCommand
from grader.orchestration.executors import SerialExecutor
from grader.wiring import known_names
from tests.fakes import BusyMachine, FakeSandbox, Files, npy, secret_order
from tests.integration.test_reference_record import (  # noqa: F401 - fixtures
    REPORT,
    ROOT,
    digits,
    prepared,
    tools,
)

Told = pytest.CaptureFixture[str]


class Calibrating:
    """The command on digits, whose reference gets as many rows wrong as told; None: it delivers nothing."""

    def __init__(
        self, folder: Path, assignment: Assignment, data: Prepared, patch: pytest.MonkeyPatch
    ) -> None:
        self.folder, self.prepared, self.patch = folder, data, patch
        self.reference = assignment.reference
        shipped = load_course(ROOT, known_names())
        course = replace(shipped, folder=folder)
        patch.setattr("grader.wiring.ProcessExecutor", lambda _, gpus: SerialExecutor(gpus))
        patch.setattr("grader.cli.options.course_and_assignments", lambda *_: (course, (assignment,)))

    def __call__(self, wrong: list[int | None], *options: str, busy: float | None = None) -> int:
        """Run the command; on a ``busy`` machine others keep each run from its processors for that share."""
        left = iter([*wrong, *wrong])  # each may be tried twice

        def program(command: SandboxCommand) -> Files:
            count = next(left)
            if count is None:
                return {"report.json": REPORT}
            labels = truth(self.prepared)
            labels[:count] = (labels[:count] + 1) % 10
            return {"predictions.npy": npy(labels[secret_order(command)]), "report.json": REPORT}

        quiet = FakeSandbox(program)
        sandbox = quiet if busy is None else BusyMachine(quiet, times=99, share=busy)
        self.patch.setattr("grader.wiring.tools_for", lambda _: tools(sandbox))
        asked = ["calibrate", "digits", "--runs", str(len(wrong)), "--lang", "en", "-q", *options]
        return run(asked)

    def json(self, wrong: list[int | None], capsys: Told) -> tuple[int, dict[str, Any]]:
        status = self(wrong, "--format", "json")
        (row,) = json.loads(capsys.readouterr().out)
        return status, dict(row)


@pytest.fixture
def calibrate(
    tmp_path: Path,
    digits: Assignment,  # noqa: F811 - the fixture
    prepared: Prepared,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> Calibrating:
    return Calibrating(tmp_path, digits, prepared, monkeypatch)


def test_a_run_that_delivers_nothing_does_not_meet_the_bar(calibrate: Calibrating, capsys: Told) -> None:
    status, row = calibrate.json([20, None, 22, None, 21], capsys)
    assert (row["met"], row["runs"], row["without_value"]) == (3, 5, 2)
    assert row["values"] == [20 / 898, 22 / 898, 21 / 898]
    assert row["p_pass"] == pytest.approx(0.6)
    assert row["p_pass_low"] <= 0.6 <= row["p_pass_high"] < 1
    assert status == 1


def test_a_table_says_how_many_runs_delivered_nothing(calibrate: Calibrating, capsys: Told) -> None:
    assert calibrate([20, None, 22, None, 21]) == 1
    out = capsys.readouterr().out
    assert "3 / 5" in out
    assert "runs without a value" in out


def test_the_same_run_over_and_over_counts_once(calibrate: Calibrating, capsys: Told) -> None:
    status, row = calibrate.json([20, 20, 20], capsys)
    assert (row["runs"], row["met"], row["sd"], row["without_value"]) == (1, 1, None, 0)
    assert status == 0


def test_runs_that_came_out_alike_are_told_as_one_with_the_reason(
    calibrate: Calibrating, capsys: Told
) -> None:
    assert calibrate([20, 20, 20]) == 0
    out = capsys.readouterr().out
    assert "digits, error_rate: 1 run of the reference solution" in out
    assert "the 3 runs came out exactly the same and count as one" in out


def test_runs_that_differ_are_not_told_to_be_alike(calibrate: Calibrating, capsys: Told) -> None:
    assert calibrate([20, 21]) == 0
    out = capsys.readouterr().out
    assert "2 runs of the reference" in out
    assert "over 898 test rows: more rows or more runs narrow it" in " ".join(out.split())
    assert "exactly the same" not in out


def test_a_reference_that_meets_its_bar_in_nineteen_of_twenty_runs_is_good_enough(
    calibrate: Calibrating, capsys: Told
) -> None:
    assert calibrate.json([*range(20, 39), 60], capsys)[0] == 0


def test_two_misses_in_twenty_runs_are_too_many(calibrate: Calibrating, capsys: Told) -> None:
    status, row = calibrate.json([*range(20, 38), 60, 61], capsys)
    assert row["p_pass"] == pytest.approx(0.9)
    assert status == 1


def test_a_reference_that_is_no_number_is_told_and_keeps_no_record(
    calibrate: Calibrating, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    def broken(*_: object) -> float:
        return float("nan")

    monkeypatch.setattr("grader.measuring.metrics.ErrorRate.__call__", broken)
    assert calibrate([20, 21]) == 2
    assert "the reference solution of digits could not be measured" in capsys.readouterr().err
    assert calibrate.reference is not None
    assert not (calibrate.reference.parent / "record.json").exists()


def test_a_reference_that_its_own_audits_accuse_is_refused_and_no_record_kept(
    calibrate: Calibrating, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = {"epochs": 3, "seconds": 1.0, "history": {"loss": [0.3]}, "on_test_rows": True}
    watching = json.dumps({**json.loads(REPORT), "fits": [fit]}).encode()
    monkeypatch.setattr(f"{__name__}.REPORT", watching)
    assert calibrate([20]) == 2
    assert "GR828" in (said := capsys.readouterr().err)
    assert "rows of the test set" in said
    assert calibrate.reference is not None
    assert not calibrate.reference.with_name("record.json").exists()


@pytest.mark.parametrize("wrong", [[20, 21], [None, None]], ids=["with predictions", "without"])
def test_a_reference_that_does_not_end_in_time_is_told_so_and_not_as_a_student_is(
    calibrate: Calibrating, capsys: Told, wrong: list[int | None]
) -> None:
    assert calibrate(wrong, busy=0.0) == 2
    said = capsys.readouterr().err
    assert "GR845" in said
    assert "run.timeout" in said
    assert "epochs" not in said
    assert calibrate.reference is not None
    assert not calibrate.reference.with_name("record.json").exists()


def test_a_machine_too_busy_for_the_reference_is_nobodys_mistake_in_the_course(
    calibrate: Calibrating, capsys: Told
) -> None:
    assert calibrate([20] * 2, busy=0.7) == 3
    said = capsys.readouterr().err
    assert "GR619" in said
    assert "epochs" not in said
