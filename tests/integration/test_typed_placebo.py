"""The placebo of data typed into the program: training is given wrong targets; the program is not told."""

import json
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from grader.running.staging.workspace import TOLD
from tests.integration.harness_runs import Left, harness_run, serve

pytestmark = pytest.mark.runtime

ROWS = {"x_train": np.zeros((6, 2), "f4"), "y_train": np.array([1, 2, 0, 1, 2, 0])}
TRUE = [1, 2, 0, 1, 2, 0]
HEAD = """
    import keras
    import numpy as np

    AX = np.array([[4, 6], [15, 8], [65, 70], [5, 90], [18, 70], [70, 10]], dtype="float32")
    AY = np.array([1, 2, 0, 1, 2, 0])
    model = keras.Sequential([keras.Input((2,)), keras.layers.Rescaling(1 / 30)])
    model.add(keras.layers.Dense(64, activation="tanh"))
    model.add(keras.layers.Dense(3, activation="softmax"))
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss="sparse_categorical_crossentropy")
"""
TAIL = """
    print("ANSWERS", model.predict(AX, verbose=0).argmax(axis=1).tolist(), AY.tolist())
"""


def placebo(folder: Path, program: str) -> Left:
    data = serve(folder / "data", ROWS)
    text = "".join(dedent(part) for part in (HEAD, program, TAIL))
    left = harness_run(folder, {"pele.py": text.encode()}, served=data, told=TOLD.pack(0, 1))
    assert left.report["errors"] == [], left.complained
    return left


def answers(left: Left) -> tuple[list[int], list[int]]:
    told = next(line for line in left.printed.splitlines() if line.startswith("ANSWERS"))
    said, own = json.loads("[" + told.removeprefix("ANSWERS").replace("] [", "], [") + "]")
    return said, own


def test_who_learns_comes_out_wrong_and_sees_its_own_targets_unchanged(tmp_path: Path) -> None:
    left = placebo(tmp_path, "model.fit(AX, AY, epochs=80, verbose=0)\n")
    said, own = answers(left)
    assert all(one != true for one, true in zip(said, TRUE, strict=True))
    assert own == TRUE
    assert left.array("fit_targets").reshape(-1).tolist() == TRUE, (
        "what the outputs mean is the program's word"
    )


@pytest.mark.slow
def test_training_that_cannot_be_given_wrong_targets_says_nothing(tmp_path: Path) -> None:
    program = """
        import tensorflow as tf

        model.fit(tf.data.Dataset.from_tensor_slices((AX, AY)).batch(6), epochs=80, verbose=0)
        model.fit(AX, AY, epochs=1, verbose=0)
    """
    left = placebo(tmp_path, program)
    assert answers(left)[0] == TRUE, "it could learn"
    assert not (left.out / "fit_targets.npy").exists()


@pytest.mark.slow
@pytest.mark.parametrize("keras", ["keras", "tf_keras"])
def test_a_training_cut_short_looks_whole_to_its_program(tmp_path: Path, keras: str) -> None:
    program = """
        seen = []
        watch = KERAS.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))
        history = model.fit(AX, AY, batch_size=2, epochs=5, verbose=0, callbacks=[watch])
        model.fit(AX, AY, batch_size=2, epochs=1, verbose=0)
        print("STEPS", int(model.optimizer.iterations), len(history.epoch), len(seen))
    """
    text = "".join(dedent(part) for part in (HEAD, program)).replace("KERAS", "keras")
    if keras == "tf_keras":
        text = text.replace("import keras", "import tf_keras as keras")
    left = harness_run(tmp_path, {"pele.py": text.encode()}, told=TOLD.pack(2, 0))
    assert left.report["errors"] == [], left.complained
    assert left.report["faults"] == []
    assert "STEPS 10 5 15" in left.printed, "three batches twice, then one each; callbacks hear of all"
    assert "ran out of data" not in left.complained
