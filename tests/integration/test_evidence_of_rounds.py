"""What runs leave is judged as it arose, and what they copied or hid is found."""

import json
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from grader.coursefiles.find_submissions import find_submissions
from grader.datasets.prepare import truth
from grader.model.errors import SandboxError
from grader.model.message import Text
from grader.model.result import Reason, Status, Verdict
from grader.model.run import RunStatus, SandboxCommand
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.grade import grade_course
from grader.orchestration.means import Means, Options
from grader.storage.run_store import open_store
from grader.wiring import cache_folder
from tests.fakes import (
    DeadSandbox,
    FakeSandbox,
    Files,
    RememberingProgress,
    fixed_clock,
    npy,
    secret_order,
    served_folder,
)
from tests.integration.played_class import REPORT, ROOT, Class, Digits, errors_in, model_archive, tools_with


def test_labels_copied_from_the_served_set_fail_and_the_page_can_say_why(classroom: Class) -> None:
    classroom.hand_in("copier")

    def program(command: SandboxCommand) -> Files:
        served = np.load(served_folder(command) / "y_test.npy")
        return {"predictions.npy": npy(served), "report.json": REPORT}

    result = classroom.grade(FakeSandbox(program))["copier"]
    assert result.verdict is Verdict.FAILED
    assert [finding.code for finding in result.findings] == ["GR402", "GR403"]
    assert result.findings[0].p_value is not None
    assert result.findings[0].p_value < 1e-20
    metric = next(check for check in result.checks if check.kind == "metric")
    assert metric.points == 0


