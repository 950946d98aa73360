"""Recipes as the harness writes them, for what reads them: Keras' own JSON, and shorter."""

import json
from typing import Any


def layer(kind: str, *, module: str = "keras.layers", **settings: Any) -> dict[str, Any]:
    """Return one layer as Keras 3 writes it."""
    policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}
    config = {"name": f"{kind.lower()}_7", "trainable": True, "dtype": policy, **settings}
    return {"module": module, "class_name": kind, "config": config, "registered_name": None}


def dense(units: int, activation: Any = "linear", **settings: Any) -> dict[str, Any]:
    """Return a dense layer with the settings that Keras writes of each."""
    initializer = {
        "module": "keras.initializers",
        "class_name": "GlorotUniform",
        "config": {"seed": 17},
        "registered_name": None,
    }
    return layer(
        "Dense",
        units=units,
        activation=activation,
        use_bias=True,
        kernel_initializer=initializer,
        bias_initializer={"module": "keras.initializers", "class_name": "Zeros", "config": {}},
        kernel_regularizer=None,
        quantization_config=None,
        **settings,
    )


def sequential(*layers: dict[str, Any]) -> dict[str, Any]:
    """Return a model of ``layers`` one after the other."""
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "sequential_3", "trainable": True, "layers": list(layers)},
        "registered_name": "Sequential",
    }


def keras_fit(**changes: Any) -> dict[str, Any]:
    """Return one fit on all rows as they are."""
    return {
        "kind": "keras",
        "model": 0,
        "optimizer": {
            "module": "keras.optimizers",
            "class_name": "Adam",
            "config": {"name": "adam", "learning_rate": 0.0010000000474974513, "beta_1": 0.9},
            "registered_name": None,
        },
        "loss": {"class_name": "sparse_categorical_crossentropy", "config": {}},
        "rows": {},
        "map": {"steps": [{"kind": "affine", "scale": [0.0625], "offset": [0]}]},
        "targets": {"form": "integer"},
        "epochs": 20,
        "batch_size": 16,
    } | changes


def recipe(*fits: dict[str, Any], models: list[Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a recipe of Keras 3 with one small model."""
    small = sequential(dense(30, "relu"), dense(10, "softmax"))
    return {
        "library": "keras3",
        "models": [small] if models is None else models,
        "fits": list(fits or [keras_fit()]),
        "answers": {"map": {"steps": []}, "decode": "argmax"},
    } | changes


def file_of(data: dict[str, Any]) -> bytes:
    """Return ``recipe.json`` with a recipe."""
    return json.dumps({"protocol": 2, "recipe": data}).encode()
