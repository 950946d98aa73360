"""Rounds of grading: what is made again, what is kept, what is told on the way."""

import json
from dataclasses import replace

import pytest

from grader.datasets.prepare import truth
from grader.model.assignment import AuditSpec
from grader.model.result import Reason, Status, Verdict
from grader.model.run import RunStatus, SandboxCommand
from grader.orchestration.ground import Ground
from tests.fakes import (
    BusyMachine,
    DeadSandbox,
    FakeSandbox,
    Files,
    npy,
    secret_order,
)
from tests.integration.played_class import REPORT, Class, Digits, errors_allowed, errors_in


def test_a_good_program_passes_and_earns_all_points(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as sandbox:
        result = classroom.grade(sandbox)["ana"]
    assert result.verdict is Verdict.PASSED
    assert result.points == result.max_points
    assert result.metrics[0].value == pytest.approx(9 / 898)


def test_what_is_to_be_done_is_told_before_it_with_the_runs_of_the_audits(
    classroom: Class, digits: Digits
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
    classroom: Class, digits: Digits
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


def test_a_mere_look_announces_no_audit_and_makes_none(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana")
    classroom.assignment = replace(classroom.assignment, audits=AuditSpec())
    with errors_in(5, digits[2]) as sandbox:
        classroom.grade(sandbox, runs=1, watched=True, audits=False)
    assert classroom.progress.said[0].en.startswith("Runs of your program: 1, to measure; none for audits.")
    assert len(sandbox.calls) == 1


def test_nobody_hears_a_program_that_has_seen_hidden_rows(
    classroom: Class, digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ground, "rows_hidden", True)
    classroom.hand_in("ana")
    with errors_in(5, digits[2]) as sandbox:
        sandbox.output = b"row 7: 0.25 0.5\n"
        classroom.grade(sandbox, runs=1, watched=True)
    assert classroom.progress.heard == []
    assert [said.key for said in classroom.progress.said] == ["plan.one", "plan.nothing_shown"]


def test_a_class_is_not_watched(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana")
    with errors_in(5, digits[2]) as sandbox:
        sandbox.output = b"epoch 1\n"
        classroom.grade(sandbox, runs=1)
    assert classroom.progress.heard == []


def test_an_interrupted_round_leaves_what_is_finished_published(classroom: Class, digits: Digits) -> None:
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


def test_what_could_not_be_run_is_tried_again_by_the_next_grading(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana")
    classroom.grade(DeadSandbox())
    with errors_in(9, digits[2]) as sandbox:
        assert classroom.grade(sandbox)["ana"].status is Status.GRADED


def test_a_run_that_others_kept_from_ending_is_tried_once_more_when_the_rest_is_done(
    classroom: Class, digits: Digits
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
    classroom: Class, digits: Digits
) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as quiet:
        result = classroom.grade(BusyMachine(quiet, times=99))["ana"]
    assert (result.status, result.points, result.verdict) == (Status.NOT_GRADED, None, None)
    assert (result.reason, len(quiet.calls)) == (Reason.INFRASTRUCTURE, 2)
    assert result.reason_message is not None
    assert result.reason_message.code == "GR619"


def test_a_program_that_lost_little_to_others_ran_out_of_its_own_time(
    classroom: Class, digits: Digits
) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as quiet:
        result = classroom.grade(BusyMachine(quiet, times=99, share=0.2))["ana"]
    assert (result.status, len(quiet.calls)) == (Status.GRADED, len(result.runs))
    assert {run.run.status for run in result.runs} == {RunStatus.TIMEOUT}


def test_a_finished_run_is_not_made_again(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as sandbox:
        first = classroom.grade(sandbox)["ana"]
        again = classroom.grade(sandbox)["ana"]
    assert len(sandbox.calls) == len(first.runs) == 1
    assert again == first


def test_a_changed_submission_runs_again_and_its_neighbour_does_not(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana", "x = 1\n")
    classroom.hand_in("bia", "x = 2\n")
    with errors_in(9, digits[2]) as sandbox:
        classroom.grade(sandbox)
        classroom.hand_in("bia", "x = 3\n")
        classroom.grade(sandbox)
    assert len(sandbox.calls) == 3


def test_force_starts_over(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana")
    with errors_in(9, digits[2]) as sandbox:
        classroom.grade(sandbox)
        classroom.grade(sandbox, force=True)
    assert len(sandbox.calls) == 2


def test_the_same_bytes_handed_in_twice_are_run_once(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana")
    classroom.hand_in("bia")
    with errors_in(9, digits[2]) as sandbox:
        results = classroom.grade(sandbox)
    assert len(sandbox.calls) == 1
    assert results["ana"].points == results["bia"].points


def test_a_program_near_the_bar_is_run_again_until_it_is_settled_or_runs_are_used_up(
    classroom: Class, digits: Digits
) -> None:
    classroom.hand_in("close")
    allowed = errors_allowed(digits[1])
    with errors_in(allowed, digits[2]) as sandbox:
        result = classroom.grade(sandbox)["close"]
    assert result.verdict is Verdict.INCONCLUSIVE
    assert 1 < len(result.runs) <= digits[1].run.runs_max


def test_results_are_whole_after_each_round(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("close", "x = 1\n")
    classroom.hand_in("good", "x = 2\n")
    with errors_in(errors_allowed(digits[1]), digits[2]) as sandbox:
        classroom.grade(sandbox)
    assert len(classroom.published) > 1
    assert all(len(grading.submissions) == 2 for grading in classroom.published)


def test_runs_that_come_out_exactly_the_same_count_once_and_that_is_told(
    classroom: Class, digits: Digits
) -> None:
    classroom.hand_in("seeded")

    def program(command: SandboxCommand) -> Files:
        labels = truth(digits[2])
        labels[: errors_allowed(digits[1])] += 1
        return {"predictions.npy": npy((labels % 10)[secret_order(command)]), "report.json": REPORT}

    result = classroom.grade(FakeSandbox(program), runs=3)["seeded"]
    assert len(result.runs) == 3
    assert len(result.metrics[0].values) == 1
    assert "GR822" in [note.code for note in result.shown.notes]


def test_runs_with_equal_answers_but_other_training_all_count(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("easy")
    losses = iter((0.5, 0.25, 0.125))

    def program(command: SandboxCommand) -> Files:
        fit = {"epochs": 1, "seconds": 1.0, "history": {"loss": [next(losses)]}, "on_test_rows": False}
        report = json.dumps({**json.loads(REPORT), "fits": [fit]}).encode()
        right = truth(digits[2])[secret_order(command)]
        return {"predictions.npy": npy(right), "report.json": report}

    result = classroom.grade(FakeSandbox(program), runs=3)["easy"]
    assert len(result.metrics[0].values) == 3
