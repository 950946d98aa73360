"""Run by the runtime's Python: ``joined_batches_beside_fit.py CASES`` trains each case twice, joined and not.

``CASES`` is JSON: a list of [optimizer, loss, feature], each by a name below. Printed is, for each, how many
times its batches were joined, what differs in any bit between the two, and whether anything was learnt.
"""

import json
import random
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

ROWS, COLUMNS, CLASSES, BATCH, EPOCHS = 50, 12, 3, 8, 3
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "SGD": {"learning_rate": 0.05},
    "SGD momentum": {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
    "RMSprop": {"learning_rate": 0.01, "momentum": 0.5, "centered": True},
    "Adam": {"learning_rate": 0.01},
    "Adam amsgrad": {"learning_rate": 0.01, "amsgrad": True},
    "AdamW": {"learning_rate": 0.01, "weight_decay": 0.01},
    "Nadam": {"learning_rate": 0.01},
    "Adamax": {"learning_rate": 0.01},
    "Adagrad": {"learning_rate": 0.05},
    "Adadelta": {"learning_rate": 1.0},
    "Ftrl": {"learning_rate": 0.05},
    "Lion": {"learning_rate": 0.001},
}
LOSSES: dict[str, Any] = {
    "SparseCategoricalCrossentropy": {},
    "SparseCategoricalCrossentropy logits": {"from_logits": True},
    "CategoricalCrossentropy": {},
    "CategoricalCrossentropy smoothed": {"label_smoothing": 0.1},
    "BinaryCrossentropy": {},
    "MeanSquaredError": {},
    "MeanAbsoluteError": {},
    "Huber": {},
    "KLDivergence": {},
    "sparse_categorical_crossentropy": None,
    "categorical_crossentropy": None,
    "binary_crossentropy": None,
    "mean_squared_error": None,
    "mean_absolute_error": None,
    "mse": None,
    "mae": None,
    "kl_divergence": None,
}
"""Made of a class with these arguments, or, where there are none, named as text."""
LAYERS = (
    *("Dropout", "GaussianNoise", "BatchNormalization", "LayerNormalization", "convolution", "average"),
    *("rescaled", "normalised", "activations", "functional", "L2", "clipnorm"),
)
GIVEN = (
    *("class_weight", "sample_weight", "validation_split", "validation_data", "unshuffled", "whole batches"),
    *("frame", "tensor", "metrics", "twice", "one by one between", "long epoch"),
)
CALLBACKS = (
    *("EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint", "CSVLogger", "History"),
    *("LearningRateScheduler", "LambdaCallback", "own", "own that asks", "own that stops"),
)
FEATURES = ("plain", *LAYERS, *GIVEN, *CALLBACKS)
AS_WRITTEN = (
    *("schedule", "TerminateOnNaN", "own of batches", "LambdaCallback of batches", "checkpoint of batches"),
    *("run_eagerly", "own steps", "two outputs", "two inputs", "own model", "own layer", "own loss"),
    *(
        "own metric",
        "own activation",
        "own optimizer",
        "ema",
        "steps_per_epoch",
        "dataset",
        "jit",
        "recurrent",
    ),
    *("unbuilt", "half precision", "TensorBoard", "BackupAndRestore"),
)
"""What is trained batch by batch, as it is written."""


def main() -> None:
    """Print what came of all cases, as JSON."""
    print("FOUND " + json.dumps(found(json.loads(sys.argv[1]))))  # noqa: T201 - the answer


def found(cases: list[list[str]]) -> list[dict[str, Any]]:
    """Return what came of each of ``cases``."""
    from grader_harness.import_hooks import ImportHooks  # type: ignore[import-not-found] # noqa: PLC0415
    from grader_harness.joined_batches import JoinedBatches  # type: ignore[import-not-found] # noqa: PLC0415

    told: list[str] = []
    hooks = ImportHooks()
    hooks.install()
    JoinedBatches(SimpleNamespace(add=lambda kind, _what: told.append(kind))).install(hooks)
    all_of_them = [_compared(*case, told=told) for case in cases]
    assert not hooks.faults, hooks.faults
    return all_of_them


