"""What is told of answers that are there, but not where they are looked for."""

import contextlib
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
    ended = import_module("grader_harness.ended").Ended(None, served, watching(served), None, names)
    assert taker.under_other_names(ended) == [f"predictions ({ROWS})", f"saida ({ROWS} x 4)"]


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


class Optimizer:
    iterations = 0


class Fitted:
    """A stand-in for Keras' model: fit makes a step, and fails where it is told to."""

    def __init__(self) -> None:
        self.optimizer = Optimizer()

    def fit(self, x: Any, y: Any, *, fails: str = "") -> None:
        if fails == "at once":
            raise ValueError(x, y)
        self.optimizer.iterations += 1
        if fails == "later":
            raise KeyboardInterrupt

    def train_on_batch(self) -> None: ...


class Hooks:
    """Import hooks for which Keras' models are already there."""

    def after(self, module: str, action: Any) -> None:
        if module == "keras.src.models.model":
            action(self)

    def __init__(self) -> None:
        self.Model = type("Model", (Fitted,), dict(vars(Fitted)))


def watched(served: Any) -> tuple[Any, Any]:
    """Return what watches, and a model that is watched."""
    evidence, hooks = import_module("grader_harness.evidence").Evidence(served, calls=False), Hooks()
    evidence.install(hooks)
    return evidence, hooks.Model()


@pytest.mark.parametrize(("fails", "fits"), [("", 1), ("later", 1), ("at once", 0)])
def test_a_fit_that_made_no_step_trained_nothing(served: Any, fails: str, fits: int) -> None:
    evidence, model = watched(served)
    with contextlib.suppress(ValueError, KeyboardInterrupt):
        model.fit(np.zeros((3, 8)), np.zeros(3), fails=fails)
    assert len(evidence.fits) == fits
    assert (evidence.model is model) is bool(fits)
    assert evidence.never_trained(model) is not bool(fits)


def test_a_model_that_is_trained_after_a_fit_that_failed_is_trained(served: Any) -> None:
    evidence, model = watched(served)
    with contextlib.suppress(ValueError):
        model.fit(np.zeros((3, 8)), np.zeros(3), fails="at once")
    model.fit(np.zeros((3, 8)), np.zeros(3))
    assert evidence.model is model
    assert not evidence.never_trained(model)
