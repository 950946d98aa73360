"""What is asked for is taken, and nothing else; what cannot be taken is a state."""

from pathlib import Path

import numpy as np
import pytest

from grader.measuring.evidence.graph import read_graph
from grader.measuring.evidence.values import read_values
from grader.readers.refused import Refused
from tests.crossing import same
from tests.integration.harness_runs import (
    PROGRAMS,
    banknotes,
    harness_run,
    images,
    notebook,
    serve,
    stage,
)

pytestmark = pytest.mark.runtime

DRAWS = b"""
import matplotlib.pyplot as plt
QP = [0] * 120
def predict(x):
    return [0] * len(x)
plt.plot([1, 2]); plt.show()
plt.plot([2, 1])
"""


def test_what_is_not_asked_for_is_not_taken(tmp_path: Path) -> None:
    arrays = banknotes()
    served = serve(tmp_path / "data", arrays)
    left = harness_run(
        tmp_path, {"p.py": DRAWS}, served=served, rows=arrays["x_test"], asks={"predictions": ("QP",)}
    )
    assert left.report["sources"] == {
        "predict": {"state": "absent"},
        "predictions": {"state": "ok"},
        "captured": {"state": "absent"},
        "model": {"state": "absent"},
    }
    assert left.report["figures"] == 0
    assert {path.name for path in left.out.iterdir()} == {"predictions.npy", "report.json"}


def test_no_model_is_saved_where_nobody_looks_at_one_and_its_layers_are_shown(tmp_path: Path) -> None:
    served = serve(tmp_path / "data", images(), loader="mnist")
    left = harness_run(tmp_path, stage(PROGRAMS, "mlp2.py"), served=served, asks={"predictions": ("QP",)})
    assert left.report["errors"] == []
    assert {path.name for path in left.out.iterdir()} == {"report.json"}
    assert len(left.report["fits"]) == 1
    assert "Dense" in left.report["layers"]


def test_a_model_asked_for_alone_comes_with_what_it_was_fed(tmp_path: Path) -> None:
    served = serve(tmp_path / "data", images(), loader="mnist")
    asks = {"model": ("model",), "graph": ("model",)}
    left = harness_run(tmp_path, stage(PROGRAMS, "mlp2.py"), served=served, asks=asks)
    graph = read_graph((left.out / "graph.json").read_bytes())
    assert graph is not None
    assert (graph.kind, graph.inputs, graph.outputs) == ("sequential", 1, 1)
    assert graph.layers.count("Dense") == left.report["layers"].count("Dense") > 0
    assert graph.loss == ("categorical_crossentropy",)
    assert left.report["sources"]["model"] == {"state": "ok"}
    assert {path.name for path in left.out.iterdir()} == {
        *("captured_inputs.npy", "captured_model.keras", "model.keras"),
        *("fit_inputs.npy", "fit_targets.npy", "graph.json", "report.json"),
    }


def test_what_nothing_takes_is_told_before_the_program_starts(tmp_path: Path) -> None:
    left = harness_run(tmp_path, {"p.py": b"print('started')"}, asks={"telepathy": ()})
    assert left.status == 1
    assert left.printed == ""
    assert "nothing here takes 'telepathy'" in left.complained
    assert not left.out.exists()


def test_a_variable_whose_methods_end_the_program_is_a_state(tmp_path: Path) -> None:
    program = b"""
class Rows:
    def __array__(self, *a, **k):
        raise SystemExit('all tests passed')
QP = Rows()
"""
    served = serve(tmp_path / "data", banknotes())
    left = harness_run(tmp_path, {"p.py": program}, served=served)
    assert left.report["finished"] is True
    assert left.report["sources"]["predictions"] == {
        "state": "passed_over",
        "why": "raised",
        "detail": "SystemExit: all tests passed",
    }


TENSORS = b"""
import keras, numpy as np, tensorflow as tf
A = np.arange(6, dtype="u1").reshape(2, 3)
C = tf.constant([[1.0, 2.0]]) * 2
W = tf.Variable([1, 2])
half = tf.cast(C, "bfloat16")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
kernel = model.weights[0]
history = {"loss": [np.float32(0.5), np.float32(0.25)], "epochs": range(2)}
words = tf.constant(["a"])
"""


def test_arrays_and_tensors_of_a_real_program_cross_in_their_own_dtype(tmp_path: Path) -> None:
    names = ("A", "C", "W", "half", "kernel", "model", "history", "words")
    left = harness_run(tmp_path, {"p.py": TENSORS}, asks={"values": names})
    assert left.report["errors"] == []
    values = read_values((left.out / "values.json").read_bytes(), names)
    expected = {
        "A": np.arange(6, dtype="u1").reshape(2, 3),
        "C": np.array([[2.0, 4.0]], dtype="f4"),
        "W": np.array([1, 2], dtype="i4"),
        "half": np.array([[2.0, 4.0]], dtype="f4"),
        "kernel": np.ones((2, 1), dtype="f4"),
    }
    assert [name for name, value in expected.items() if not same(values[name], value)] == []
    told = {name: value.reason.en for name, value in values.items() if isinstance(value, Refused)}
    assert set(told) == {"model", "history", "words"}
    assert "(Sequential)" in told["model"]
    assert "(range)" in told["history"]
    assert "array of object" in told["words"]


def test_the_variables_of_a_notebook_cross_as_they_stood_at_its_end(tmp_path: Path) -> None:
    cells = [("code", "C = [1]"), ("code", "C.append({'a': (2.5,)})\n1 / 0"), ("code", "D = 'later'")]
    left = harness_run(tmp_path, {"p.ipynb": notebook(cells)}, asks={"values": ("C", "D")})
    values = read_values((left.out / "values.json").read_bytes(), ["C", "D"])
    assert values["C"] == [1, {"a": (2.5,)}]
    assert values["D"] == "later"
