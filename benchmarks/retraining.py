"""CPU of training a recipe again, beyond imports, ÷ CPU of the whole program that it was taken from."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from grader.datasets.prepare import Prepared
from grader.files.plain_data import plain_of
from grader.model.recipe import Affine, Answers, Fitted, KerasFit, Recipe, RowMap, Rows, Targets
from grader.running.staging.workspace import harness_folder
from grader.runtimes.catalogue import Runtime, find_runtime
from grader.wiring import cache_folder, data_folder
from grader.worker.workplace import prepare_data

THREADS = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
BEGIN = """
import sys, keras, numpy as np
from keras.layers import Dense, Input, Rescaling
x, y, q = (np.load(f"{sys.argv[1]}/{name}.npy") for name in ("x_train", "y_train", "x_graded"))
"""
END = """
np.save(sys.argv[2], model.predict(q, verbose=0))
"""
DIGITS = """
x, q = x / 16, q / 16
model = keras.Sequential([Input((64,)), Dense(128, activation="relu"), Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, batch_size=16, epochs=45, verbose=0)
"""
NOISYNOTE = """
mean, deviation = x.mean(axis=0), x.std(axis=0)
x, q = (x - mean) / deviation, (q - mean) / deviation
hidden = [Dense(32, activation="relu"), Dense(16, activation="relu")]
model = keras.Sequential([Input((7,)), *hidden, Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, batch_size=32, epochs=150, verbose=0)
"""
PELE = """
penalty = keras.regularizers.L1(0.003)
hidden = Dense(8, activation="tanh", kernel_regularizer=penalty)
model = keras.Sequential([Input((2,)), Rescaling(1 / 30), hidden, Dense(3, activation="softmax")])
model.compile(keras.optimizers.Adam(0.03), "categorical_crossentropy", metrics=["accuracy"])
model.fit(x, keras.utils.to_categorical(y, 3), batch_size=6, epochs=600, verbose=0)
"""
MNIST = """
x, q = x.reshape(-1, 784) / 255, q.reshape(-1, 784) / 255
model = keras.Sequential([Input((784,)), Dense(400, activation="relu"), Dense(10, activation="softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
model.fit(x, keras.utils.to_categorical(y, 10), batch_size=100, epochs=3, verbose=0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A program and the recipe of it; ``whole``: all of honesty is counted, else one seed."""

    dataset: str
    program: str
    recipe: Recipe
    whole: bool = True


def layer(kind: str, **config: Any) -> dict[str, Any]:
    """Return a layer as Keras writes it."""
    return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None}


def recipe(
    columns: int,
    layers: tuple[dict[str, Any], ...],
    *,
    rate: float,
    loss: str,
    steps: tuple[Affine | Fitted, ...],
    targets: Targets,
    epochs: int,
    batch: int,
    decode: Literal["argmax", "threshold"] = "argmax",
) -> Recipe:
    """Return the recipe of one dense net trained by Adam."""
    given = layer("InputLayer", batch_shape=[None, columns], dtype="float32")
    config = {"name": "model", "layers": [given, *layers]}
    model = {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}
    adam = {"module": "keras.optimizers", "class_name": "Adam", "config": {"learning_rate": rate}}
    row_map = RowMap(steps=steps)
    fit = KerasFit(
        model=0,
        optimizer=adam | {"registered_name": None},
        loss={"module": "keras.losses", "class_name": loss, "config": {}, "registered_name": None},
        rows=Rows(),
        map=row_map,
        targets=targets,
        epochs=epochs,
        batch_size=batch,
    )
    answers = Answers(map=row_map, decode=decode)
    return Recipe(library="keras3", models=(model,), fits=(fit,), answers=answers)


def dense(units: int, activation: str, **config: Any) -> dict[str, Any]:
    """Return a dense layer as Keras writes it."""
    return layer("Dense", units=units, activation=activation, **config)


def cases() -> dict[str, Case]:
    """Return the programs that are measured, by name."""
    penalty = {"module": "keras.regularizers", "class_name": "L1", "config": {"l1": 0.003}}
    return {
        "digits": Case(
            dataset="digits",
            program=DIGITS,
            recipe=recipe(
                64,
                (dense(128, "relu"), dense(10, "softmax")),
                rate=0.001,
                loss="SparseCategoricalCrossentropy",
                steps=(Affine(scale=(1 / 16,), offset=(0.0,)),),
                targets=Targets(),
                epochs=45,
                batch=16,
            ),
        ),
        "noisynote": Case(
            dataset="noisynote",
            program=NOISYNOTE,
            recipe=recipe(
                7,
                (dense(32, "relu"), dense(16, "relu"), dense(1, "sigmoid")),
                rate=0.005,
                loss="BinaryCrossentropy",
                steps=(Fitted(by="standard", per_column=True),),
                targets=Targets(form="float"),
                epochs=150,
                batch=32,
                decode="threshold",
            ),
        ),
        "pele": Case(
            dataset="pele",
            program=PELE,
            recipe=recipe(
                2,
                (
                    layer("Rescaling", scale=1 / 30, offset=0.0),
                    dense(8, "tanh", kernel_regularizer=penalty | {"registered_name": None}),
                    dense(3, "softmax"),
                ),
                rate=0.03,
                loss="CategoricalCrossentropy",
                steps=(),
                targets=Targets(form="one_hot", classes=3),
                epochs=600,
                batch=6,
            ),
        ),
        "mnist-dense": Case(
            dataset="mnist",
            program=MNIST,
            recipe=recipe(
                784,
                (dense(400, "relu"), dense(10, "softmax")),
                rate=0.001,
                loss="CategoricalCrossentropy",
                steps=(Affine(scale=(1 / 255,), offset=(0.0,)),),
                targets=Targets(form="one_hot", classes=10),
                epochs=3,
                batch=100,
            ),
            whole=False,
        ),
    }


def retraining_cpu(name: str, pairs: int) -> list[float]:
    """CPU of two nets, placebo, untrained and moved rows (of one net where not ``whole``) ÷ the program's.

    Limits 0.3 and 0.8. Imports are in the program's CPU and not in the retraining's: a warm start has them.
    """
    case = cases()[name]
    runtime = find_runtime("keras3", cache_folder())
    prepared = prepare_data(case.dataset, runtime, data_dir=data_folder(None), cache=cache_folder())
    ratios = []
    for pair in range(pairs):
        if pair % 2:
            again, own = _again(case, prepared, runtime), _own(case, prepared, runtime)
        else:
            own, again = _own(case, prepared, runtime), _again(case, prepared, runtime)
        ratios.append(again / own)
    return ratios


def _own(case: Case, prepared: Prepared, runtime: Runtime) -> float:
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program.py"
        program.write_text(BEGIN + case.program + END)
        return _cpu_of(
            [_python(runtime), str(program), str(prepared.folder), f"{folder}/answers.npy"], folder
        )


def _again(case: Case, prepared: Prepared, runtime: Runtime) -> float:
    usual = {"labels": "true", "epochs": None, "rows": "test"}
    trainings = [
        usual | {"name": "seed-0", "seed": 1},
        usual | {"name": "moved", "seed": 1, "rows": "moved"},
        usual | {"name": "seed-1", "seed": 2},
        usual | {"name": "placebo", "seed": 1, "labels": "deranged"},
        usual | {"name": "untrained", "seed": 1, "epochs": 0},
    ]
    names = {"x_train": "x_train", "y_train": "y_train", "x_test": "x_graded"}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "recipe.json").write_text(json.dumps(plain_of(case.recipe)))
        job = {
            "protocol": 2,
            "recipe": f"{folder}/recipe.json",
            "rows": {name: str(prepared.folder / f"{file}.npy") for name, file in names.items()},
            "classes": True,
            "trainings": trainings if case.whole else trainings[:1],
            "paths": {"out": folder},
        }
        (place / "job.json").write_text(json.dumps(job))
        _cpu_of([_python(runtime), str(harness_folder() / "retrain.py"), f"{folder}/job.json"], folder)
        report = json.loads((place / "report.json").read_text())
    return sum(float(one["cpu_seconds"]) for one in report["trainings"])


def _python(runtime: Runtime) -> str:
    return str(runtime.binds[0].source / "bin" / "python")


def _cpu_of(argv: list[str], folder: str) -> float:
    """Return the processor seconds of one process, by the operating system's account."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "HOME": folder}
    quiet |= {"PYTHONDONTWRITEBYTECODE": "1"}
    nothing = subprocess.DEVNULL
    child = subprocess.Popen(argv, env={**os.environ, **THREADS, **quiet}, stdout=nothing, stderr=nothing)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{argv[1]}: {child.returncode}")
    return used.ru_utime + used.ru_stime
