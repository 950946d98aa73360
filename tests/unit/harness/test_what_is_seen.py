"""What is told of answers that are there, but not where they are looked for."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROWS = 200


class Model:
    def get_weights(self) -> list[Any]:
        return []


@pytest.fixture
def served(tmp_path: Path) -> Any:
    rng = np.random.default_rng(3)
    arrays = {
        "x_test": rng.normal(size=(ROWS, 8)),
        "y_test": np.arange(ROWS) % 4,
        "y_train": np.arange(ROWS) % 4,
    }
    paths = {}
    for name, array in arrays.items():
        paths[name] = tmp_path / f"{name}.npy"
        np.save(paths[name], array)
    return import_module("grader_harness.job").Served(folder=tmp_path, arrays=paths)


def watching(served: Any) -> Any:
    return import_module("grader_harness.evidence").Evidence(served, calls=True)


def test_variables_that_might_be_meant_are_named_the_last_made_first(served: Any) -> None:
    labels = served.load("y_test")
    names = {
        "qx": served.load("x_test"),
        "qy": labels,
        "quente": np.eye(4)[labels],
        "treino": np.zeros(ROWS + 1),
        "texto": ["a"] * ROWS,
        "saida": np.tile([0.1, 0.2, 0.3, 0.4], (ROWS, 1)),
        "_i1": np.zeros(ROWS),
        "predictions": (labels + 1) % 4,
    }
    taker = import_module("grader_harness.takers.predictions")
    assert taker.under_other_names(names, served) == [f"predictions ({ROWS})", f"saida ({ROWS} x 4)"]


@pytest.mark.parametrize(("scale", "seen"), [(1.0, 32), (-255.0, 32)])
def test_test_rows_asked_for_in_batches_are_seen(served: Any, scale: float, seen: int) -> None:
    evidence, rows = watching(served), served.load("x_test") * scale
    for start in range(0, ROWS, 32):
        part = rows[start : start + 32]
        evidence.capture(Model(), part, None, np.zeros((len(part), 4)))
    assert evidence.captured is None
    assert evidence.rows_in_batches() == seen


def test_batches_of_other_rows_are_none_of_the_test_set(served: Any) -> None:
    evidence = watching(served)
    other = np.random.default_rng(9).normal(size=(32, 8))
    evidence.capture(Model(), other, None, np.zeros((32, 4)))
    assert evidence.rows_in_batches() == 0
