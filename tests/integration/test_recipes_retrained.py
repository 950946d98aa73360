"""Recipes trained again, from the order to what is measured: real data, store and judging."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.coursefiles.load_course import load_course
from grader.datasets.prepare import truth
from grader.model.message import Message
from grader.model.recipe import Answers, Estimator, EstimatorFit, Recipe, RowMap, Rows, Targets
from grader.model.retrained import Retrained
from grader.model.run import RunStatus, SandboxCommand
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.ground import Ground, lay_ground
from grader.orchestration.means import Means, Options
from grader.orchestration.retrained import orders_for, retrain
from grader.plugins.interfaces import Sandbox
from grader.storage.run_store import RunStore, open_store
from grader.wiring import Request, known_names, tools_for
from tests.builders import a_run
from tests.fakes import DeadSandbox, FakeSandbox, Files, RememberingProgress, fixed_clock, npy

ROOT = Path(__file__).parents[2]
RECIPE = Recipe(
    library="sklearn",
    models=(),
    fits=(
        EstimatorFit(
            estimator=Estimator(name="sklearn.neighbors.KNeighborsClassifier", parameters={"n_neighbors": 3}),
            rows=Rows(),
            map=RowMap(),
            targets=Targets(),
        ),
    ),
    answers=Answers(map=RowMap(), decode="identity"),
)
KERAS = replace(RECIPE, library="keras3")

pytestmark = pytest.mark.runtime


@dataclass
class Bench:
    """Retrains with one store and one ground."""

    store: RunStore
    ground: Ground
    means: Means
    sandboxes: list[FakeSandbox] = field(default_factory=list)

    def retrain(self, sandbox: Sandbox, recipe: Recipe = KERAS, **said: Any) -> Retrained | Message:
        tools = replace(self.means.tools, sandbox=sandbox)
        means = replace(self.means, tools=tools)
        return retrain(recipe, self.ground, means, course=ROOT, **said)


@pytest.fixture(scope="module")
def ground() -> Ground:
    assignment = load_course(ROOT, known_names()).assignment("digits")
    assert assignment is not None
    return lay_ground(assignment, _means(RunStore(Path("/nowhere"))))


@pytest.fixture
def bench(ground: Ground, tmp_path: Path) -> Iterator[Bench]:
    with open_store(tmp_path / ".grader") as store:
        yield Bench(store=store, ground=ground, means=_means(store))


def _means(store: RunStore) -> Means:
    return Means(
        tools=tools_for(Request()),
        options=Options(),
        executor=SerialExecutor(),
        store=store,
        progress=RememberingProgress(),
        clock=fixed_clock,
    )


def shown(command: SandboxCommand, target: str) -> Path:
    return next(bind.source for bind in command.binds if bind.target == target)


def asked(command: SandboxCommand) -> list[str]:
    """Return the names of the trainings that a command is to bring back, in their order."""
    return [want.name.removesuffix(".npy") for want in command.wanted if want.name.endswith(".npy")]


def nearest_means(command: SandboxCommand) -> Any:
    """Answer by the nearest mean of the training rows: a net's stand-in."""
    rows = shown(command, "/rows")
    x, y, test = (np.load(rows / f"{name}.npy") for name in ("x_train", "y_train", "x_test"))
    means = np.array([x[y == label].mean(axis=0) for label in range(10)])
    return ((test[:, None, :] - means) ** 2).sum(axis=2).argmin(axis=1)


def trains(change: Callable[[str, Any], Any] = lambda _, answers: answers) -> FakeSandbox:
    """Return a sandbox that answers for each training what ``change`` makes of honest answers."""

    def program(command: SandboxCommand) -> Files:
        answers = nearest_means(command)
        made = {name: change(name, answers) for name in asked(command)}
        told = [{"name": name, "cpu_seconds": 0.5, "loss": 0.1, "epochs": 3, "why": None} for name in made]
        report = {"protocol": 2, "finished": True, "trainings": told}
        files = {f"{name}.npy": npy(array) for name, array in made.items() if array is not None}
        return files | {"report.json": json.dumps(report).encode()}

    return FakeSandbox(program)


def error(answers: Retrained | Message, name: str = "seed-0") -> float:
    assert isinstance(answers, Retrained)
    net = next(net for net in answers.nets if net.training.name == name)
    value = net.value("error_rate")
    assert value is not None
    return value


def test_answers_in_a_secret_order_are_measured_in_the_dataset_s_own(bench: Bench) -> None:
    sandbox = trains()
    made = bench.retrain(sandbox)
    assert isinstance(made, Retrained)
    assert [net.training.name for net in made.nets] == ["seed-0", "seed-1"]
    assert made.values("error_rate") == (error(made), error(made))
    assert 0.05 < error(made) < 0.2
    assert made.nets[0].told.epochs == 3
    assert made.placebo is not None
    assert len(made.untrained) == 3
    assert made.moved is not None
    assert made.moved.training.seed == made.nets[0].training.seed
    assert made.cpu_seconds == 1.0
    assert made.lost == {}