def _compared(optimizer: str, loss: str, feature: str, *, told: list[str]) -> dict[str, Any]:
    import keras  # type: ignore[import-not-found] # noqa: PLC0415 - in the runtime alone
    from keras.src.backend.tensorflow.trainer import (  # type: ignore[import-not-found] # noqa: PLC0415
        TensorFlowTrainer,
    )

    told.clear()
    joined = _left(keras, TensorFlowTrainer.fit, optimizer, loss, feature)
    times = len(told)
    plain = _left(keras, TensorFlowTrainer.fit.__wrapped__, optimizer, loss, feature)
    assert len(told) == times, "what is compared with is Keras' own fit"
    differing = sorted(name for name, bits in plain.items() if bits != joined[name])
    return {"joined": times, "differing": differing, "learnt": plain["weights"] != plain["begun"]}


def _left(keras: Any, fit: Any, optimizer: str, loss: str, feature: str) -> dict[str, Any]:
    """Return all that a training leaves, in bits, and what is drawn at random after it."""
    import tensorflow as tf  # type: ignore[import-untyped] # noqa: PLC0415

    keras.backend.clear_session()
    keras.utils.set_random_seed(5)
    seen: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        model, arguments = _case(keras, optimizer, loss, feature, seen=seen, folder=Path(folder))
        begun = _bits(model.get_weights()) if model.built else []
        history = fit(model, **arguments).history
        if feature == "one by one between":
            x, y = arguments["x"], arguments["y"]
            seen.append(model.train_on_batch(x[:BATCH], y[:BATCH]))
        if feature in ("twice", "one by one between"):
            history = [history, fit(model, **arguments).history]
        rates = [name for name in ("lr", "learning_rate") if name in history]
        assert not rates or feature in ("ReduceLROnPlateau", "LearningRateScheduler")
        files = {path.name: path.read_bytes() for path in Path(folder).glob("*.csv")}
    x = arguments["x"]
    asked = np.asarray(model.predict(x, verbose=0)) if hasattr(x, "shape") else None
    return {
        "begun": begun,
        "weights": _bits(model.get_weights()),
        "optimizer": _bits([np.asarray(one) for one in model.optimizer.variables]),
        "history": json.dumps(history, default=float),
        "seen": json.dumps(seen, default=lambda one: np.asarray(one).tolist()),
        "files": files,
        "answers": None if asked is None else asked.tobytes(),
        "drawn": [
            random.random(),  # noqa: S311 - whether the program would draw the same
            np.random.rand(),  # noqa: NPY002
            float(tf.random.uniform(())),
            float(keras.random.uniform(())),
        ],
        "steps": model.steps_per_execution,
    }


def _bits(arrays: list[Any]) -> list[bytes]:
    return [np.asarray(one).tobytes() for one in arrays]


def _case(
    keras: Any, optimizer: str, loss: str, feature: str, *, seen: list[Any], folder: Path
) -> tuple[Any, dict[str, Any]]:
    source = np.random.default_rng(len(optimizer) + 31 * len(loss) + 7 * len(feature))
    rows = {"whole batches": 48, "long epoch": 1500 * 2}.get(feature, ROWS)
    x = source.normal(size=(rows, COLUMNS)).astype("float32")
    labels = source.integers(0, CLASSES, rows)
    y, outputs, last = _targets(loss, labels, source)
    model = _model(keras, feature, outputs, last, x)
    model.compile(**_compiled(keras, optimizer, loss, feature))
    given: dict[str, Any] = {"x": x, "y": y, "batch_size": 2 if feature == "long epoch" else BATCH}
    given |= {"epochs": EPOCHS, "verbose": 0}
    return model, given | _given(keras, feature, given, labels) | _callbacks(keras, feature, seen, folder)


def _targets(loss: str, labels: Any, source: Any) -> tuple[Any, int, str]:
    """Return targets, how many outputs a model of them has, and its last activation."""
    name = loss.lower()
    if name.startswith("sparse"):
        return labels, CLASSES, "linear" if "logits" in loss else "softmax"
    if name.startswith(("categorical", "kl")):
        return np.eye(CLASSES, dtype="float32")[labels], CLASSES, "softmax"
    if name.startswith("binary"):
        return (labels > 0).astype("float32"), 1, "sigmoid"
    return source.normal(size=len(labels)).astype("float32"), 1, "linear"


