"""A recipe trained anew in the runtime's own libraries, as the sandbox does it, on the digits."""

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.files.plain_data import plain_of
from grader.model.recipe import (
    Affine,
    Answers,
    Estimator,
    EstimatorFit,
    KerasFit,
    Recipe,
    RowMap,
    Rows,
    Targets,
    Watched,
)
from tests.integration.harness_runs import HARNESS, _environment, runtime_python

pytestmark = pytest.mark.runtime
SIXTEENTHS = RowMap(steps=(Affine(scale=(1 / 16,), offset=(0.0,)),))


@dataclass(frozen=True)
class Made:
    """What one job left: its report, and the error rate of each training's answers."""

    report: dict[str, Any]
    answers: dict[str, Any]
    truth: Any

    def error(self, name: str) -> float:
        return float(np.mean(self.answers[name] != self.truth))

    def told(self, name: str) -> dict[str, Any]:
        return next(one for one in self.report["trainings"] if one["name"] == name)


def training(name: str, seed: int, **said: Any) -> dict[str, Any]:
    return {"name": name, "seed": seed, "labels": "true", "epochs": None, "rows": "test"} | said


def retrained(folder: Path, recipe: Recipe, *trainings: dict[str, Any], legacy: bool = False) -> Made:
    """Train ``recipe`` on the even rows of the digits and ask it about the odd ones."""
    out = folder / "out"
    out.mkdir()
    table = np.loadtxt(
        next(runtime_python().parents[1].glob("lib/*/site-packages/sklearn/datasets/data/digits.csv.gz")),
        delimiter=",",
    )
    labels = table[:, 64].astype("int64")
    arrays = {"x_train": table[::2, :64], "y_train": labels[::2], "x_test": table[1::2, :64]}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    (folder / "recipe.json").write_text(json.dumps(plain_of(recipe)))
    job = {
        "protocol": 2,
        "recipe": str(folder / "recipe.json"),
        "rows": {name: str(folder / f"{name}.npy") for name in arrays},
        "classes": True,
        "trainings": list(trainings),
        "paths": {"out": str(out)},
    }
    (folder / "job.json").write_text(json.dumps(job))
    environment = _environment(folder) | ({"TF_USE_LEGACY_KERAS": "1"} if legacy else {})
    command = [str(runtime_python()), str(HARNESS / "retrain.py"), str(folder / "job.json")]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    report = json.loads((out / "report.json").read_text())
    assert done.returncode == 0, (report, done.stderr)
    answers = {path.stem: np.load(path, allow_pickle=False) for path in out.glob("*.npy")}
    return Made(report=report, answers=answers, truth=labels[1::2])


def layer(kind: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None}


def network(*layers: dict[str, Any]) -> dict[str, Any]:
    given = layer("InputLayer", batch_shape=[None, 64], dtype="float32")
    config = {"name": "model", "layers": [given, *layers]}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}


def of_keras(module: str, name: str, **config: Any) -> dict[str, Any]:
    return {"module": f"keras.{module}", "class_name": name, "config": config, "registered_name": None}


PLAIN = network(layer("Dense", units=32, activation="relu"), layer("Dense", units=10, activation="softmax"))


def keras_recipe(*models: Any, **said: Any) -> Recipe:
    """Return the recipe of a small dense net on the digits, ``said`` otherwise."""
    usual: dict[str, Any] = {
        "model": 0,
        "optimizer": of_keras("optimizers", "Adam", learning_rate=0.003),
        "loss": of_keras("losses", "SparseCategoricalCrossentropy"),
        "rows": Rows(),
        "map": SIXTEENTHS,
        "targets": Targets(),
        "epochs": 12,
        "batch_size": 32,
    }
    fit = KerasFit(**(usual | said))
    answers = Answers(map=SIXTEENTHS, decode="argmax")
    return Recipe(library="keras3", models=models or (PLAIN,), fits=(fit,), answers=answers)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return retrained(
        tmp_path_factory.mktemp("retrained"),
        keras_recipe(),
        training("seed-0", 11),
        training("moved", 11, rows="moved"),
        training("seed-1", 12),
        training("placebo", 11, labels="deranged"),
        training("untrained", 11, epochs=0),
        training("again", 11),
    )