def test_answers_by_position_fall_to_chance(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("positions")
    labels = truth(digits[2])
    sandbox = FakeSandbox(lambda _: {"predictions.npy": npy(labels), "report.json": REPORT})
    result = classroom.grade(sandbox)["positions"]
    assert result.metrics[0].value > 0.8


def test_nothing_delivered_is_graded_and_failed_with_its_own_reason(classroom: Class) -> None:
    classroom.hand_in("silent")
    result = classroom.grade(FakeSandbox(lambda _: {"report.json": REPORT}))["silent"]
    assert (result.status, result.verdict) == (Status.GRADED, Verdict.FAILED)
    assert result.reason is Reason.NOTHING_DELIVERED
    assert result.points == 0


def test_an_unreadable_notebook_has_a_row_and_the_batch_goes_on(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana")
    classroom.hand_in("bad", "import keras\n", name="digits.ipynb")
    with errors_in(9, digits[2]) as sandbox:
        results = classroom.grade(sandbox)
    assert results["ana"].verdict is Verdict.PASSED
    assert (results["bad"].status, results["bad"].reason) == (Status.NOT_GRADED, Reason.UNREADABLE)
    assert results["bad"].points is None


def test_missing_data_is_told_and_nobody_gets_a_zero(
    classroom: Class, digits: Digits, tmp_path: Path
) -> None:
    classroom.hand_in("ana")
    data = replace(digits[1].data, dataset="noisynote")
    classroom.assignment = replace(digits[1], data=data)
    tools = replace(tools_with(DeadSandbox()), cache=_cache_without_data(tmp_path))
    with open_store(tmp_path / ".grader") as store:
        found = find_submissions(tmp_path / "submissions", ["digits"], intake=store.intake)
        grading = grade_course(
            classroom.course,
            [classroom.assignment],
            found,
            means=Means(
                tools=tools,
                options=Options(),
                executor=SerialExecutor(),
                store=store,
                progress=RememberingProgress(),
                clock=fixed_clock,
            ),
            publish=lambda _: None,
        )
    result = grading.submissions[0]
    assert result.reason is Reason.DATA_MISSING
    assert result.points is None
    assert result.reason_message is not None
    assert "noisynote" in result.reason_message.en


def test_no_label_and_no_secret_is_shown_to_the_sandbox(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as sandbox:
        classroom.grade(sandbox)
    shown = [bind.source for bind in sandbox.calls[0].binds]
    hidden = (digits[2].folder, classroom.folder / ".grader" / "runs", ROOT / "reference_solutions")
    assert not [s for s in shown for h in hidden if s.is_relative_to(h) or h.is_relative_to(s)]
    assert not [s for s in shown if "secret" in s.parts]


def _cache_without_data(folder: Path) -> Path:
    cache = folder / "cache"
    cache.mkdir()
    (cache / "runtimes").symlink_to(cache_folder() / "runtimes")
    shutil.rmtree(cache / "prepared", ignore_errors=True)
    return cache


@pytest.mark.parametrize(
    "inputs",
    [
        np.float64(0.0).reshape(()),
        np.full((898, 64), np.nan, np.float32),
        np.linspace(-1e307, 1e307, 898 * 64).reshape(898, 64),
        np.linspace(-3e38, 3e38, 898 * 64).reshape(898, 64).astype(np.float32),
        np.zeros((0, 64)),
        np.zeros((898, 0)),
    ],
    ids=["scalar", "nan", "huge", "huge32", "empty", "no columns"],
)
def test_inputs_made_to_upset_our_arithmetic_do_not_turn_a_failure_into_not_graded(
    with_architecture: Class,
    digits: Digits,
    inputs: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
) -> None:
    with_architecture.hand_in("sly")

    def program(command: SandboxCommand) -> Files:
        wrong = (truth(digits[2]) + 3) % 10
        return {
            "predictions.npy": npy(wrong[secret_order(command)]),
            "captured_inputs.npy": npy(inputs),
            "captured_model.keras": model_archive("InputLayer", "Dense"),
            "report.json": REPORT,
        }

    result = with_architecture.grade(FakeSandbox(program))["sly"]
    assert (result.status, result.verdict) == (Status.GRADED, Verdict.FAILED)


def test_arrays_of_a_run_that_never_finished_are_not_taken(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("loop")

    def program(command: SandboxCommand) -> Files:
        return {"predictions.npy": npy(truth(digits[2])[secret_order(command)])}

    result = classroom.grade(FakeSandbox(program, status=RunStatus.TIMEOUT))["loop"]
    assert (result.verdict, result.points) == (Verdict.FAILED, Decimal(0))


def test_what_stood_before_a_time_limit_is_judged_and_is_not_tried_again(
    classroom: Class, digits: Digits
) -> None:
    classroom.hand_in("loop")
    said = {"protocol": 2, "finished": False, "sources": {"predictions": {"state": "ok"}}}

    def program(command: SandboxCommand) -> Files:
        rows = npy(truth(digits[2])[secret_order(command)])
        return {"predictions.npy": rows, "report.json": json.dumps(said).encode()}

    result = classroom.grade(FakeSandbox(program, status=RunStatus.TIMEOUT))["loop"]
    assert result.status is Status.GRADED
    assert result.points is not None
    assert result.points > 0
    assert len(result.runs) == 1
    failed = [check for check in result.checks if check.kind == "runs"]
    assert [check.points for check in failed] == [0]


def test_copying_in_a_later_run_only_is_found(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("later")
    runs = iter(range(10))

    def program(command: SandboxCommand) -> Files:
        if next(runs) == 0:
            return {
                "predictions.npy": npy(truth(digits[2])[secret_order(command)]),
                "report.json": REPORT,
            }
        served = np.load(served_folder(command) / "y_test.npy")
        return {"predictions.npy": npy(served), "report.json": REPORT}

    result = classroom.grade(FakeSandbox(program), runs=2)["later"]
    assert "GR402" in [finding.code for finding in result.findings]


def test_another_model_in_a_later_run_does_not_hide_a_forbidden_layer(
    with_architecture: Class, digits: Digits
) -> None:
    with_architecture.hand_in("later")
    runs = iter(range(10))

    def program(command: SandboxCommand) -> Files:
        layers = ("InputLayer", "Dense") if next(runs) == 0 else ("InputLayer", "Conv2D")
        labels = truth(digits[2])
        labels[:9] = (labels[:9] + 1 + len(layers[-1])) % 10
        return {
            "predictions.npy": npy(labels[secret_order(command)]),
            "captured_model.keras": model_archive(*layers),
            "report.json": REPORT,
        }

    result = with_architecture.grade(FakeSandbox(program), runs=2)["later"]
    assert result.verdict is Verdict.FAILED


def test_the_record_cannot_be_written_from_inside(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("forger")
    forged = {"submission": "0" * 64, "runtime": "forged", "keras": "99"}
    report = json.dumps({**json.loads(REPORT), "versions": forged}).encode()

    def program(command: SandboxCommand) -> Files:
        right = truth(digits[2])[secret_order(command)]
        return {"predictions.npy": npy(right), "report.json": report}

    record = classroom.grade(FakeSandbox(program))["forger"].record
    assert record["submission"] != "0" * 64
    assert record["runtime"] != "forged"
    assert "99" in record.values()


def test_a_run_of_ours_that_fails_later_does_not_undo_what_was_measured(
    classroom: Class, digits: Digits
) -> None:
    classroom.hand_in("ana")
    runs = iter(range(10))

    def program(command: SandboxCommand) -> Files:
        if next(runs) > 0:
            raise SandboxError(Text("o disco está cheio", "the disk is full"))
        right = truth(digits[2])[secret_order(command)]
        return {"predictions.npy": npy(right), "report.json": REPORT}

    result = classroom.grade(FakeSandbox(program), runs=3)["ana"]
    assert result.verdict is Verdict.PASSED
    assert len(result.runs) == 1