def _model(keras: Any, feature: str, outputs: int, last: str, x: Any) -> Any:
    layers = keras.layers
    penalty = keras.regularizers.L2(0.01) if feature == "L2" else None
    inside: dict[str, list[Any]] = {
        "Dropout": [layers.Dropout(0.5)],
        "GaussianNoise": [layers.GaussianNoise(0.3)],
        "BatchNormalization": [layers.BatchNormalization()],
        "LayerNormalization": [layers.LayerNormalization()],
        "activations": [layers.Dense(6), layers.LeakyReLU(), layers.Dense(6), layers.ReLU()],
        "own activation": [layers.Dense(6, activation=lambda z: z * 0.5)],
        "own layer": [_own_layer(keras)],
        "rescaled": [layers.Rescaling(0.5)],
        "recurrent": [layers.Reshape((4, 2)), layers.GRU(5)],
    }
    begin = [layers.Dense(8, activation="relu", kernel_regularizer=penalty)]
    if feature in ("convolution", "average"):
        pool = layers.MaxPooling2D((1, 2)) if feature == "convolution" else layers.AveragePooling2D((1, 2))
        end = layers.Flatten() if feature == "convolution" else layers.GlobalAveragePooling2D()
        begin = [layers.Reshape((3, 4, 1)), layers.Conv2D(4, 2, padding="same"), pool, end]
    if feature == "normalised":
        normalisation = layers.Normalization()
        normalisation.adapt(x)
        begin = [normalisation, *begin]
    if feature == "half precision":
        begin = [layers.Dense(8, activation="relu", dtype="mixed_bfloat16")]
    chain = [*begin, *inside.get(feature, []), layers.Dense(outputs, activation=last)]
    if feature == "unbuilt":
        return keras.Sequential(chain)
    entry = keras.Input((COLUMNS,))
    if feature in ("functional", "two outputs", "two inputs", "own model"):
        return _functional(keras, feature, entry, chain)
    return keras.Sequential([entry, *chain])


def _functional(keras: Any, feature: str, entry: Any, chain: list[Any]) -> Any:
    inner = entry
    for layer in chain:
        inner = layer(inner)
    if feature == "two outputs":
        return keras.Model(entry, [inner, chain[-1](chain[0](entry))])
    if feature == "two inputs":
        other = keras.Input((COLUMNS,))
        return keras.Model([entry, other], keras.layers.Add()([inner, chain[-1](chain[0](other))]))
    if feature == "own model":

        class Own(keras.Model):  # type: ignore[misc]
            pass

        return Own(entry, inner)
    return keras.Model(entry, inner)


def _own_layer(keras: Any) -> Any:
    class Own(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs * 2.0

    return Own()


def _compiled(keras: Any, optimizer: str, loss: str, feature: str) -> dict[str, Any]:
    config = dict(OPTIMIZERS[optimizer])
    if feature == "clipnorm":
        config["clipnorm"] = 0.1
    if feature == "ema":
        config["use_ema"] = True
    if feature == "schedule":
        config["learning_rate"] = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=6)
    kind = getattr(keras.optimizers, optimizer.partition(" ")[0])
    if feature == "own optimizer":
        kind = type("Own", (kind,), {})
    made = loss if LOSSES[loss] is None else getattr(keras.losses, loss.partition(" ")[0])(**LOSSES[loss])
    said: dict[str, Any] = {"optimizer": kind(**config), "loss": made}
    few: dict[str, dict[str, Any]] = {
        "own loss": {"loss": lambda truth, said: keras.ops.mean((truth - said) ** 2, axis=-1)},
        "run_eagerly": {"run_eagerly": True},
        "own steps": {"steps_per_execution": 2},
        "jit": {"jit_compile": True},
        "metrics": {"metrics": ["accuracy", *([] if loss.startswith("sparse") else ["mae", "mse"])]},
        "own metric": {"metrics": [lambda truth, said: keras.ops.mean(truth - said)]},
        "two outputs": {"loss": [made, made]},
    }
    return said | few.get(feature, {})


