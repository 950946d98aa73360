"""What Keras' ``fit`` costs with its batches joined by the harness, and as it is written.

Run by the runtime's Python as ``fit_joined_inside.py NAME PAIRS``: prints the seconds of each, by turns.
"""

import json
import sys
import time
from types import SimpleNamespace
from typing import Any

NETS: dict[str, dict[str, Any]] = {
    "digits": {"rows": 898, "columns": 64, "hidden": 128, "batch": 16, "epochs": 45},
    "program-5": {"rows": 60_000, "columns": 784, "hidden": 100, "batch": 100, "epochs": 3},
}
"""Nets as course programs have them, on rows drawn at random: what they cost does not depend on the rows."""


def _seconds(keras: Any, fit: Any, net: dict[str, Any], x: Any, y: Any) -> float:
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((net["columns"],)),
            layers.Dense(net["hidden"], activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    begun = time.process_time()
    fit(model, x, y, epochs=net["epochs"], batch_size=net["batch"], verbose=0)
    return time.process_time() - begun


def main(name: str, pairs: int) -> None:
    """Print, for each pair, the seconds of a fit as written and of one with joined batches."""
    import numpy as np  # noqa: PLC0415 - in the runtime
    from grader_harness.import_hooks import ImportHooks  # type: ignore[import-not-found] # noqa: PLC0415
    from grader_harness.joined_batches import JoinedBatches  # type: ignore[import-not-found] # noqa: PLC0415

    noted: list[str] = []
    hooks = ImportHooks()
    hooks.install()
    JoinedBatches(SimpleNamespace(add=lambda kind, _what: noted.append(kind))).install(hooks)
    import keras  # type: ignore[import-not-found] # noqa: PLC0415
    from keras.src.backend.tensorflow.trainer import (  # type: ignore[import-not-found] # noqa: PLC0415
        TensorFlowTrainer,
    )

    net, source = NETS[name], np.random.default_rng(0)
    x = source.random((net["rows"], net["columns"])).astype("float32")
    y = source.integers(0, 10, net["rows"])
    ways = (TensorFlowTrainer.fit.__wrapped__, TensorFlowTrainer.fit)
    _seconds(keras, ways[0], {**net, "epochs": 1}, x, y)  # what is loaded once is nobody's cost
    found = []
    for pair in range(pairs):
        order = (0, 1) if pair % 2 else (1, 0)
        took = {way: _seconds(keras, ways[way], net, x, y) for way in order}
        found.append((took[0], took[1]))
    if len(noted) != pairs:
        raise RuntimeError("batches were not joined")
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
