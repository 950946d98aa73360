"""The use case of grading, with the real course, data, judging and store, and a sandbox that runs nothing."""

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from grader.coursefiles.find_submissions import find_submissions
from grader.coursefiles.load_course import Known, load_course
from grader.datasets.prepare import Prepared, truth
from grader.model.assignment import Assignment, AuditSpec, Course
from grader.model.errors import SandboxError
from grader.model.message import Text
from grader.model.result import Grading, Reason, Status, SubmissionResult, Verdict
from grader.model.run import RunStatus, SandboxCommand
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.grade import grade_course
from grader.orchestration.ground import Ground
from grader.orchestration.means import Means, Options, Tools
from grader.plugins.interfaces import Sandbox
from grader.plugins.registry import CHECKS, METRICS, load_plugins
from grader.runtimes.catalogue import find_runtime
from grader.storage.run_store import open_store
from grader.wiring import cache_folder
from grader.worker.workplace import prepare_data
from tests.fakes import (
    BusyMachine,
    DeadSandbox,
    FakeSandbox,
    Files,
    RememberingProgress,
    fixed_clock,
    npy,
    secret_order,
    served_folder,
)

ROOT = Path(__file__).parents[2]
REPORT = json.dumps({"protocol": 1, "finished": True, "errors": [], "sources": {}}).encode()


@pytest.fixture(scope="module")
def digits() -> tuple[Course, Assignment, Prepared]:
    """The shipped digits assignment without its model checks: nothing here trains a model."""
    known = Known(
        datasets=("digits", "mnist", "fashion-mnist", "noisynote", "pele"),
        metrics=load_plugins(METRICS),
        runtimes=("keras3", "keras2"),
        kinds=load_plugins(CHECKS),
    )
    course = load_course(ROOT, known)
    whole = course.assignment("digits")
    assert whole is not None
    checks = tuple(c for c in whole.checks if c.kind in ("metric", "runs"))
    points = sum((c.points for c in checks), Decimal(0))
    quiet = AuditSpec(pair=False, placebo=False)
    assignment = replace(whole, checks=checks, points=points, reference=None, audits=quiet)
    runtime = find_runtime("keras3", cache_folder())
    return (
        course,
        assignment,
        prepare_data(assignment.data.dataset, runtime, data_dir=None, cache=cache_folder()),
    )


def _tools(sandbox: Sandbox) -> Tools:
    return Tools(
        metrics=load_plugins(METRICS),
        checks=load_plugins(CHECKS),
        sandbox=sandbox,
        cache=cache_folder(),
        data_dir=None,
        gpus=(),
        gpu_names=(),
        cpus=2,
        version="0",
    )


class Class:
    """A folder of submissions to grade again and again with one store."""

    def __init__(self, folder: Path, course: Course, assignment: Assignment) -> None:
        self.folder = folder
        self.course = course
        self.assignment = assignment
        self.published: list[Grading] = []
        self.progress = RememberingProgress()

    def hand_in(self, student: str, text: str = "x = 1\n", name: str = "digits.py") -> None:
        place = self.folder / "submissions" / student / "digits"
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)

    def grade(self, sandbox: Sandbox, **options: object) -> dict[str, SubmissionResult]:
        with open_store(self.folder / ".grader") as store:
            found = find_submissions(self.folder / "submissions", ["digits"], intake=store.intake)
            grader = Means(
                tools=_tools(sandbox),
                options=Options(**options),  # type: ignore[arg-type]
                executor=SerialExecutor(),
                store=store,
                progress=self.progress,
                clock=fixed_clock,
            )
            grading = grade_course(
                self.course,
                [self.assignment],
                found,
                means=grader,
                publish=self.published.append,
            )
        return {result.student: result for result in grading.submissions}


@pytest.fixture
def classroom(tmp_path: Path, digits: tuple[Course, Assignment, Prepared]) -> Class:
    return Class(tmp_path, digits[0], digits[1])


@contextmanager
def errors_in(rows: int, prepared: Prepared) -> Iterator[FakeSandbox]:
    """A sandbox whose program gets exactly ``rows`` test rows wrong, others in each run."""
    runs = iter(range(1000))

    def program(command: SandboxCommand) -> Files:
        labels = truth(prepared)
        wrong = np.random.default_rng(next(runs)).permutation(len(labels))[:rows]
        labels[wrong] = (labels[wrong] + 1) % 10
        return {"predictions.npy": npy(labels[secret_order(command)]), "report.json": REPORT}

    yield FakeSandbox(program)