def _given(keras: Any, feature: str, given: dict[str, Any], labels: Any) -> dict[str, Any]:
    """Return what a feature changes among the arguments of ``fit``."""
    x, y = given["x"], given["y"]
    if feature == "frame":
        import pandas as pd  # type: ignore[import-untyped] # noqa: PLC0415

        return {"x": pd.DataFrame(x), "y": pd.Series(y) if y.ndim == 1 else pd.DataFrame(y)}
    if feature in ("tensor", "dataset"):
        import tensorflow as tf  # noqa: PLC0415

        if feature == "tensor":
            return {"x": tf.constant(x), "y": tf.constant(y)}
        made = tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH)
        return {"x": made, "y": None, "batch_size": None}
    few: dict[str, Any] = {
        "class_weight": {"class_weight": {0: 0.5, 1: 2.0, 2: 3.0}},
        "sample_weight": {"sample_weight": 1.0 + labels.astype("float32")},
        "validation_split": {"validation_split": 0.3},
        "validation_data": {"validation_data": (x[:20], y[:20])},
        "unshuffled": {"shuffle": False},
        "steps_per_epoch": {"steps_per_epoch": 3},
        "two outputs": {"y": [y, y]},
        "two inputs": {"x": [x, x]},
    }
    few["EarlyStopping"] = few["own that asks"] = few["validation_split"]
    del keras
    return few.get(feature, {})  # type: ignore[no-any-return]


def _callbacks(keras: Any, feature: str, seen: list[Any], folder: Path) -> dict[str, Any]:
    kinds = keras.callbacks
    few: dict[str, Any] = {
        "EarlyStopping": lambda: kinds.EarlyStopping(patience=0, restore_best_weights=True),
        "ReduceLROnPlateau": lambda: kinds.ReduceLROnPlateau(monitor="loss", patience=0, min_delta=9.0),
        "ModelCheckpoint": lambda: kinds.ModelCheckpoint(str(folder / "best.keras"), monitor="loss"),
        "CSVLogger": lambda: kinds.CSVLogger(str(folder / "log.csv")),
        "History": kinds.History,
        "BackupAndRestore": lambda: kinds.BackupAndRestore(str(folder / "backup")),
        "LearningRateScheduler": lambda: kinds.LearningRateScheduler(lambda epoch: 0.02 / (1 + epoch)),
        "LambdaCallback": lambda: kinds.LambdaCallback(on_epoch_end=lambda _epoch, logs: seen.append(logs)),
        "TerminateOnNaN": kinds.TerminateOnNaN,
        "TensorBoard": lambda: kinds.TensorBoard(str(folder / "board"), update_freq="batch"),
        "LambdaCallback of batches": lambda: kinds.LambdaCallback(
            on_train_batch_end=lambda batch, logs: seen.append((batch, dict(logs)))
        ),
        "checkpoint of batches": lambda: kinds.ModelCheckpoint(str(folder / "some.keras"), save_freq=3),
    }
    if feature.startswith("own "):
        few[feature] = lambda: _own(keras, feature, seen)
    few["own"] = lambda: _own(keras, "own", seen)
    return {"callbacks": [few[feature]()]} if feature in CALLBACKS or feature in _OF_BATCHES else {}


_OF_BATCHES = (
    *("TerminateOnNaN", "own of batches", "LambdaCallback of batches", "checkpoint of batches"),
    *("TensorBoard", "BackupAndRestore"),
)


def _own(keras: Any, feature: str, seen: list[Any]) -> Any:
    """Return a callback as programs write their own."""

    class Epochs(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append((epoch, dict(logs), self.model.get_weights()))
            if feature == "own that asks":
                rows = np.ones((40, COLUMNS), dtype="float32")
                seen.append(self.model.predict(rows, batch_size=4, verbose=0))
                seen.append(self.model.evaluate(rows, seen[-1].argmax(axis=1), batch_size=4, verbose=0))
            if feature == "own that stops":
                self.model.stop_training = True

    class Steps(Epochs):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append((batch, dict(logs)))

    return Steps() if feature == "own of batches" else Epochs()


if __name__ == "__main__":
    main()
