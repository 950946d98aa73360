"""What trains faster than Keras' own fit gives its weights, case by case: whole epochs, and joined batches.

Whole epochs in one graph are the grader's own loop for recipes: its weights are as good as those of ``fit``.
Joined batches are the program's own ``fit``, and all that it leaves is the same to the last bit.
"""

import itertools
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration import joined_batches_beside_fit as joining
from tests.integration.harness_runs import HARNESS, runtime_python
from tests.integration.whole_epochs_beside_fit import FEATURES, LOSSES, OPTIMIZERS

pytestmark = pytest.mark.runtime
BESIDE = Path(__file__).with_name("whole_epochs_beside_fit.py")
CLOSE = 1e-5
Case = tuple[str, str, str]
SOME: tuple[Case, ...] = (
    ("Adam", "SparseCategoricalCrossentropy", "Dropout"),
    ("Adam", "SparseCategoricalCrossentropy logits", "class_weight"),
    ("Adam", "MeanSquaredError", "CosineDecay"),
    ("SGD momentum", "BinaryCrossentropy", "L2"),
    ("AdamW", "CategoricalCrossentropy smoothed", "BatchNormalization"),
    ("RMSprop", "MeanAbsoluteError", "clipnorm"),
)


SOME_JOINED: tuple[Case, ...] = (
    ("Adam", "sparse_categorical_crossentropy", "Dropout"),
    ("SGD momentum", "BinaryCrossentropy", "class_weight"),
    ("RMSprop", "mse", "EarlyStopping"),
    ("Adam", "SparseCategoricalCrossentropy", "own that asks"),
    ("Adam", "sparse_categorical_crossentropy", "one by one between"),
)
SOME_AS_WRITTEN: tuple[Case, ...] = (
    ("Adam", "sparse_categorical_crossentropy", "own of batches"),
    ("Adam", "sparse_categorical_crossentropy", "schedule"),
    ("Adam", "MeanSquaredError", "own loss"),
)


@dataclass(frozen=True)
class Printed:
    """What the runtime's Python said of some cases."""

    whole: dict[Case, tuple[float, float]]
    joined: dict[Case, dict[str, Any]]

    @property
    def too_far(self) -> dict[Case, tuple[float, float]]:
        """Return the cases whose weights are not those of Keras' own fit, or that learnt nothing at all."""
        return {case: pair for case, pair in self.whole.items() if not (pair[0] < CLOSE < pair[1] / 10)}

    def not_as(self, joins: bool) -> dict[Case, dict[str, Any]]:  # noqa: FBT001 - said by name below
        """Return the cases that left another bit, learnt nothing, or whose batches were joined or not."""
        return {
            case: found
            for case, found in self.joined.items()
            if found["differing"] or not found["learnt"] or bool(found["joined"]) is not joins
        }


def compared(whole: list[Case], joined: list[Case]) -> Printed:
    """Return what one process of the runtime's Python makes of the cases of both kinds."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(HARNESS)}
    done = subprocess.run(
        [str(runtime_python()), str(BESIDE), json.dumps(whole), json.dumps(joined)],
        env={"PATH": os.environ["PATH"], "HOME": "/tmp"} | quiet,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = dict(line.partition(" ")[::2] for line in done.stdout.splitlines() if " " in line)
    return Printed(
        dict(zip(whole, json.loads(said["DIFFERENCES"]), strict=True)),
        dict(zip(joined, json.loads(said["FOUND"]), strict=True)),
    )


@pytest.fixture(scope="module")
def some() -> Printed:
    return compared(list(SOME), [*SOME_JOINED, *SOME_AS_WRITTEN])


@pytest.mark.takes(90, "every case of both kinds is traced twice, once by Keras' own fit")
def test_whole_epochs_give_the_weights_of_fit_in_some_cases_of_every_kind(some: Printed) -> None:
    assert some.too_far == {}


def test_joined_batches_leave_every_bit_as_it_was_in_some_cases_of_every_kind(some: Printed) -> None:
    few = Printed({}, {case: some.joined[case] for case in SOME_JOINED})
    assert few.not_as(joins=True) == {}


def test_what_looks_at_single_batches_or_is_not_known_is_trained_as_written(some: Printed) -> None:
    few = Printed({}, {case: some.joined[case] for case in SOME_AS_WRITTEN})
    assert few.not_as(joins=False) == {}


@pytest.mark.slow
@pytest.mark.takes(1800, "two hundred cases, each traced twice")
def test_whole_epochs_give_the_weights_of_fit_over_the_whole_grid() -> None:
    usual = ("Adam", "SGD momentum", "RMSprop"), ("SparseCategoricalCrossentropy", "MeanSquaredError")
    every = {
        *((optimizer, loss, "plain") for optimizer, loss in itertools.product(OPTIMIZERS, LOSSES)),
        *itertools.product(*usual, FEATURES),
    }
    assert compared(sorted(every), []).too_far == {}


@pytest.mark.slow
@pytest.mark.takes(900, "a hundred cases, each traced twice")
def test_joined_batches_leave_every_bit_as_it_was_for_each_optimizer_loss_and_callback() -> None:
    # No step of an optimizer knows which loss it follows: each is tried with three, and each loss with Adam.
    kinds = ("sparse_categorical_crossentropy", "BinaryCrossentropy", "mse")
    every = {
        *((name, loss, "plain") for name, loss in itertools.product(joining.OPTIMIZERS, kinds)),
        *(("Adam", loss, "plain") for loss in joining.LOSSES),
        *(("Adam", kinds[0], feature) for feature in joining.FEATURES),
        *(("SGD momentum", kinds[0], feature) for feature in joining.LAYERS),
    }
    assert compared([], sorted(every)).not_as(joins=True) == {}


@pytest.mark.slow
@pytest.mark.takes(300, "thirty cases, each traced twice")
def test_everything_without_such_a_test_is_trained_batch_by_batch() -> None:
    own = ("own loss", "own metric")
    cases = [
        ("Adam", "MeanSquaredError" if feature in own else "sparse_categorical_crossentropy", feature)
        for feature in joining.AS_WRITTEN
    ]
    assert compared([], cases).not_as(joins=False) == {}


@pytest.mark.slow
def test_a_seeded_fit_of_keras_has_one_order_of_rows_for_all_its_epochs() -> None:
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "HOME": "/tmp"}
    done = subprocess.run(
        [str(runtime_python()), str(BESIDE.with_name("orders_of_a_seeded_fit.py"))],
        env={"PATH": os.environ["PATH"]} | quiet,
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("ORDERS "))
    orders = json.loads(line.removeprefix("ORDERS "))
    assert sorted(orders[0]) == list(range(10)) != orders[0]
    assert orders == [orders[0]] * 3
