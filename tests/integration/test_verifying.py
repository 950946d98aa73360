"""Making a certified result again, with the real course, data, judging and store, and a fake sandbox."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.coursefiles.find_submissions import find_submissions
from grader.datasets.prepare import Prepared, truth
from grader.measuring.checks import scale
from grader.model.assignment import AuditSpec
from grader.model.certificate import Answer, Certificate
from grader.model.check import Outcome
from grader.model.errors import SandboxError
from grader.model.result import Reason, Verdict
from grader.model.run import SandboxCommand
from grader.orchestration.grade import grade_course
from grader.reporting.verification import verification_json, verification_told
from grader.storage.run_store import open_store
from tests.builders import a_publisher
from tests.fakes import (
    DeadSandbox,
)
from tests.integration.certifying import (
    RUNS,
    Answers,
    Desk,
    random_itself,
    reads_labels,
    seeded,
    worse_now,
    wrong_in,
)
from tests.integration.played_class import Digits


@pytest.fixture
def desk(tmp_path: Path, digits: Digits) -> Desk:
    return Desk(tmp_path, *digits)


def test_a_program_without_randomness_of_its_own_repeats_bit_for_bit(desk: Desk) -> None:
    certificate = desk.grade(seeded)
    sandbox = desk.sandbox(seeded)
    found = desk.verify(certificate, sandbox)
    assert (found.answer, found.differences, found.conditions) == (Answer.SAME, (), ())
    assert [pair.repeated for pair in found.runs] == [True] * RUNS
    assert len({pair.now.predictions for pair in found.runs}) == RUNS, "each run trained on another order"
    assert len(sandbox.calls) == RUNS, "no kept run answered for one"


def test_what_was_served_is_served_again_with_its_canaries_and_order(desk: Desk) -> None:
    found = desk.verify(desk.grade(reads_labels), desk.sandbox(reads_labels))
    assert found.answer is Answer.SAME


def test_another_randomness_of_its_own_is_within_noise_and_the_figures_are_told(desk: Desk) -> None:
    found = desk.verify(desk.grade(random_itself), desk.sandbox(random_itself))
    assert (found.answer, found.differences) == (Answer.WITHIN_NOISE, ())
    assert not any(pair.same for pair in found.runs)
    told = "\n".join(line.en for line in verification_told(found))
    assert "WITHIN NOISE: ana · digits" in told
    assert "noise from run to run" in told
    allowed = found.metrics[0].allowed
    assert allowed is not None
    assert 0.001 < allowed < 0.03


def wrong_by_turns(*counts: int) -> Answers:
    left = iter(counts)

    def answers(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
        return wrong_in(truth(prepared), next(left), np.random.default_rng())

    return answers


def test_beside_a_bar_another_verdict_with_the_same_points_is_noise_and_is_told(desk: Desk) -> None:
    certificate = desk.grade(wrong_by_turns(41, 40, 42))
    assert certificate.verdict is Verdict.PASSED
    found = desk.verify(certificate, desk.sandbox(wrong_by_turns(44, 45, 43)))
    assert found.now is not None
    assert found.now.verdict is Verdict.INCONCLUSIVE
    assert (found.answer, found.differences) == (Answer.WITHIN_NOISE, ())
    told = "\n".join(line.en for line in verification_told(found))
    assert "verdict: in the certificate Passed, now Inconclusive" in told
    marked = replace(found.now, binding=certificate.binding)
    back = desk.verify(marked, desk.sandbox(wrong_by_turns(41, 40, 42)))
    assert back.answer is Answer.WITHIN_NOISE


def test_beside_the_lower_end_of_a_scale_another_verdict_is_noise_too(
    desk: Desk,
) -> None:
    end = scale.Spec(
        id="error", kind="scale", metric="error_rate", start=0.055, full=0.0, points=Decimal("0.2")
    )
    desk.assignment = replace(desk.assignment, checks=(end, *desk.assignment.checks[1:]))
    certificate = desk.grade(wrong_by_turns(41, 40, 42))
    assert certificate.verdict is Verdict.PASSED
    found = desk.verify(certificate, desk.sandbox(wrong_by_turns(44, 45, 43)))
    assert found.now is not None
    assert found.now.verdict is Verdict.INCONCLUSIVE
    assert (found.answer, found.differences) == (Answer.WITHIN_NOISE, ())


def test_beside_a_bar_a_verdict_that_its_own_values_do_not_give_is_different(desk: Desk) -> None:
    close = desk.grade(wrong_by_turns(44, 45, 43))
    assert close.verdict is Verdict.INCONCLUSIVE
    again = wrong_by_turns(44, 43, 45, 44, 43, 45, 44, 43, 45)
    said = replace(close, verdict=Verdict.PASSED)
    assert desk.verify(said, desk.sandbox(again)).answer is Answer.DIFFERENT
    first, *others = close.checks
    checks = (replace(first, outcome=Outcome.PASSED), *others)
    whole = replace(said, checks=checks)
    assert desk.verify(whole, desk.sandbox(again)).answer is Answer.DIFFERENT
    better = tuple(replace(one, values=(40 / 898,) * RUNS, value=40 / 898) for one in whole.metrics)
    found = desk.verify(replace(whole, metrics=better), desk.sandbox(again))
    assert found.answer is Answer.DIFFERENT, "values that no run of the certificate measured"


def test_other_measurements_are_different_and_say_which(desk: Desk) -> None:
    found = desk.verify(desk.grade(seeded), desk.sandbox(worse_now))
    assert found.answer is Answer.DIFFERENT
    what = {one.what: one for one in found.differences}
    assert (what["verdict"].certified, what["verdict"].now) == ("passed", "failed")
    assert set(what) >= {"verdict", "points", "check", "metric"}


def test_a_changed_program_is_different_without_a_run(desk: Desk) -> None:
    certificate = desk.grade(seeded)
    desk.hand_in("x = 2\n")
    sandbox = desk.sandbox(seeded)
    found = desk.verify(certificate, sandbox)
    assert found.answer is Answer.DIFFERENT
    assert [(one.what, one.name) for one in found.differences] == [("file", "digits.py")]
    assert (sandbox.calls, found.now) == ([], None)
    assert "Nothing was run" in verification_told(found)[-1].en


def test_a_result_that_was_written_otherwise_is_different(desk: Desk) -> None:
    certificate = replace(desk.grade(seeded), points=desk.assignment.points - 1)
    found = desk.verify(certificate, desk.sandbox(seeded))
    assert found.answer is Answer.DIFFERENT
    assert [one.what for one in found.differences] == ["points"]


def _other_checks(certificate: Certificate) -> Certificate:
    first, second, *others = certificate.checks
    moved = (replace(first, points=first.points - 1), replace(second, points=second.points + 1))
    return replace(certificate, checks=(*moved, *others))


def _better_value(certificate: Certificate) -> Certificate:
    return replace(certificate, metrics=tuple(replace(one, value=0.001) for one in certificate.metrics))


def _other_runs_summarised(certificate: Certificate) -> Certificate:
    (summary,) = certificate.metrics
    return replace(certificate, metrics=(replace(summary, values=(summary.values[0] - 1 / 898,) * RUNS),))


def _no_metrics(certificate: Certificate) -> Certificate:
    return replace(certificate, metrics=())


def _more_to_have(certificate: Certificate) -> Certificate:
    return replace(certificate, max_points=certificate.max_points + 1)


def _a_reason(certificate: Certificate) -> Certificate:
    return replace(certificate, reason=Reason.REFUSED)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        (_other_checks, ["check", "check"]),
        (_better_value, ["value"]),
        (_other_runs_summarised, ["value"]),
        (_no_metrics, ["metric"]),
        (_more_to_have, ["max_points"]),
        (_a_reason, ["reason"]),
    ],
)
def test_where_every_run_is_the_same_all_that_was_said_of_them_must_be(
    desk: Desk, written: Callable[[Certificate], Certificate], what: list[str]
) -> None:
    found = desk.verify(written(desk.grade(seeded)), desk.sandbox(seeded))
    assert all(pair.same for pair in found.runs)
    assert found.answer is Answer.DIFFERENT
    assert [one.what for one in found.differences] == what
    assert all(line.en and line.pt for line in verification_told(found))


def test_without_the_kept_runs_it_is_served_anew_and_said_so(desk: Desk) -> None:
    certificate = desk.grade(seeded)
    for kept in (desk.folder / ".grader" / "runs").rglob("run.json"):
        kept.unlink()
    found = desk.verify(certificate, desk.sandbox(seeded))
    assert found.answer is Answer.WITHIN_NOISE
    assert [pair.repeated for pair in found.runs] == [False] * RUNS
    assert found.runs[0].same, "run 1 trains on rows as they were published"
    assert "is not kept in this course" in "\n".join(line.en for line in verification_told(found))


def test_a_changed_threshold_is_told_and_decides_where_it_changes_points(desk: Desk) -> None:
    certificate = desk.grade(seeded)
    desk.assignment = replace(desk.assignment, version="ab" * 32)
    found = desk.verify(certificate, desk.sandbox(seeded))
    assert found.answer is Answer.SAME
    assert [one.what for one in found.conditions] == ["assignment"]


def test_a_replay_that_cannot_be_made_is_our_failure(desk: Desk) -> None:
    certificate = desk.grade(seeded)
    with pytest.raises(SandboxError, match="could not be made again: the disk is full") as failure:
        desk.verify(certificate, DeadSandbox())
    assert failure.value.exit_code == 3


def test_the_class_keeps_its_runs_and_the_next_grading_finds_no_other(desk: Desk) -> None:
    certificate = desk.grade(seeded)
    runs = desk.folder / ".grader" / "runs"
    before = {path: path.read_bytes() for path in sorted(runs.rglob("*")) if path.is_file()}
    reports = {path: path.read_bytes() for path in (desk.folder / "reports").rglob("*") if path.is_file()}
    desk.verify(certificate, desk.sandbox(worse_now))
    assert {path: path.read_bytes() for path in sorted(runs.rglob("*")) if path.is_file()} == before
    assert all(path.read_bytes() == content for path, content in reports.items())
    assert not (desk.folder / ".grader" / "scratch").exists()


def test_seeds_and_threads_are_the_certificates(desk: Desk) -> None:
    certificate = desk.grade(seeded)
    threads = tuple(replace(run, threads=7) for run in certificate.runs)
    sandbox = desk.sandbox(seeded)
    desk.verify(replace(certificate, runs=threads), sandbox)
    asked = [dict(command.environment)["OMP_NUM_THREADS"] for command in sandbox.calls]
    assert asked == ["7"] * RUNS


def test_no_limit_is_raised_by_a_certificate(desk: Desk) -> None:
    certificate = desk.grade(seeded, runs=1)
    run = certificate.runs[0]
    assert run.conditions is not None
    greedy = replace(run.conditions, wall_seconds=1e9, memory_bytes=2**50)
    sandbox = desk.sandbox(seeded)
    desk.verify(replace(certificate, runs=(replace(run, conditions=greedy),)), sandbox)
    assert sandbox.calls[0].limits.wall_seconds == desk.assignment.run.timeout_seconds
    assert sandbox.calls[0].limits.memory_bytes == desk.assignment.run.memory_bytes


def test_a_verdict_that_rests_on_an_audit_has_the_audit_made_again(desk: Desk) -> None:
    def carried_in(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
        return wrong_in(truth(prepared), 10, np.random.default_rng(5))

    desk.assignment = replace(desk.assignment, audits=AuditSpec(pair=False))
    certificate = desk.grade(carried_in, runs=1)
    assert certificate.verdict is Verdict.INCONCLUSIVE
    sandbox = desk.sandbox(carried_in)
    found = desk.verify(certificate, sandbox)
    assert (found.answer, found.audits_made, len(sandbox.calls)) == (Answer.SAME, ("placebo",), 2)


def test_what_came_of_it_is_json_too(desk: Desk) -> None:
    told = json.loads(verification_json(desk.verify(desk.grade(seeded), desk.sandbox(random_itself))))
    assert (told["schema"], told["answer"]) == ("grader/verification/v1", "within_noise")
    assert set(told["metrics"]["error_rate"]) == {"certified", "now", "spread", "allowed", "within"}
    assert [run["served_again"] for run in told["runs"]] == [True] * RUNS


def test_a_certificate_holds_no_secret_of_a_run(desk: Desk) -> None:
    desk.grade(seeded)
    text = desk.certificate.read_text()
    assert not {"order", "canaries", "training"} & set(json.loads(text))
    assert str(desk.folder) not in text
    assert len(text) < 20_000


def test_what_is_not_graded_any_more_loses_its_certificate(desk: Desk) -> None:
    desk.grade(seeded)
    desk.hand_in("x = 3\n")
    publisher = a_publisher(desk.folder / "reports")
    with open_store(desk.folder / ".grader") as store:
        found = find_submissions(desk.folder / "submissions", ["digits"], intake=store.intake)
        grading = grade_course(
            desk.course,
            [desk.assignment],
            found,
            means=desk.grader(DeadSandbox(), store),
            publish=publisher.publish,
        )
    assert grading.submissions[0].points is None
    assert not desk.certificate.exists()


def test_what_a_class_got_is_its_graders_alone(desk: Desk) -> None:
    before = os.umask(0)
    try:
        desk.grade(seeded, runs=1)
    finally:
        os.umask(before)
    for place in (desk.folder / ".grader", desk.folder / "reports", desk.folder / "reports" / "digits"):
        assert place.stat().st_mode & 0o777 == 0o700, place
    files = [path for path in (desk.folder / "reports").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".html", ".json", ".csv", ".log"}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