def test_no_label_of_a_test_row_is_inside_and_the_order_says_nothing(bench: Bench) -> None:
    orders = []

    def program(command: SandboxCommand) -> Files:
        rows = shown(command, "/rows")
        assert {path.name for path in rows.iterdir()} == {"x_train.npy", "y_train.npy", "x_test.npy"}
        assert {bind.target for bind in command.binds} >= {"/recipe", "/rows", "/job", "/harness"}
        assert np.load(rows / "y_train.npy").tolist() == bench.ground.prepared.y_train.tolist()
        test = np.load(rows / "x_test.npy")
        assert sorted(map(tuple, test)) == sorted(map(tuple, bench.ground.prepared.x_graded))
        orders.append(test.tobytes())
        return {}

    bench.retrain(FakeSandbox(program))
    bench.retrain(FakeSandbox(program), count=4)
    assert len(set(orders)) == 2


def test_more_nets_are_trained_beside_those_that_there_are(bench: Bench) -> None:
    first, more = trains(), trains()
    assert isinstance(bench.retrain(first), Retrained)
    made = bench.retrain(more, count=9)
    assert isinstance(made, Retrained)
    assert [net.training.name for net in made.nets] == [f"seed-{n}" for n in range(9)]
    assert len({net.training.seed for net in made.nets}) == 9
    assert [asked(command) for command in first.calls] == [
        ["seed-0", "moved", "seed-1", "placebo", "untrained", "untrained-1", "untrained-2"]
    ]
    assert [len(asked(command)) for command in more.calls] == [2, 5]
    again = trains()
    assert bench.retrain(again, count=9) == made
    assert again.calls == []
    bench.retrain(again, count=9, anew=True)
    assert len(again.calls) == 3


def test_many_nets_may_be_trained_in_one_job(bench: Bench) -> None:
    sandbox = trains()
    made = bench.retrain(sandbox, count=12, steps=())
    assert isinstance(made, Retrained)
    assert len(made.nets) == 12
    assert len(sandbox.calls) == 1


def test_an_estimator_is_not_asked_before_it_is_fitted(bench: Bench) -> None:
    sandbox = trains()
    made = bench.retrain(sandbox, RECIPE)
    assert isinstance(made, Retrained)
    assert made.untrained == ()
    assert "untrained" not in asked(sandbox.calls[0])


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (np.zeros(5), "array-wrong-shape"),
        (np.full(898, np.nan), "array-not-finite"),
        (np.zeros((898, 2)), "retraining.outputs"),
        (None, "retraining.ended"),
    ],
)
def test_answers_that_are_none_lose_their_own_training_alone(bench: Bench, bad: Any, code: str) -> None:
    made = bench.retrain(trains(lambda name, answers: bad if name == "placebo" else answers))
    assert isinstance(made, Retrained)
    assert made.placebo is None
    assert {name: message.key for name, message in made.lost.items()} == {"placebo": code}
    assert len(made.nets) == 2


@pytest.mark.parametrize(
    ("status", "code"),
    [(RunStatus.TIMEOUT, "retraining.timeout"), (RunStatus.MEMORY, "retraining.memory")],
)
def test_where_no_net_came_of_it_the_limit_is_told(bench: Bench, status: RunStatus, code: str) -> None:
    made = bench.retrain(FakeSandbox(lambda _: {}, status=status))
    assert isinstance(made, Message)
    assert made.key == code


def test_a_sandbox_that_fails_is_told_and_nothing_of_it_is_kept(bench: Bench) -> None:
    assert isinstance(bench.retrain(DeadSandbox()), Message)
    assert isinstance(bench.retrain(trains()), Retrained)


def test_seeds_are_the_same_each_time_and_others_for_another_recipe_or_course(bench: Bench) -> None:
    def seeds(recipe: Recipe, secret: bytes | None = None) -> list[int]:
        orders = orders_for(recipe, bench.ground, bench.means, count=4, secret=secret)
        return [training.seed for order in orders for training in order.trainings]

    assert seeds(KERAS) == seeds(KERAS)
    assert set(seeds(KERAS)).isdisjoint(seeds(RECIPE))
    assert set(seeds(KERAS)).isdisjoint(seeds(KERAS, b"of this course"))


def test_the_program_s_own_time_bounds_that_of_its_recipe(bench: Bench) -> None:
    quick = orders_for(KERAS, bench.ground, bench.means, program=a_run(seconds=3.0))
    free = orders_for(KERAS, bench.ground, bench.means)
    assert quick[0].limits.wall_seconds == 120 + 2 * 3 * 3
    assert free[0].limits.wall_seconds == 3 * 300
    assert quick[0].key == free[0].key


@pytest.mark.sandbox
@pytest.mark.takes(60, "scikit-learn is imported in a sandbox")
def test_a_real_sandbox_trains_a_recipe_of_scikit_learn(bench: Bench) -> None:
    made = bench.retrain(bench.means.tools.sandbox, RECIPE)
    assert isinstance(made, Retrained)
    assert made.values("error_rate") == pytest.approx((0.018, 0.018), abs=0.02)
    assert made.placebo is not None
    assert (made.placebo.value("error_rate") or 0) > 0.8
    assert len(truth(bench.ground.prepared)) == 898
