"""Writes a model's configuration anew from what may stand in a recipe: allowed layers, plain values.

Nothing of what was read is passed on as it stands. Names of layers become ``layer_1``, ``layer_2``, ...,
seeds become null, functions under TensorFlow's names become Keras' own, numbers keep seven digits: two
programs that train the same have the same text.
"""

import re
from collections.abc import Mapping
from typing import Any

from grader.readers.recipe_compile import plain_part
from grader.readers.recipe_names import (
    ACTIVATIONS,
    ACTIVATIONS_BY_WORD,
    ARITHMETIC,
    LAYERS,
    MODELS,
    TENSORFLOW_ARITHMETIC,
)
from grader.readers.recipe_values import (
    DTYPES,
    MOST_LISTED,
    Unfit,
    dtype_of,
    is_number,
    number_anew,
    object_of,
    of_keras,
    said_nothing,
    sizes_of,
    written,
)

MOST_LAYERS = 64
_MOST_TENSORS = 32
_DEEPEST = 12
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}", re.ASCII)
_FUNCTIONAL = "keras.src.models.functional"
"""tf-keras looks a model up by its class alone."""
_OPERATIONS = "keras.src.ops.numpy"
_TENSORFLOW_OPERATIONS = "tf_keras.src.layers.core.tf_op_layer"
_BROUGHT = frozenset({"mean", "variance"})


class Architecture:
    """One model written anew; ``names`` are its layers' new names by the old, those that are told alone."""

    def __init__(self, config: object) -> None:
        """Write ``config`` anew.

        Raises:
            Unfit: something stands in it that has no place in a recipe.
        """
        self.names: dict[str, str] = {}
        self._count = 0
        self.config: Mapping[str, Any] = self._model(config, 0)

    def _model(self, given: object, depth: int) -> dict[str, Any]:
        kind, module, settings = object_of(given, "own-class")
        if kind not in MODELS or not of_keras(module):
            raise Unfit("own-class", kind)
        listed = settings.get("layers")
        if not isinstance(listed, list) or depth > _DEEPEST:
            raise Unfit("setting", f"{kind}.layers")
        inside: dict[str, str] = {}
        named = [(one, self._renamed(one, inside)) for one in listed]
        layers = [self._placed(one, name, inside, depth) for one, name in named]
        wired = any("inbound_nodes" in layer for layer in layers)
        if not wired:
            return written("Sequential", {"name": f"model_{depth}", "layers": layers}, "keras")
        ends = {end: _ends(settings.get(end), inside) for end in ("input_layers", "output_layers")}
        return written("Functional", {"name": f"model_{depth}", "layers": layers, **ends}, _FUNCTIONAL)

    def _renamed(self, given: object, inside: dict[str, str]) -> str:
        if self._count >= MOST_LAYERS:
            raise Unfit("too-many-layers", MOST_LAYERS)
        self._count += 1
        name = f"layer_{self._count}"
        settings = given.get("config") if isinstance(given, dict) else None
        old = settings.get("name") if isinstance(settings, dict) else None
        if isinstance(old, str):
            inside[old] = self.names[old] = name
        return name

    def _placed(self, given: object, name: str, inside: dict[str, str], depth: int) -> dict[str, Any]:
        """Return a layer with its name and, in a functional model, with what leads into it."""
        layer = self._layer(given, name, depth)
        if isinstance(given, dict) and isinstance(given.get("inbound_nodes"), list):
            nodes = given["inbound_nodes"]
            if len(nodes) > _MOST_TENSORS:
                raise Unfit("too-many-layers", MOST_LAYERS)
            layer |= {"name": name, "inbound_nodes": [_Wires(inside).wired(one, 0) for one in nodes]}
        return layer

    def _layer(self, given: object, name: str, depth: int) -> dict[str, Any]:
        kind, module, settings = object_of(given, "layer")
        if depth > _DEEPEST:
            raise Unfit("too-many-layers", MOST_LAYERS)
        if kind in MODELS and of_keras(module):
            inner = self._model(given, depth + 1)
            inner["config"]["name"] = name
            return inner
        if kind in ARITHMETIC and module == _OPERATIONS:
            return written(kind, {"name": name}, _OPERATIONS)
        if kind == "TFOpLambda" and settings.get("function") in TENSORFLOW_ARITHMETIC:
            return written(kind, {"name": name, "function": settings["function"]}, _TENSORFLOW_OPERATIONS)
        if kind not in LAYERS or not of_keras(module):
            raise Unfit("layer" if of_keras(module) else "own-class", kind)
        kept = {}
        for key, value in settings.items():
            if key in ("layer", "backward_layer") and key in LAYERS[kind]:
                kept[key] = None if value is None else self._layer(value, f"{name}_{key[0]}", depth + 1)
            elif not said_nothing(key, value, LAYERS[kind]):
                kept[key] = self._setting(kind, key, value)
        return written(kind, kept | {"name": name}, "keras.layers")

    def _setting(self, kind: str, key: str, value: object) -> Any:
        if key not in LAYERS[kind]:
            raise Unfit("setting", f"{kind}.{key}")
        if key in ("name", "seed", "rng_type"):
            return None
        if kind == "Normalization" and key in _BROUGHT and value is not None:
            raise Unfit("brought-numbers", f"{kind}.{key}")
        if key == "dtype":
            return dtype_of(value, kind)
        if key == "activation" or key.endswith("_activation"):
            return self._activation(value)
        return plain_part(kind, key, value)

    def _activation(self, value: object) -> Any:
        """Return an activation by its word, or the layer that is one."""
        if value is None:
            return None
        word = value if isinstance(value, str) else None
        if isinstance(value, dict):
            module = value.get("module")
            if value.get("class_name") in LAYERS and of_keras(str(module)):
                return self._layer(value, "activation", _DEEPEST)
            word = value["config"] if isinstance(value.get("config"), str) else value.get("class_name")
        word = ACTIVATIONS_BY_WORD.get(str(word), str(word))
        if word not in ACTIVATIONS:
            raise Unfit("function", word)
        return word


