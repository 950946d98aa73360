"""What an assignment asks of recipes, and what a grading does beside judging by them: plan, room, Ctrl-C."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from grader.model.assignment import Assignment, AuditSpec, RecipeNeed, VerdictSpec
from grader.model.result import Status, SubmissionResult, Verdict
from grader.model.run import MIB, SandboxCommand, SandboxOutcome
from grader.orchestration import room
from grader.worker.keep_what_fits import keep_what_fits
from tests.fakes import FakeSandbox
from tests.integration.played_class import Class, Digits
from tests.integration.test_recipes_in_rounds import Machine, about, graded

NOT_RECORDED = {"none": {"why": "not-recorded", "detail": "ValueError: x"}}


@pytest.fixture
def asked(digits: Digits) -> Assignment:
    return replace(digits[1], audits=AuditSpec())


@pytest.fixture
def classroom(tmp_path: Path, digits: Digits, asked: Assignment) -> Class:
    return Class(tmp_path, digits[0], asked)


def required(classroom: Class, machine: Machine) -> SubmissionResult:
    return graded(classroom, machine, recipe=RecipeNeed.REQUIRED)


def waiting(result: SubmissionResult) -> list[Decimal]:
    """What the checks earn that wait for a person because there is no recipe."""
    return [check.points for check in result.checks if check.message.code == "GR205"]


def test_where_no_recipe_is_asked_for_nothing_is_recorded_nor_trained(
    classroom: Class, digits: Digits
) -> None:
    machine = Machine(digits[2], delivered=20, gives=about(20))
    result = graded(classroom, machine, recipe=RecipeNeed.OFF)
    assert not classroom.assignment.asks_for("recipe")
    assert (machine.trained, result.recipe) == ([], None)
    assert {one.audit for one in result.audits} >= {"pair", "placebo"}
    assert result.points == classroom.assignment.points


def test_where_a_recipe_is_required_nobody_waits_for_a_recording_that_failed(
    classroom: Class, digits: Digits
) -> None:
    result = required(classroom, Machine(digits[2], 20, about(20), recipe=NOT_RECORDED))
    assert (waiting(result), result.points) == ([], classroom.assignment.points)


def test_nor_for_a_machine_that_could_not_train(classroom: Class, digits: Digits) -> None:
    machine = Machine(digits[2], 20, about(20))
    classroom.assignment = replace(classroom.assignment, verdict=VerdictSpec(recipe=RecipeNeed.REQUIRED))
    classroom.hand_in("ana")
    result = classroom.grade(NoTrainings(machine.sandbox().program))["ana"]
    assert result.recipe is not None
    assert result.recipe.why is not None
    assert (waiting(result), result.points) == ([], classroom.assignment.points)


def test_but_for_a_recipe_that_cannot_be_trained(classroom: Class, digits: Digits) -> None:
    result = required(classroom, Machine(digits[2], 20, lambda _: None))
    assert waiting(result) == [Decimal(0)]


class NoTrainings(FakeSandbox):
    """Runs programs; fails at our trainings as ``broken`` says."""

    broken: type[BaseException] = OSError

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Fail where there are rows and no program."""
        if any(bind.target == "/rows" for bind in command.binds):
            raise self.broken
        return super().run(command)


def test_ctrl_c_during_trainings_leaves_a_whole_report_and_the_next_grading_trains(
    classroom: Class, digits: Digits
) -> None:
    machine = Machine(digits[2], delivered=21, gives=about(20))
    stopped = NoTrainings(machine.sandbox().program)
    stopped.broken = KeyboardInterrupt
    for student in ("ana", "bia"):
        classroom.hand_in(student, f"# {student}")
    with pytest.raises(KeyboardInterrupt):
        classroom.grade(stopped)
    left = classroom.published[-1].submissions
    assert [one.status for one in left] == [Status.GRADED, Status.GRADED]
    assert [one.verdict for one in left] == [Verdict.PASSED, Verdict.PASSED]
    assert [one.assurance for one in left] == [None, None], "nobody has made anything again yet"
    assert all(one.recipe is not None and one.recipe.runs == () for one in left)
    runs = machine.runs
    whole = classroom.grade(machine.sandbox())
    assert machine.runs == runs, "the programs are not run again"
    assert all(one.recipe is not None and len(one.recipe.runs) == 2 for one in whole.values())


def test_the_plan_counts_what_is_trained_where_there_is_a_recipe(classroom: Class, digits: Digits) -> None:
    for student in ("ana", "bia"):
        classroom.hand_in(student, f"# {student}")
    classroom.grade(Machine(digits[2], 21, about(20)).sandbox(), runs=4)
    plan = classroom.progress.said[0]
    assert "up to 8 for audits of who passes; or, of who has a recipe, up to 10 trainings" in plan.en
    assert "de quem tem receita, até 10 treinos feitos pelo grader" in plan.pt
    assert "At most about 1 h 0 min" in plan.en, "two runs and ten trainings of five minutes"


def test_what_trainings_leave_has_the_room_of_a_run_and_no_more(
    classroom: Class, digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_with: list[int] = []

    def kept(folder: Path, most: int) -> Any:
        asked_with.append(most)
        return keep_what_fits(folder, most)

    monkeypatch.setattr("grader.worker.retrain.keep_what_fits", kept)
    monkeypatch.setattr(room, "MOST_OF_A_BATCH", 0)
    result = graded(classroom, Machine(digits[2], 21, about(20)))
    assert asked_with == [4 * MIB]
    assert result.recipe is not None
    assert len(result.recipe.runs) == 2
