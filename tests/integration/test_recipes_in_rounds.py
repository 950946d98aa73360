"""Programs with a recipe, graded: our own trainings decide, and what was delivered stands beside them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from grader.datasets.prepare import Prepared, truth
from grader.files.plain_data import plain_of
from grader.measuring.checks.scale import Spec
from grader.model.assignment import Assignment, AuditSpec, Basis, RecipeNeed, VerdictSpec
from grader.model.assurance import Assurance, Beside, Origin
from grader.model.certificate import Answer
from grader.model.recipe import Answers, Estimator, EstimatorFit, Recipe, RowMap, Rows, Targets
from grader.model.result import SubmissionResult, Verdict
from grader.model.run import SandboxCommand
from grader.orchestration.baseline import ReferenceRuns, run_reference, write_reference_record
from grader.orchestration.ground import Ground
from grader.plugins.tables import reader_of
from grader.reporting import html
from grader.reporting.results_json import results_json
from grader.reporting.student_view import student_view
from grader.reporting.verification import verification_told
from grader.runtimes.catalogue import find_runtime
from grader.storage.run_store import open_store
from grader.wiring import cache_folder
from tests.fakes import FakeSandbox, Files, npy, secret_order
from tests.integration.certifying import Desk, seeded
from tests.integration.played_class import REPORT, Class, Digits
from tests.unit.measuring.judging.judged import DENSE
from tests.unit.readers.written_recipes import dense, layer, recipe, sequential

FOREST = Recipe(
    library="sklearn",
    models=(),
    fits=(
        EstimatorFit(
            estimator=Estimator(
                name="sklearn.ensemble.RandomForestClassifier", parameters={"n_estimators": 50}
            ),
            rows=Rows(),
            map=RowMap(),
            targets=Targets(),
        ),
    ),
    answers=Answers(map=RowMap(), decode="identity"),
)
ROWS = 898
SCHEMA = "results-v1.schema.json"


@pytest.fixture
def asked(digits: Digits) -> Assignment:
    return replace(digits[1], audits=AuditSpec())


@pytest.fixture
def classroom(tmp_path: Path, digits: Digits, asked: Assignment) -> Class:
    return Class(tmp_path, digits[0], asked)


@dataclass
class Machine:
    """Runs programs that get ``delivered`` rows wrong, and trainings that get ``gives`` rows wrong."""

    prepared: Prepared
    delivered: int
    gives: Callable[[str], int | None]
    recipe: Mapping[str, Any] = field(default_factory=lambda: {"recipe": plain_of(FOREST)})
    trained: list[list[str]] = field(default_factory=list)
    runs: int = 0

    def sandbox(self) -> FakeSandbox:
        return FakeSandbox(self._program)

    def _program(self, command: SandboxCommand) -> Files:
        rows = next((bind.source for bind in command.binds if bind.target == "/rows"), None)
        if rows is not None:
            return self._trainings(command, np.load(rows / "x_test.npy"))
        self.runs += 1
        return {
            "predictions.npy": npy(self._wrong(self.delivered)[secret_order(command)]),
            "report.json": REPORT,
            "recipe.json": json.dumps({"protocol": 2, **self.recipe}).encode(),
        }

    def _trainings(self, command: SandboxCommand, test: NDArray[Any]) -> Files:
        names = [want.name.removesuffix(".npy") for want in command.wanted if want.name.endswith(".npy")]
        self.trained.append(names)
        own = {row.tobytes(): at for at, row in enumerate(self.prepared.x_graded)}
        places = [own[row.tobytes()] for row in test]
        made = {name: self.gives(name) for name in names}
        told = [{"name": name, "cpu_seconds": 0.5, "loss": 0.1, "epochs": 3, "why": None} for name in made]
        files = {
            f"{n}.npy": npy(self._wrong(wrong)[places]) for n, wrong in made.items() if wrong is not None
        }
        return files | {
            "report.json": json.dumps({"protocol": 2, "finished": True, "trainings": told}).encode()
        }

    def _wrong(self, rows: int) -> NDArray[Any]:
        labels = truth(self.prepared)
        labels[:rows] = (labels[:rows] + 1) % 10
        return labels


def about(rows: int) -> Callable[[str], int | None]:
    """Nets that get about so many rows wrong, and nearly all where they learn nothing of use."""
    scatter = (0, 3, -2, 2, -3, 1, 4, -4, -1)

    def gives(name: str) -> int:
        if name == "moved":
            return rows + 1
        number = name.removeprefix("seed-")
        return rows + scatter[int(number) % len(scatter)] if number.isdigit() else 850

    return gives


def graded(classroom: Class, machine: Machine, **verdict: Any) -> SubmissionResult:
    classroom.assignment = replace(classroom.assignment, verdict=VerdictSpec(**verdict))
    classroom.hand_in("ana")
    return classroom.grade(machine.sandbox())["ana"]


def beside(result: SubmissionResult) -> Beside:
    assert result.recipe is not None
    return result.recipe.beside[0].beside


def test_two_trainings_by_the_recipe_are_the_runs_that_decide(classroom: Class, digits: Digits) -> None:
    machine = Machine(digits[2], delivered=21, gives=about(20))
    result = graded(classroom, machine)
    assert (result.verdict, result.points) == (Verdict.PASSED, classroom.assignment.points)
    assert machine.runs == 1, "neither pair nor placebo is run where a recipe tells more"
    assert [name for name in machine.trained[0] if name.startswith("seed")] == ["seed-0", "seed-1"]
    assert result.metrics[0].values == (20 / ROWS, 23 / ROWS)
    assert result.recipe is not None
    assert result.recipe.decides
    assert [one.origin for one in result.recipe.runs] == [Origin.RECIPE, Origin.RECIPE]
    assert result.runs[0].metrics["error_rate"] == 21 / ROWS
    assert beside(result) is Beside.WITHIN
    assert result.assurance is Assurance.MADE_AGAIN
    by_id = {check.id: check.assurance for check in result.checks}
    assert set(by_id.values()) == {Assurance.MADE_AGAIN, None}
    assert result.findings == ()


def test_a_cheat_has_the_grade_of_its_recipe_and_a_finding_with_the_figures(
    classroom: Class, digits: Digits
) -> None:
    machine = Machine(digits[2], delivered=1, gives=about(170))
    result = graded(classroom, machine)
    assert result.verdict is Verdict.FAILED
    assert beside(result) is Beside.BETTER
    finding = next(one for one in result.findings if one.code == "GR430")
    assert "0.11 %" in finding.message.en
    assert finding.p_value is not None
    assert finding.p_value < 1e-3
    assert sum(name.startswith("seed") for names in machine.trained for name in names) == 9
    earned = [check for check in result.checks if check.metric]
    assert all(check.points == 0 for check in earned)


@pytest.mark.parametrize(
    ("delivered", "gives", "assurance"), [(21, 20, Assurance.MADE_AGAIN), (1, 170, Assurance.DOUBTED)]
)
def test_a_gain_inside_the_spread_is_luck_and_no_doubt(
    classroom: Class, digits: Digits, delivered: int, gives: int, assurance: Assurance
) -> None:
    written = {"id": "scale", "kind": "scale", "metric": "error_rate", "from": 0.9, "to": 0.0, "points": 1000}
    check: Spec = reader_of(Spec).validate_python(written)
    classroom.assignment = replace(classroom.assignment, checks=(check,), points=check.points)
    result = graded(classroom, Machine(digits[2], delivered=delivered, gives=about(gives)))
    assert result.runs[0].metrics["error_rate"] < result.metrics[0].value, "the delivered value earns more"
    assert result.assurance is assurance
    assert (beside(result) is Beside.BETTER) == (assurance is Assurance.DOUBTED)


def test_by_the_programs_own_runs_a_cheat_keeps_its_points_in_doubt(classroom: Class, digits: Digits) -> None:
    machine = Machine(digits[2], delivered=1, gives=about(170))
    result = graded(classroom, machine, basis=Basis.RUN)
    assert result.verdict is Verdict.PASSED
    assert result.assurance is Assurance.DOUBTED
    assert "GR430" in [one.code for one in result.findings]
    assert result.metrics[0].value == 1 / ROWS


def test_a_value_that_is_better_where_no_points_hang_on_it_costs_no_more_trainings(
    classroom: Class, digits: Digits
) -> None:
    machine = Machine(digits[2], delivered=1, gives=about(20))
    result = graded(classroom, machine)
    assert result.verdict is Verdict.PASSED
    assert beside(result) is Beside.OPEN
    assert len(machine.trained) == 1
    assert result.findings == ()


def test_what_is_worse_than_its_recipe_is_told_as_information(classroom: Class, digits: Digits) -> None:
    result = graded(classroom, Machine(digits[2], delivered=40, gives=about(8)))
    assert result.verdict is Verdict.PASSED
    assert [one.code for one in result.findings] in ([], ["GR432"])
    assert result.metrics[0].value < 15 / ROWS


def test_a_recipe_that_is_right_without_learning_is_doubted(classroom: Class, digits: Digits) -> None:
    result = graded(classroom, Machine(digits[2], delivered=20, gives=lambda _: 20))
    assert "GR433" in [one.code for one in result.findings]
    assert (result.verdict, result.assurance) == (Verdict.INCONCLUSIVE, Assurance.DOUBTED)


@pytest.mark.parametrize(
    ("training", "wrong", "code"),
    [("untrained", 25, "GR435"), ("untrained-1", 25, None), ("moved", 500, "GR436"), ("moved", 90, None)],
)
def test_a_net_right_untrained_each_time_or_lost_beside_its_rows_is_doubted(
    classroom: Class, digits: Digits, training: str, wrong: int, code: str | None
) -> None:
    honest = about(20)

    def gives(name: str) -> int | None:
        return wrong if name.startswith(training) else honest(name)

    result = graded(classroom, Machine(digits[2], 20, gives, recipe={"recipe": recipe()}))
    found = [one.code for one in result.findings if one.code != "GR403"]  # no fit was seen, and doubt
    assert found == ([code] if code else [])
    assert result.assurance is (Assurance.DOUBTED if code else Assurance.MADE_AGAIN)


def test_where_our_trainings_fail_the_program_is_judged_by_its_own_runs(
    classroom: Class, digits: Digits
) -> None:
    machine = Machine(digits[2], delivered=20, gives=lambda _: None)
    result = graded(classroom, machine)
    assert result.points == classroom.assignment.points
    assert result.recipe is not None
    assert result.recipe.why is not None
    assert result.recipe.why.code == "GR434"
    assert {one.audit for one in result.audits} >= {"pair", "placebo"}


def test_without_a_recipe_the_audits_are_made_and_the_reason_is_told(
    classroom: Class, digits: Digits
) -> None:
    none = {"none": {"why": "own-loop", "detail": ""}}
    machine = Machine(digits[2], delivered=20, gives=about(20), recipe=none)
    result = graded(classroom, machine)
    assert machine.trained == []
    assert {one.audit for one in result.audits} >= {"pair", "placebo"}
    assert result.recipe is not None
    assert result.recipe.avoidable
    assert result.recipe.why is not None
    assert result.verdict is not Verdict.FAILED


def test_where_a_recipe_is_required_what_a_metric_earns_waits_for_a_person(
    classroom: Class, digits: Digits
) -> None:
    none = {"none": {"why": "own-loop", "detail": ""}}
    machine = Machine(digits[2], delivered=20, gives=about(20), recipe=none)
    result = graded(classroom, machine, recipe=RecipeNeed.REQUIRED)
    assert result.verdict is Verdict.INCONCLUSIVE
    waiting = [check for check in result.checks if check.message.code == "GR205"]
    assert [check.points for check in waiting] == [Decimal(0)]
    with_one = graded(classroom, Machine(digits[2], 20, about(20)), recipe=RecipeNeed.REQUIRED)
    assert with_one.verdict is not None


@pytest.mark.parametrize(
    ("hidden", "expected"),
    [
        (dense(30, "relu"), (2, "GR207", Assurance.MADE_AGAIN)),
        (layer("Conv2D", filters=8, kernel_size=[3, 3]), (0, "GR212", None)),
    ],
)
def test_the_architecture_is_that_of_the_recipe_and_needs_no_model_file(
    classroom: Class,
    digits: Digits,
    hidden: dict[str, Any],
    expected: tuple[int, str, Assurance | None],
) -> None:
    told = {"recipe": recipe(models=[sequential(hidden, dense(10, "softmax"))])}
    own = classroom.assignment
    classroom.assignment = replace(own, checks=(*own.checks, DENSE))
    result = graded(classroom, Machine(digits[2], 21, about(20), recipe=told))
    found = next(check for check in result.checks if check.kind == "architecture")
    assert (int(found.points), found.message.code, found.assurance) == expected


def test_quick_trains_nothing_again(classroom: Class, digits: Digits) -> None:
    machine = Machine(digits[2], delivered=20, gives=about(20))
    classroom.hand_in("ana")
    result = classroom.grade(machine.sandbox(), audits=False)["ana"]
    assert machine.trained == []
    assert (result.verdict, result.assurance) == (Verdict.PASSED, None)


def test_results_tell_who_made_each_run(classroom: Class, digits: Digits) -> None:
    graded(classroom, Machine(digits[2], delivered=21, gives=about(20)))
    document = json.loads(results_json(classroom.published[-1]))
    schema = json.loads(Path(html.__file__).with_name("schemas").joinpath(SCHEMA).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    told = document["submissions"][0]
    assert [run["origin"] for run in told["runs"]] == ["program", "recipe", "recipe"]
    assert told["assurance"] == "made_again"
    assert told["recipe"]["beside"]["error_rate"]["stands"] == "within"


def test_a_page_says_in_one_sentence_that_the_recipe_was_trained_again(
    classroom: Class, digits: Digits
) -> None:
    result = graded(classroom, Machine(digits[2], delivered=21, gives=about(20)))
    view = student_view(classroom.published[-1], result, {})
    said = [fact.text for fact in view.metrics[0].facts]
    assert any("treinou sua receita de novo, 2 vezes: 2,23 % e 2,56 %." in one.pt for one in said)
    assert any("trained your recipe again, 2 times: 2.23 % and 2.56 %." in one.en for one in said)
    assert [row.label.pt for row in view.runs] == ["1", "receita, 1", "receita, 2"]
    assert {row.assurance.pt for row in view.checks if row.assurance} == {"treinado de novo pelo grader"}


def test_the_reference_is_run_once_and_its_recipe_trained_as_often_as_asked(
    desk: "RecipeDesk", tmp_path: Path
) -> None:
    solution = tmp_path / "reference_solutions" / "digits" / "solution.py"
    solution.parent.mkdir(parents=True)
    solution.write_text("QP = 1\n")
    ground = Ground(
        assignment=replace(desk.assignment, reference=solution),
        prepared=desk.prepared,
        runtime=find_runtime("keras3", cache_folder()),
    )
    with open_store(tmp_path / ".grader") as store:
        ran = run_reference(ground, 5, desk.grader(desk.machine.sandbox(), store))
        assert isinstance(ran, ReferenceRuns)
        record = json.loads(write_reference_record(ran).read_text())
    assert desk.machine.runs == 1
    assert [name for name in desk.machine.trained[0] if name.startswith("seed")] == [
        f"seed-{n}" for n in range(5)
    ]
    (summary,) = record["metrics"]
    assert summary["values"] == [wrong / ROWS for wrong in (20, 23, 18, 22, 17)]
    assert len(record["cpu_seconds"]) == 1


class RecipeDesk(Desk):
    """Where a program with a recipe is graded, and its result made again."""

    machine: Machine

    def sandbox(self, answers: object) -> FakeSandbox:  # noqa: ARG002 - the machine knows them
        return self.machine.sandbox()


@pytest.fixture
def desk(tmp_path: Path, digits: Digits, asked: Assignment) -> RecipeDesk:
    desk = RecipeDesk(tmp_path, digits[0], asked, digits[2])
    desk.machine = Machine(digits[2], delivered=21, gives=about(20))
    return desk


def test_a_certificates_trainings_are_made_again_with_the_same_seeds(desk: RecipeDesk) -> None:
    certificate = desk.grade(seeded)
    assert [one.metrics["error_rate"] for one in certificate.trainings] == [20 / ROWS, 23 / ROWS, 18 / ROWS]
    assert certificate.assurance is Assurance.MADE_AGAIN
    assert len(certificate.runs) == 1
    again = Machine(desk.prepared, delivered=21, gives=about(20))
    found = desk.verify(certificate, again.sandbox())
    assert (found.answer, found.differences) == (Answer.SAME, ())
    assert found.now is not None
    assert [one.seed for one in found.now.trainings] == [one.seed for one in certificate.trainings]
    assert len(again.trained) == 1, "no kept training answered for one"


def test_a_recipe_that_is_gone_is_told(desk: RecipeDesk) -> None:
    certificate = desk.grade(seeded)
    none = {"none": {"why": "own-loop", "detail": ""}}
    found = desk.verify(certificate, Machine(desk.prepared, 21, about(20), recipe=none).sandbox())
    assert found.answer is Answer.DIFFERENT
    assert "trainings" in [one.what for one in found.differences]
    assert "3" in "\n".join(line.pt for line in verification_told(found))