class _Wires:
    """The calls of a functional model's layers: tensors by layer, numbers only one by one."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def wired(self, given: object, depth: int) -> Any:
        if depth > _DEEPEST:
            raise Unfit("setting", "inbound_nodes")
        if isinstance(given, dict):
            return self._table(given, depth)
        if isinstance(given, list):
            if len(given) in (3, 4) and isinstance(given[0], str) and given[0] in self._names:
                rest = [self.wired(one, depth + 1) for one in given[3:]]
                return [*_end(given[:3], self._names), *rest]
            if len(given) > _MOST_TENSORS or sum(is_number(one) for one in given) > 1:
                raise Unfit("brought-numbers", "inbound_nodes")
            return [self.wired(one, depth + 1) for one in given]
        if given is None or isinstance(given, bool):
            return given
        if is_number(given):
            return number_anew(given)
        if isinstance(given, str) and given in DTYPES | {"_CONSTANT_VALUE"}:
            return given
        raise Unfit("setting", "inbound_nodes")

    def _table(self, given: Mapping[str, Any], depth: int) -> dict[str, Any]:
        if given.get("class_name") == "__tuple__":
            return {"class_name": "__tuple__", "items": self.wired(given.get("items"), depth + 1)}
        if given.get("class_name") == "__keras_tensor__":
            settings = given.get("config")
            settings = settings if isinstance(settings, dict) else {}
            tensor = {
                "shape": sizes_of(settings.get("shape"), "inbound_nodes"),
                "dtype": dtype_of(settings.get("dtype"), "inbound_nodes"),
                "keras_history": _end(settings.get("keras_history"), self._names),
            }
            return {"class_name": "__keras_tensor__", "config": tensor}
        if len(given) > MOST_LISTED or not all(_WORD.fullmatch(key) for key in given):
            raise Unfit("setting", "inbound_nodes")
        return {key: self.wired(value, depth + 1) for key, value in given.items()}


def _ends(given: object, names: Mapping[str, str]) -> Any:
    """Return where a functional model begins or ends; one input and one output are all there may be."""
    if isinstance(given, list) and given and isinstance(given[0], list):
        if len(given) > 1:
            raise Unfit("several-inputs", len(given))
        return [_end(given[0], names)]
    return _end(given, names)


def _end(given: object, names: Mapping[str, str]) -> list[Any]:
    """Return one tensor by layer, call and place."""
    match given:
        case [str(name), int(call), int(place)] if name in names and 0 <= min(call, place) < _MOST_TENSORS:
            return [names[name], call, place]
    raise Unfit("setting", "keras_history")
