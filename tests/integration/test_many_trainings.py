"""Three thousand honest trainings of nets drawn by chance: the rule that doubts once in a thousand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.many_trainings import Trained, batched, held, trained
from benchmarks.random_nets import random_nets, shortened
from grader.measuring.judging.made_again import LOOKS
from grader.model.assurance import Beside
from grader.model.recipe import Affine, KerasFit, Recipe
from grader.readers.recipe import read_recipe
from tests.integration.harness_runs import banknotes, harness_run, serve, text_files

pytestmark = pytest.mark.runtime
NETS, TRAININGS = 30, 100
SHORT = 60
HALF_WRONG = 0.5
"""No bar is set where most answers are wrong: what is better there earns nothing, and nobody is doubted."""


def among_its_own(again: Sequence[float], place: int) -> Beside:
    """Return how the training at ``place`` stands beside the nineteen that follow it."""
    others = [again[(place + step) % len(again)] for step in range(1, LOOKS[-1] + 1)]
    return held(again[place], others).beside


@pytest.fixture(scope="module")
def made() -> list[Trained]:
    """Return thirty nets of other shapes than the fifty of the page, trained a hundred times each."""
    nets = [shortened(net, SHORT) for net in random_nets(NETS, seed=3000)]
    return [one for some in batched(nets, 10) for one in trained(some, own=0, again=range(TRAININGS))]


@pytest.mark.slow
@pytest.mark.takes(1800, "three thousand trainings in whole epochs")
def test_of_three_thousand_honest_trainings_the_rule_doubts_two_nets_at_most(made: list[Trained]) -> None:
    assert sum(len(one.again) for one in made) == NETS * TRAININGS
    assert all(len(set(one.again)) > 10 for one in made), "each training is one of its own"
    # Trainings of one net are held against the same others: a net that is doubted counts once.
    doubted = {
        one.net.name
        for one in made
        for place, value in enumerate(one.again)
        if value < HALF_WRONG and among_its_own(one.again, place) is Beside.BETTER
    }
    assert len(doubted) <= 2, doubted


@pytest.mark.slow
def test_the_same_rule_finds_what_is_far_better_than_its_recipe(made: list[Trained]) -> None:
    found = [held(0.0, one.again[: LOOKS[-1]]).beside for one in made]
    assert sum(one is Beside.BETTER for one in found) > NETS / 2


@pytest.mark.slow
def test_the_recipe_that_is_recorded_of_a_net_is_the_one_that_was_trained(tmp_path: Path) -> None:
    net = shortened(random_nets(4)[3], SHORT)
    arrays = banknotes(200, 100)
    chance = np.random.default_rng(0)
    for part in ("train", "test"):
        arrays[f"x_{part}"] = chance.integers(0, 17, (len(arrays[f"y_{part}"]), 64)).astype("float64")
        arrays[f"y_{part}"] = chance.integers(0, 10, len(arrays[f"y_{part}"]))
    served = serve(tmp_path / "data", arrays, files=text_files(arrays))
    left = harness_run(tmp_path, {"net.py": net.program(1).encode()}, served=served)
    found = read_recipe((left.out / "recipe.json").read_bytes())
    assert isinstance(found, Recipe), found
    said = net.recipe()
    fit, told = found.fits[0], said.fits[0]
    assert isinstance(fit, KerasFit)
    assert isinstance(told, KerasFit)
    for name in ("rows", "targets", "epochs", "batch_size", "callbacks", "class_weight"):
        assert getattr(fit, name) == getattr(told, name), name
    (step,) = fit.map.steps
    assert isinstance(step, Affine)
    assert step.scale == pytest.approx((1 / 16,))
    assert fit.optimizer["class_name"] == told.optimizer["class_name"]
    assert fit.optimizer["config"]["learning_rate"] == pytest.approx(net.rate)
    kinds = [[layer["class_name"] for layer in one.models[0]["config"]["layers"]] for one in (found, said)]
    assert kinds[0] == kinds[1]
