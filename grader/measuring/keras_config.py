"""Finds the layers in a Keras ``config.json`` (Keras 3 and tf-keras), nested models and wrappers included."""

import builtins
import sys
from dataclasses import dataclass
from typing import Any

from grader.measuring.plain_text import plain_text
from grader.measuring.refused import Refused
from grader.words import say

_MAX_DEPTH = 100
_MAX_OBJECTS = 100_000
_MAX_LAYERS = 10_000
_NAME_SHOWN = 80
_KERAS = frozenset({"keras", "tf_keras"})
_CONTAINERS = frozenset({"Sequential", "Functional", "Model"})
# Where a layer stands: whatever module it claims to be of, it is one.
_LAYER_KEYS = frozenset({"layers", "layer", "forward_layer", "backward_layer", "cell", "cells"})
# What a model's configuration spells out besides layers.
_PARTS = frozenset(
    [
        "initializers",
        "regularizers",
        "constraints",
        "optimizers",
        "losses",
        "metrics",
        "activations",
        "dtype_policies",
        "random",
        "quantizers",
        "distribution",
    ]
)
_PLAIN = frozenset({"DTypePolicy", "DTypePolicyMap", "FloatDTypePolicy", "SeedGenerator"})
# Arithmetic on single values, which x / 255 in a functional model leaves behind; no layer of its own.
_ARITHMETIC = frozenset({"Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Negative", "Cast"})
_NOT_OF_THE_MODEL = frozenset({"compile_config", "build_config"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The layers, the classes that are not Keras' own, and the shapes of one row per input."""

    layers: tuple[str, ...]
    custom: tuple[str, ...]
    inputs: tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spelled:
    """One serialised object: its class, the module it claims, and whether it stands where a layer does."""

    name: str
    module: str
    config: Any
    as_layer: bool


def read_config(config: Any) -> Found | Refused:
    """Return what the JSON value ``config`` spells out, or why it is refused."""
    spelled = _spelled(config)
    if spelled is None or not spelled:
        return Refused(reason=say("GR263", name="config.json"))
    layers: list[str] = []
    custom: list[str] = []
    for one in spelled:
        if one.name in ("Lambda", "__lambda__"):
            return Refused(reason=say("GR264", name=_layer_label(one)))
        root = one.module.partition(".")[0]
        if _dangerous(one, root):
            return Refused(reason=say("GR265", name=_shown(f"{one.module}.{one.name}")))
        if one.name.startswith("__") and not one.as_layer:
            continue
        if root not in _KERAS:
            custom.append(_custom_label(one))
        elif _is_layer(one):
            layers.append(_shown(one.name))
    if len(layers) + len(custom) > _MAX_LAYERS:
        # Not cut short: a layer beyond the cut would never be looked at.
        return Refused(reason=say("GR266", layers=len(layers) + len(custom), limit=_MAX_LAYERS))
    return Found(layers=tuple(layers), custom=tuple(custom), inputs=_inputs(config))


def _spelled(config: Any) -> list[_Spelled] | None:
    """Return every object with a class name, in the order of the file; None when nested too deeply."""
    found: list[_Spelled] = []
    waiting: list[tuple[Any, int, bool]] = [(config, 0, True)]
    while waiting:
        value, depth, as_layer = waiting.pop()
        if depth > _MAX_DEPTH or len(found) > _MAX_OBJECTS:
            return None
        if isinstance(value, list):
            waiting.extend((item, depth + 1, as_layer) for item in reversed(value))
        if not isinstance(value, dict):
            continue
        name, module = value.get("class_name"), value.get("module")
        if isinstance(name, str):
            said = module if isinstance(module, str) else ""
            found.append(_Spelled(name=name, module=said, config=value.get("config"), as_layer=as_layer))
        waiting.extend(
            (inner, depth + 1, key in _LAYER_KEYS)
            for key, inner in reversed(value.items())
            if key not in _NOT_OF_THE_MODEL
        )
    return found


def _is_layer(one: _Spelled) -> bool:
    """Return whether an object of Keras' own is a layer; in doubt it is, so that a check names it."""
    if one.name in _CONTAINERS:
        return False
    parts = one.module.split(".")
    if "ops" in parts:
        return one.name not in _ARITHMETIC
    return one.as_layer or (one.name not in _PLAIN and not _PARTS.intersection(parts))


def _dangerous(one: _Spelled, root: str) -> bool:
    """Return whether loading would look something up in Python's own modules: ``os``, ``eval``."""
    if root != "builtins":
        return root in sys.stdlib_module_names and root != "__main__"
    return one.name != "function" or (isinstance(one.config, str) and hasattr(builtins, one.config))


def _custom_label(one: _Spelled) -> str:
    """Return what a custom object is called: its class, or the name of its function."""
    if one.name == "function" and isinstance(one.config, str):
        return _shown(one.config)
    return _shown(one.name)


def _layer_label(one: _Spelled) -> str:
    name = one.config.get("name") if isinstance(one.config, dict) else None
    return _shown(f"Lambda '{name}'") if isinstance(name, str) else "Lambda"


def _inputs(config: Any) -> tuple[tuple[int | None, ...], ...]:
    """Return the shape of one row for every input of the outermost model, as far as the file tells."""
    inner = config.get("config") if isinstance(config, dict) else None
    layers = inner.get("layers") if isinstance(inner, dict) else None
    shapes = []
    for layer in layers if isinstance(layers, list) else []:
        if isinstance(layer, dict) and layer.get("class_name") == "InputLayer":
            settings = layer.get("config")
            settings = settings if isinstance(settings, dict) else {}
            shapes.append(settings.get("batch_shape", settings.get("batch_input_shape")))
    if not shapes and isinstance(inner, dict):
        shapes = [inner.get("build_input_shape")]
    read = [_row_shape(shape) for shape in shapes]
    return tuple(shape for shape in read if shape is not None)


def _row_shape(shape: Any) -> tuple[int | None, ...] | None:
    """Return ``shape`` without its batch axis, or None when it is no list of sizes."""
    if not isinstance(shape, list) or not shape:
        return None
    sizes = shape[1:]
    whole = all(size is None or (isinstance(size, int) and size > 0) for size in sizes)
    return tuple(sizes) if whole else None


def _shown(name: str) -> str:
    return plain_text(name, limit=_NAME_SHOWN).replace("\n", " ")
