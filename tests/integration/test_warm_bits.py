"""A warm run gives the bits of a cold one: what a program draws, trains and predicts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.model.ask import Ask
from grader.model.run import Limits, RunJob, RunOutput, StagedFile
from grader.model.submission import FileKind
from grader.plugins.interfaces import Sandbox
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.running.run_job import OUTPUT_FILE, run_job
from grader.running.warm.sandbox import WarmSandbox
from grader.runtimes.catalogue import find_runtime
from grader.wiring import cache_folder

pytestmark = [pytest.mark.sandbox, pytest.mark.runtime, pytest.mark.slow]

PROGRAM = """
import hashlib
import random
import sys
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
import matplotlib.pyplot as plt
from sklearn.neural_network import MLPClassifier

x = np.random.rand(300, 8).astype("float32")
y = (x.sum(1) > 4).astype(int)
model = keras.Sequential([
    layers.Input((8,)), layers.Dense(16, activation="relu"), layers.Dropout(0.2),
    layers.Dense(2, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=5, verbose=0)
others = MLPClassifier(max_iter=5).fit(x, y).predict_proba(x)
for values in (model.predict(x, verbose=0), others, x @ x.T, np.array(history.history["loss"])):
    print("bits", hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest())
print("bits", np.random.rand(), random.random())
print("bits", *("pandas" in sys.modules, "tf_keras" in sys.modules, "sklearn.svm" in sys.modules))
plt.plot(history.history["loss"])
plt.show()
"""
TOLD = ("errors", "faults", "versions", "own_seed", "figures", "estimators", "ledger")


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmSandbox]:
    sandbox = WarmSandbox()
    yield sandbox
    sandbox.close()


def ran(sandbox: Sandbox, kind: FileKind, folder: Path, *, threads: int) -> RunOutput:
    folder.mkdir()
    (folder / "served").mkdir()
    name = "net.ipynb" if kind is FileKind.NOTEBOOK else "net.py"
    cell: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": PROGRAM,
    }
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (folder / name).write_text(json.dumps(notebook) if kind is FileKind.NOTEBOOK else PROGRAM)
    runtime = find_runtime("keras3", cache_folder())
    job = RunJob(
        files=(StagedFile(source=folder / name, name=name),),
        main=name,
        kind=kind,
        number=1,
        seed=0,
        threads=threads,
        python=runtime.python,
        runtime_binds=runtime.binds,
        runtime_environment=runtime.environment,
        served=folder / "served",
        rows_on_request=None,
        asks=(Ask(kind="figures", names=()), Ask(kind="recipe", names=())),
        limits=Limits(wall_seconds=300, memory_bytes=4 << 30),
        folder=folder / "out",
    )
    output = run_job(job, sandbox)
    assert isinstance(output, RunOutput)
    return output


def bits(output: RunOutput) -> list[str]:
    lines = (output.folder / OUTPUT_FILE).read_text().splitlines()
    return [line for line in lines if line.startswith("bits")]


@pytest.mark.parametrize(
    ("kind", "threads"), [(FileKind.SCRIPT, 1), (FileKind.NOTEBOOK, 1), (FileKind.SCRIPT, 2)]
)
def test_a_warm_run_gives_the_bits_of_a_cold_one(
    warm: WarmSandbox, tmp_path: Path, kind: FileKind, threads: int
) -> None:
    tmp_path.chmod(0o755)
    cold = ran(BubblewrapSandbox(), kind, tmp_path / "cold", threads=threads)
    first = ran(warm, kind, tmp_path / "first", threads=threads)
    again = ran(warm, kind, tmp_path / "again", threads=threads)
    assert (cold.run.warm, first.run.warm, again.run.warm) == (False, True, True)
    assert len(bits(cold)) == 6
    assert bits(first) == bits(again) == bits(cold)
    reports = [json.loads((one.folder / "report.json").read_text()) for one in (cold, first, again)]
    for name in TOLD:
        assert reports[1][name] == reports[0][name] == reports[2][name], name
    assert first.run.cpu_seconds < cold.run.cpu_seconds