@pytest.mark.takes(
    60, "one training in real TensorFlow, five times, of which every test here tells something"
)
def test_a_net_trained_anew_has_learnt_and_by_another_seed_otherwise(made: Made) -> None:
    assert made.error("seed-0") < 0.1
    assert made.error("seed-1") < 0.1
    assert (made.answers["seed-0"] != made.answers["seed-1"]).any()
    told = made.told("seed-0")
    assert (told["epochs"], told["whole_epochs"], told["why"]) == (12, True, None)
    assert told["loss"] < 0.3
    assert told["cpu_seconds"] > 0


def test_one_seed_gives_one_net_wherever_in_the_job_it_stands(made: Made) -> None:
    assert made.answers["again"].tolist() == made.answers["seed-0"].tolist()


def test_moved_rows_are_answered_nearly_as_well_by_the_net_trained_last(made: Made) -> None:
    assert made.error("moved") < made.error("seed-0") + 0.02
    assert made.told("moved")["loss"] == made.told("seed-0")["loss"]


def test_what_learns_wrong_labels_answers_none_of_them_rightly(made: Made) -> None:
    assert made.error("placebo") > 0.9


def test_an_untrained_net_guesses(made: Made) -> None:
    assert made.error("untrained") > 0.7
    assert made.told("untrained")["epochs"] == 0


@pytest.mark.slow
def test_a_callback_of_keras_own_ends_the_training(tmp_path: Path) -> None:
    stops = Watched(name="EarlyStopping", config={"monitor": "val_accuracy", "patience": 2})
    best = Watched(name="ModelCheckpoint", config={"monitor": "val_loss", "save_best_only": True})
    recipe = keras_recipe(epochs=60, callbacks=(stops, best), validation=Rows(drawn=90), rows=Rows(drawn=809))
    made = retrained(tmp_path, recipe, training("seed-0", 3))
    assert made.error("seed-0") < 0.1
    assert 2 < made.told("seed-0")["epochs"] < 60
    assert made.told("seed-0")["whole_epochs"] is False


@pytest.mark.slow
def test_tf_keras_trains_the_same_recipe(tmp_path: Path) -> None:
    given = layer("InputLayer", batch_input_shape=[None, 64], dtype="float32", name="given")
    model = PLAIN | {"config": {"name": "model", "layers": [given, *PLAIN["config"]["layers"][1:]]}}
    recipe = replace(keras_recipe(model), library="tf-keras")
    made = retrained(tmp_path, recipe, training("seed-0", 11), legacy=True)
    assert made.error("seed-0") < 0.1


@pytest.mark.takes(60, "scikit-learn is imported for the first time")
def test_scikit_learn_fits_the_estimator_of_a_recipe_and_leaves_no_answer_untrained(tmp_path: Path) -> None:
    scale = Estimator(name="sklearn.preprocessing.StandardScaler", parameters={})
    svm = Estimator(name="sklearn.svm.SVC", parameters={"C": 3.0})
    whole = Estimator(name="sklearn.pipeline.Pipeline", parameters={}, parts=(("scale", scale), ("svm", svm)))
    fit = EstimatorFit(estimator=whole, rows=Rows(), map=RowMap(), targets=Targets())
    answers = Answers(map=RowMap(), decode="identity")
    recipe = Recipe(library="sklearn", models=(), fits=(fit,), answers=answers)
    made = retrained(
        tmp_path,
        recipe,
        training("seed-0", 1),
        training("placebo", 1, labels="deranged"),
        training("untrained", 1, epochs=0),
    )
    assert made.error("seed-0") < 0.05
    assert made.error("placebo") > 0.9
    assert "untrained" not in made.answers
    assert made.told("untrained")["why"] == "untrained"
