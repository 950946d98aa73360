"""Run by the runtime's Python: ``whole_epochs_beside_fit.py CASES [MORE]`` trains each case by both loops.

``CASES`` is JSON: a list of [optimizer, loss, feature], each by a name below. Printed are, for each, the
largest difference of any weight after two epochs in the same order of rows, and how far training moved any.
``MORE`` are cases of ``joined_batches_beside_fit``: one process imports the libraries for both.
"""

import json
import sys
from typing import Any

import numpy as np

ROWS, COLUMNS, CLASSES, BATCH, EPOCHS = 50, 12, 3, 16, 2
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
}
LOSSES: dict[str, dict[str, Any]] = {
    "SparseCategoricalCrossentropy": {},
    "SparseCategoricalCrossentropy logits": {"from_logits": True},
    "CategoricalCrossentropy": {},
    "CategoricalCrossentropy smoothed": {"label_smoothing": 0.1},
    "BinaryCrossentropy": {},
    "MeanSquaredError": {},
    "MeanAbsoluteError": {},
    "Huber": {},
    "KLDivergence": {},
}
SCHEDULES: dict[str, dict[str, Any]] = {
    "CosineDecay": {"initial_learning_rate": 0.01, "decay_steps": 6},
    "ExponentialDecay": {"initial_learning_rate": 0.01, "decay_steps": 3, "decay_rate": 0.5},
    "PiecewiseConstantDecay": {"boundaries": [3, 5], "values": [0.01, 0.005, 0.001]},
}
CLIPPING: dict[str, dict[str, Any]] = {
    "clipnorm": {"clipnorm": 0.1},
    "clipvalue": {"clipvalue": 0.01},
    "global_clipnorm": {"global_clipnorm": 0.1},
}
FEATURES = (
    *("plain", "L1", "L2", "BatchNormalization", "Dropout", "GaussianNoise", "LayerNormalization"),
    *("class_weight", "label_weight", "whole batches", "convolution", "recurrent", "column"),
    *SCHEDULES,
    *CLIPPING,
)


def main() -> None:
    """Print the differences of all cases, as JSON."""
    cases = json.loads(sys.argv[1])
    print("DIFFERENCES " + json.dumps([_compared(*case) for case in cases]))  # noqa: T201 - the answer
    if len(sys.argv) > 2:
        from joined_batches_beside_fit import found  # type: ignore[import-not-found] # noqa: PLC0415

        print("FOUND " + json.dumps(found(json.loads(sys.argv[2]))))  # noqa: T201


def _compared(optimizer: str, loss: str, feature: str) -> tuple[float, float]:
    import keras  # type: ignore[import-not-found] # noqa: PLC0415 - in the runtime alone
    from grader_harness.retraining import whole_epochs  # type: ignore[import-not-found] # noqa: PLC0415

    source = np.random.default_rng(len(optimizer) + 31 * len(loss) + 7 * len(feature))
    rows = ROWS - ROWS % BATCH if feature == "whole batches" else ROWS
    x = source.normal(size=(rows, COLUMNS)).astype("float32")
    labels = source.integers(0, CLASSES, rows)
    y, outputs, last = _targets(loss, labels, source)
    if feature == "column":
        y = y.reshape(rows, -1)
    weights = _weights(feature, y, labels)
    keras.utils.set_random_seed(5)
    made = [_model(keras, feature, outputs, last) for _ in range(2)]
    for old, new in zip(made[1].layers, made[0].layers, strict=True):
        for mine, its in zip(old.variables, new.variables, strict=True):
            mine.assign(its)
    by_fit, whole = made
    for model in made:
        model.compile(
            optimizer=_optimizer(keras, optimizer, feature),
            loss=getattr(keras.losses, loss.partition(" ")[0])(**LOSSES[loss]),
        )
    begun = whole.get_weights()
    orders = [source.permutation(rows).astype("int32") for _ in range(EPOCHS)]
    for order in orders:
        given = {} if weights is None else {"sample_weight": weights[order]}
        if feature == "class_weight":
            given = {"class_weight": {0: 0.5, 1: 2.0, 2: 3.0}}
        by_fit.fit(x[order], y[order], batch_size=BATCH, epochs=1, shuffle=False, verbose=0, **given)
    loop = whole_epochs.WholeEpochs(whole)
    loop.train((x, y, weights), epochs=EPOCHS, batch_size=BATCH, orders=iter(orders))
    there = whole.get_weights()
    return _furthest(by_fit.get_weights(), there), _furthest(begun, there)


def _furthest(some: list[Any], others: list[Any]) -> float:
    return float(max(np.abs(a - b).max() for a, b in zip(some, others, strict=True)))


def _targets(loss: str, labels: Any, source: Any) -> tuple[Any, int, str]:
    """Return targets, how many outputs a model of them has, and its last activation."""
    if loss.startswith("Sparse"):
        return labels, CLASSES, "linear" if "logits" in loss else "softmax"
    if loss.startswith(("Categorical", "KL")):
        return np.eye(CLASSES, dtype="float32")[labels], CLASSES, "softmax"
    if loss.startswith("Binary"):
        return (labels > 0).astype("float32"), 1, "sigmoid"
    return source.normal(size=len(labels)).astype("float32"), 1, "linear"


def _weights(feature: str, y: Any, labels: Any) -> Any:
    from grader_harness.retraining.keras_models import row_weights  # type: ignore[import-not-found] # noqa: PLC0415

    if feature == "class_weight":
        fit = {"class_weight": {"0": 0.5, "1": 2.0, "2": 3.0}, "label_weight": None}
        return row_weights(fit, y, labels)
    if feature == "label_weight":
        fit = {"class_weight": None, "label_weight": {"0": 0.5, "1": 2.0, "2": 3.0}}
        return row_weights(fit, y, labels)
    return None


def _model(keras: Any, feature: str, outputs: int, last: str) -> Any:
    layers = keras.layers
    penalty = getattr(keras.regularizers, feature)(0.01) if feature in ("L1", "L2") else None
    inner = {
        "BatchNormalization": [layers.BatchNormalization],
        "Dropout": [lambda: layers.Dropout(0.5)],
        "GaussianNoise": [lambda: layers.GaussianNoise(0.3)],
        "LayerNormalization": [layers.LayerNormalization],
    }.get(feature, [])
    begin: list[Any] = [layers.Dense(8, activation="relu", kernel_regularizer=penalty)]
    if feature == "convolution":
        begin = [
            layers.Reshape((3, 4, 1)),
            layers.Conv2D(4, 2, activation="relu", padding="same"),
            layers.MaxPooling2D((1, 2)),
            layers.Flatten(),
        ]
    if feature == "recurrent":
        begin = [layers.Reshape((4, 3)), layers.GRU(5)]
    made = [
        keras.Input((COLUMNS,)),
        *begin,
        *(kind() for kind in inner),
        layers.Dense(outputs, activation=last),
    ]
    return keras.Sequential(made)


def _optimizer(keras: Any, name: str, feature: str) -> Any:
    config = dict(OPTIMIZERS[name]) | CLIPPING.get(feature, {})
    if feature in SCHEDULES:
        config["learning_rate"] = getattr(keras.optimizers.schedules, feature)(**SCHEDULES[feature])
    return getattr(keras.optimizers, name.partition(" ")[0])(**config)


if __name__ == "__main__":
    main()
