"""Whole epochs in one graph give the weights of Keras' own fit, case by case."""

import itertools
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

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


def compared(cases: list[Case]) -> list[tuple[float, float]]:
    """Return for each case the largest difference of any weight, and how far training moved any."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(HARNESS)}
    done = subprocess.run(
        [str(runtime_python()), str(BESIDE), json.dumps(cases)],
        env={"PATH": os.environ["PATH"], "HOME": "/tmp"} | quiet,
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("DIFFERENCES "))
    pairs: list[tuple[float, float]] = json.loads(line.removeprefix("DIFFERENCES "))
    return pairs


def too_far(cases: list[Case]) -> dict[Case, Any]:
    """Return the cases whose weights are not those of Keras' own fit, or that learnt nothing at all."""
    found = zip(cases, compared(cases), strict=True)
    return {case: pair for case, pair in found if not (pair[0] < CLOSE < pair[1] / 10)}


@pytest.mark.takes(60, "every case is traced twice, once by Keras' own fit")
def test_whole_epochs_give_the_weights_of_fit_in_some_cases_of_every_kind() -> None:
    assert too_far(list(SOME)) == {}


@pytest.mark.slow
@pytest.mark.takes(1800, "two hundred cases, each traced twice")
def test_whole_epochs_give_the_weights_of_fit_over_the_whole_grid() -> None:
    usual = ("Adam", "SGD momentum", "RMSprop"), ("SparseCategoricalCrossentropy", "MeanSquaredError")
    every = {
        *((optimizer, loss, "plain") for optimizer, loss in itertools.product(OPTIMIZERS, LOSSES)),
        *itertools.product(*usual, FEATURES),
    }
    assert too_far(sorted(every)) == {}
