"""Finds the layers in a Keras ``config.json`` (Keras 3 and tf-keras), nested models and wrappers included."""

import re
from dataclasses import dataclass
from typing import Any

from grader.readers.keras_names import (
    OPERATIONS,
    PARTS,
    may_not_be_looked_up,
    of_keras,
    of_tensorflow,
    of_the_program,
    outside_place,
    rooms,
)
from grader.readers.plain_text import plain_line
from grader.readers.refused import Refused
from grader.words import say

_MAX_DEPTH = 100
_MAX_OBJECTS = 100_000
_MAX_LAYERS = 10_000
_NAME_SHOWN = 80
CONTAINERS = frozenset({"Sequential", "Functional", "Model"})
# Where a layer stands: whatever module it claims to be of, it is one.
_LAYER_KEYS = frozenset({"layers", "layer", "forward_layer", "backward_layer", "cell", "cells"})
_PLAIN = frozenset({"DTypePolicy", "DTypePolicyMap", "FloatDTypePolicy", "SeedGenerator"})
# Arithmetic on single values, which x / 255 in a functional model leaves behind; no layer of its own.
_ARITHMETIC = frozenset({"Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Negative", "Cast"})
_SEPARATORS = re.compile("[.>]")
_UNSHARED = object()
_NOT_LOADED = "compile_config"
"""Of the outermost model only: loading drops it there, and builds it in every model inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The layers, the classes that are not Keras' own, and the shapes of one row per input.

    ``foreign`` are the custom ones of a module that could be installed: nothing loads these.
    """

    layers: tuple[str, ...]
    custom: tuple[str, ...]
    foreign: tuple[str, ...]
    inputs: tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spelled:
    """One serialised object: its class, the module it claims, and whether it stands where a layer does."""

    name: str
    module: str
    registered: Any
    config: Any
    shared: Any
    as_layer: bool


def read_config(config: Any) -> Found | Refused:
    """Return what the JSON value ``config`` spells out, or why it is refused."""
    spelled = _spelled(config)
    if spelled is None or not spelled:
        return Refused(reason=say("model-config-unreadable", name="config.json"))
    refused = _refused(spelled)
    if refused is not None:
        return refused
    layers: list[str] = []
    custom: list[_Spelled] = []
    for one in spelled:
        if one.name.startswith("__") and not one.as_layer:
            continue
        if of_tensorflow(one.name, one.module, one.config) and not one.as_layer:
            continue
        if not of_keras(one.module):
            custom.append(one)
        elif _is_layer(one):
            layers.append(_own_label(one))
    if len(layers) + len(custom) > _MAX_LAYERS:
        # Not cut short: a layer beyond the cut would never be looked at.
        return Refused(
            reason=say("model-config-too-many-layers", layers=len(layers) + len(custom), limit=_MAX_LAYERS)
        )
    return Found(
        layers=tuple(layers),
        custom=tuple(_own_label(one) for one in custom),
        foreign=tuple(_own_label(one) for one in custom if not of_the_program(one.module)),
        inputs=_inputs(config),
    )


def _spelled(config: Any) -> list[_Spelled] | None:
    """Return every object with a class name, in the order of the file; None when nested too deeply.

    Everything is walked but the outermost model's compilation. What stands in ``build_config`` or in the
    compilation of a model inside is deserialised too, and could be shared from there with a layer's place.
    """
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
        if isinstance(value.get("class_name"), str):
            found.append(_one(value, as_layer=as_layer))
        waiting.extend(
            (inner, depth + 1, key in _LAYER_KEYS)
            for key, inner in reversed(value.items())
            if depth > 0 or key != _NOT_LOADED
        )
    return found


def _one(value: dict[str, Any], *, as_layer: bool) -> _Spelled:
    module = value.get("module")
    return _Spelled(
        name=value["class_name"],
        module=module if isinstance(module, str) else "",
        registered=value.get("registered_name"),
        config=value.get("config"),
        shared=value.get("shared_object_id", _UNSHARED),
        as_layer=as_layer,
    )


def _refused(spelled: list[_Spelled]) -> Refused | None:
    """Return why loading these objects would do more than build layers, if it would."""
    shared: dict[Any, str] = {}
    for one in spelled:
        whole = f"{one.module}.{one.name}"
        label = _shown(whole)
        if _SEPARATORS.split(one.name)[-1] in ("Lambda", "__lambda__"):
            return Refused(reason=say("model-has-lambda-layer", name=_layer_label(one)))
        if may_not_be_looked_up(one.name, one.module, one.registered, one.config):
            return Refused(reason=say("model-config-names-foreign-module", name=label))
        place = outside_place(one.config)
        if place is not None:
            return Refused(reason=say("model-config-names-outside-file", name=_shown(f"{one.name}: {place}")))
        if one.shared is _UNSHARED:
            continue
        # An object is found again by its number alone: what is spelled beside the number is not looked at.
        if isinstance(one.shared, dict | list) or shared.setdefault(one.shared, whole) != whole:
            return Refused(reason=say("model-config-object-number-reused", name=label))
    return None


def _is_layer(one: _Spelled) -> bool:
    """Return whether an object of Keras' own is a layer; in doubt it is, so that a check names it."""
    if one.name in CONTAINERS:
        return False
    below = rooms(one.module)
    if below[:1] == (OPERATIONS,):
        return one.name not in _ARITHMETIC
    if one.as_layer:
        return True
    if below and below[0] in PARTS:
        # Keras' inner modules of quantizers hold layers too.
        return below[0] == "quantizers" and ".src." in one.module
    return one.name not in _PLAIN


def _own_label(one: _Spelled) -> str:
    """Return what an object is called: its class, or the name of its function."""
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
    return plain_line(name, limit=_NAME_SHOWN)
