"""What Keras models are to us: their layers, their library, their weights."""

import sys
from typing import Any

BATCH = 256


def layer_names(model: Any) -> list[str]:
    """Return the class names of a model's layers, nested models flattened."""
    inner = getattr(model, "_functional", None)  # a Sequential's input layer stands only there
    layers = getattr(inner, "layers", None) or getattr(model, "layers", ())
    names: list[str] = []
    for layer in layers:
        nested = layer_names(layer) if hasattr(layer, "layers") else []
        names.extend(nested or [type(layer).__name__])
    return names


def is_tf_keras(model: Any) -> bool:
    """Return whether ``model`` is a tf-keras (Keras 2) model."""
    return any(base.__module__.startswith("tf_keras.") for base in type(model).__mro__)


def is_model(value: Any) -> bool:
    """Return whether ``value`` is a model of Keras 3 or tf-keras."""
    return any(
        base.__name__ == "Model" and base.__module__.partition(".")[0] in ("keras", "tf_keras")
        for base in type(value).__mro__
    )


def equal_weights(some: list[Any], others: list[Any]) -> bool:
    """Return whether two models have the same weights, to the last bit."""
    numpy = sys.modules["numpy"]
    return len(some) == len(others) and all(
        numpy.array_equal(a, b) for a, b in zip(some, others, strict=True)
    )