def test_a_good_program_passes_and_earns_all_points(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as sandbox:
        result = classroom.grade(sandbox)["ana"]
    assert result.verdict is Verdict.PASSED
    assert result.points == result.max_points
    assert result.metrics[0].value == pytest.approx(9 / 898)


def test_what_is_to_be_done_is_told_before_it_with_the_runs_of_the_audits(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    for student in ("ana", "bia"):
        classroom.hand_in(student, f"# {student}")
    classroom.assignment = replace(classroom.assignment, audits=AuditSpec())
    with errors_in(5, digits[2]) as sandbox:
        classroom.grade(sandbox, runs=1)
    plan = classroom.progress.said[0]
    assert plan.en.startswith("Readable submissions: 2. Runs to make: 2 (at a time: 1)")
    assert "and up to 8 for audits of who passes" in plan.en  # a pair that differs is repeated
    assert "At most about 50 min 0 s" in plan.en  # ten runs of five minutes
    classroom.progress.said.clear()
    classroom.hand_in("caio", "# caio")
    with errors_in(5, digits[2]) as sandbox:
        classroom.grade(sandbox, runs=1, audits=False)
    assert "Readable submissions: 3. Runs to make: 1 " in classroom.progress.said[0].en
    assert "audits" not in classroom.progress.said[0].en
    classroom.progress.said.clear()
    with errors_in(5, digits[2]) as sandbox:
        classroom.grade(sandbox, runs=2, audits=False)
    assert [said.en[:46] for said in classroom.progress.said] == [
        "Readable submissions: 3. Runs to make: 3 (at a"
    ]


def test_whoever_watches_one_program_is_told_its_runs_and_hears_what_it_prints(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana")
    classroom.assignment = replace(classroom.assignment, audits=AuditSpec())
    with errors_in(5, digits[2]) as sandbox:
        sandbox.output = b"epoch 1\n"
        classroom.grade(sandbox, runs=1, watched=True)
    (plan,) = classroom.progress.said
    assert plan.en.startswith(
        "Runs of your program: 1, to measure; and, if it would pass, 3 more for the audits"
    )
    assert "every test label wrong" in plan.en
    assert "training labels shuffled" in plan.en
    assert "test rows a little moved" in plan.en
    assert len(sandbox.calls) == 5  # its answers are chance: the pair is repeated
    assert classroom.progress.heard == [b"epoch 1\n"]  # in the other runs the labels are not true


def test_a_mere_look_announces_no_audit_and_makes_none(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana")
    classroom.assignment = replace(classroom.assignment, audits=AuditSpec())
    with errors_in(5, digits[2]) as sandbox:
        classroom.grade(sandbox, runs=1, watched=True, audits=False)
    assert classroom.progress.said[0].en.startswith("Runs of your program: 1, to measure; none for audits.")
    assert len(sandbox.calls) == 1


def test_nobody_hears_a_program_that_has_seen_hidden_rows(
    classroom: Class, digits: tuple[Course, Assignment, Prepared], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ground, "rows_hidden", True)
    classroom.hand_in("ana")
    with errors_in(5, digits[2]) as sandbox:
        sandbox.output = b"row 7: 0.25 0.5\n"
        classroom.grade(sandbox, runs=1, watched=True)
    assert classroom.progress.heard == []
    assert [said.key for said in classroom.progress.said] == ["plan.one", "plan.nothing_shown"]


def test_a_class_is_not_watched(classroom: Class, digits: tuple[Course, Assignment, Prepared]) -> None:
    classroom.hand_in("ana")
    with errors_in(5, digits[2]) as sandbox:
        sandbox.output = b"epoch 1\n"
        classroom.grade(sandbox, runs=1)
    assert classroom.progress.heard == []


def test_an_interrupted_round_leaves_what_is_finished_published(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    for student in ("ana", "bia"):
        classroom.hand_in(student, f"# {student}")
    with errors_in(5, digits[2]) as sandbox:
        good = sandbox.program

        def interrupted(command: SandboxCommand) -> Files:
            if len(sandbox.calls) == 2:
                raise KeyboardInterrupt
            return good(command)

        sandbox.program = interrupted
        with pytest.raises(KeyboardInterrupt):
            classroom.grade(sandbox)
    ana, bia = classroom.published[-1].submissions
    assert (ana.student, ana.verdict) == ("ana", Verdict.PASSED)
    assert (bia.status, bia.points) == (Status.NOT_GRADED, None)
    with errors_in(5, digits[2]) as again:
        assert all(r.verdict is Verdict.PASSED for r in classroom.grade(again).values())
    assert len(again.calls) == 1


def test_a_dead_sandbox_is_never_a_zero(classroom: Class) -> None:
    classroom.hand_in("ana")
    result = classroom.grade(DeadSandbox())["ana"]
    assert (result.status, result.points, result.verdict) == (Status.NOT_GRADED, None, None)
    assert result.reason is Reason.INFRASTRUCTURE
    assert result.reason_message is not None
    assert "disk is full" in result.reason_message.en


def test_what_could_not_be_run_is_tried_again_by_the_next_grading(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana")
    classroom.grade(DeadSandbox())
    with errors_in(9, digits[2]) as sandbox:
        assert classroom.grade(sandbox)["ana"].status is Status.GRADED


def test_a_run_that_others_kept_from_ending_is_tried_once_more_when_the_rest_is_done(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana")
    classroom.hand_in("bia", text="# her own")
    with errors_in(9, digits[2]) as quiet:
        results = classroom.grade(BusyMachine(quiet, times=1), runs=1)
    assert {result.status for result in results.values()} == {Status.GRADED}
    assert [result.runs[0].run.status for result in results.values()] == [RunStatus.OK] * 2
    assert classroom.progress.rounds == [2, 1]
    assert not list((classroom.folder / ".grader/runs").rglob("half-written"))


def test_a_machine_that_stays_busy_is_never_a_zero_and_is_not_tried_for_ever(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as quiet:
        result = classroom.grade(BusyMachine(quiet, times=99))["ana"]
    assert (result.status, result.points, result.verdict) == (Status.NOT_GRADED, None, None)
    assert (result.reason, len(quiet.calls)) == (Reason.INFRASTRUCTURE, 2)
    assert result.reason_message is not None
    assert result.reason_message.code == "GR619"


def test_a_program_that_lost_little_to_others_ran_out_of_its_own_time(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as quiet:
        result = classroom.grade(BusyMachine(quiet, times=99, share=0.2))["ana"]
    assert (result.status, len(quiet.calls)) == (Status.GRADED, len(result.runs))
    assert {run.run.status for run in result.runs} == {RunStatus.TIMEOUT}


def test_a_finished_run_is_not_made_again(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as sandbox:
        first = classroom.grade(sandbox)["ana"]
        again = classroom.grade(sandbox)["ana"]
    assert len(sandbox.calls) == len(first.runs) == 1
    assert again == first


def test_a_changed_submission_runs_again_and_its_neighbour_does_not(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana", "x = 1\n")
    classroom.hand_in("bia", "x = 2\n")
    with errors_in(9, digits[2]) as sandbox:
        classroom.grade(sandbox)
        classroom.hand_in("bia", "x = 3\n")
        classroom.grade(sandbox)
    assert len(sandbox.calls) == 3


def test_force_starts_over(classroom: Class, digits: tuple[Course, Assignment, Prepared]) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as sandbox:
        classroom.grade(sandbox)
        classroom.grade(sandbox, force=True)
    assert len(sandbox.calls) == 2


def test_the_same_bytes_handed_in_twice_are_run_once(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana")
    classroom.hand_in("bia")
    with errors_in(9, digits[2]) as sandbox:
        results = classroom.grade(sandbox)
    assert len(sandbox.calls) == 1
    assert results["ana"].points == results["bia"].points


def test_a_program_near_the_bar_is_run_again_until_it_is_settled_or_runs_are_used_up(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("close")
    allowed = _allowed(digits[1])
    with errors_in(allowed, digits[2]) as sandbox:
        result = classroom.grade(sandbox)["close"]
    assert result.verdict is Verdict.INCONCLUSIVE
    assert 1 < len(result.runs) <= digits[1].run.runs_max


def test_results_are_whole_after_each_round(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("close", "x = 1\n")
    classroom.hand_in("good", "x = 2\n")
    with errors_in(_allowed(digits[1]), digits[2]) as sandbox:
        classroom.grade(sandbox)
    assert len(classroom.published) > 1
    assert all(len(grading.submissions) == 2 for grading in classroom.published)


def test_runs_that_come_out_exactly_the_same_count_once_and_that_is_told(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("seeded")

    def program(command: SandboxCommand) -> Files:
        labels = truth(digits[2])
        labels[: _allowed(digits[1])] += 1
        return {"predictions.npy": npy((labels % 10)[secret_order(command)]), "report.json": REPORT}

    result = classroom.grade(FakeSandbox(program), runs=3)["seeded"]
    assert len(result.runs) == 3
    assert len(result.metrics[0].values) == 1
    assert "GR822" in [note.code for note in result.shown.notes]


def test_runs_with_equal_answers_but_other_training_all_count(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("easy")
    losses = iter((0.5, 0.25, 0.125))

    def program(command: SandboxCommand) -> Files:
        fit = {"epochs": 1, "seconds": 1.0, "history": {"loss": [next(losses)]}, "on_test_rows": False}
        report = json.dumps({**json.loads(REPORT), "fits": [fit]}).encode()
        right = truth(digits[2])[secret_order(command)]
        return {"predictions.npy": npy(right), "report.json": report}

    result = classroom.grade(FakeSandbox(program), runs=3)["easy"]
    assert len(result.metrics[0].values) == 3


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


def test_answers_by_position_fall_to_chance(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
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


def test_an_unreadable_notebook_has_a_row_and_the_batch_goes_on(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana")
    classroom.hand_in("bad", "import keras\n", name="digits.ipynb")
    with errors_in(9, digits[2]) as sandbox:
        results = classroom.grade(sandbox)
    assert results["ana"].verdict is Verdict.PASSED
    assert (results["bad"].status, results["bad"].reason) == (Status.NOT_GRADED, Reason.UNREADABLE)
    assert results["bad"].points is None


def test_missing_data_is_told_and_nobody_gets_a_zero(
    classroom: Class, digits: tuple[Course, Assignment, Prepared], tmp_path: Path
) -> None:
    classroom.hand_in("ana")
    data = replace(digits[1].data, dataset="noisynote")
    classroom.assignment = replace(digits[1], data=data)
    tools = replace(_tools(DeadSandbox()), cache=_cache_without_data(tmp_path))
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


def test_no_label_and_no_secret_is_shown_to_the_sandbox(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as sandbox:
        classroom.grade(sandbox)
    shown = [bind.source for bind in sandbox.calls[0].binds]
    hidden = (digits[2].folder, classroom.folder / ".grader" / "runs", ROOT / "reference_solutions")
    assert not [s for s in shown for h in hidden if s.is_relative_to(h) or h.is_relative_to(s)]
    assert not [s for s in shown if "secret" in s.parts]


def _allowed(assignment: Assignment) -> int:
    """Return the errors that just meet the digits threshold."""
    threshold = next(c.threshold.value for c in assignment.checks if c.kind == "metric")  # type: ignore[attr-defined]
    return int(np.ceil(threshold * 898)) - 1


def _cache_without_data(folder: Path) -> Path:
    cache = folder / "cache"
    cache.mkdir()
    (cache / "runtimes").symlink_to(cache_folder() / "runtimes")
    shutil.rmtree(cache / "prepared", ignore_errors=True)
    return cache


def _model_archive(*layers: str) -> bytes:
    """Return a well-formed .keras archive with made-up weights: nobody of ours loads it."""
    config = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "layers": [{"module": "keras.layers", "class_name": name, "config": {}} for name in layers]
        },
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        made.writestr("config.json", json.dumps(config))
        made.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(64))
    return buffer.getvalue()


@pytest.fixture
def with_architecture(classroom: Class, digits: tuple[Course, Assignment, Prepared]) -> Class:
    whole = digits[0].assignment("digits")
    assert whole is not None
    checks = tuple(c for c in whole.checks if c.kind in ("metric", "architecture", "runs"))
    points = sum((c.points for c in checks), Decimal(0))
    classroom.assignment = replace(whole, checks=checks, points=points, reference=None)
    return classroom


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
    digits: tuple[Course, Assignment, Prepared],
    inputs: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
) -> None:
    with_architecture.hand_in("sly")

    def program(command: SandboxCommand) -> Files:
        wrong = (truth(digits[2]) + 3) % 10
        return {
            "predictions.npy": npy(wrong[secret_order(command)]),
            "captured_inputs.npy": npy(inputs),
            "captured_model.keras": _model_archive("InputLayer", "Dense"),
            "report.json": REPORT,
        }

    result = with_architecture.grade(FakeSandbox(program))["sly"]
    assert (result.status, result.verdict) == (Status.GRADED, Verdict.FAILED)


def test_arrays_of_a_run_that_never_finished_are_not_taken(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    classroom.hand_in("loop")

    def program(command: SandboxCommand) -> Files:
        return {"predictions.npy": npy(truth(digits[2])[secret_order(command)])}

    result = classroom.grade(FakeSandbox(program, status=RunStatus.TIMEOUT))["loop"]
    assert (result.verdict, result.points) == (Verdict.FAILED, Decimal(0))


def test_what_stood_before_a_time_limit_is_judged_and_is_not_tried_again(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
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


def test_copying_in_a_later_run_only_is_found(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
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
    with_architecture: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
    with_architecture.hand_in("later")
    runs = iter(range(10))

    def program(command: SandboxCommand) -> Files:
        layers = ("InputLayer", "Dense") if next(runs) == 0 else ("InputLayer", "Conv2D")
        labels = truth(digits[2])
        labels[:9] = (labels[:9] + 1 + len(layers[-1])) % 10
        return {
            "predictions.npy": npy(labels[secret_order(command)]),
            "captured_model.keras": _model_archive(*layers),
            "report.json": REPORT,
        }

    result = with_architecture.grade(FakeSandbox(program), runs=2)["later"]
    assert result.verdict is Verdict.FAILED


def test_the_record_cannot_be_written_from_inside(
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
) -> None:
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
    classroom: Class, digits: tuple[Course, Assignment, Prepared]
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
