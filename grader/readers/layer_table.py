"""The layer table of a model file: what its configuration spells out, beside what its weights file holds.

Keras keeps the weights of a layer in a group named after its class and its place among the layers of that
class: ``layers/dense_1/vars/0``. Names of groups and configuration are both the file's word; that they do
not contradict each other is looked at here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

from grader.model.result import ModelLayer, ModelTable
from grader.readers.keras_config import CONTAINERS
from grader.readers.plain_text import plain_line
from grader.readers.refused import Refused
from grader.words import say

Shape = tuple[int | None, ...]

_MAX_DEPTH = 50
_MAX_ROWS = 10_000
_NAME_SHOWN = 80
_LARGEST_SIDE = 2**63
_GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}
_DIMENSIONS = {"Conv1D": 1, "Conv2D": 2, "Conv3D": 3}
_OTHER_KERNELS = ("lora_rank", "quantization_config")
"""Settings under which a kernel is not kept as it is applied."""
_NO_PARAMETERS = re.compile(
    r"(?:seed_generator|_?optimizer|_?metrics|_?compile_metrics|_?loss_tracker)(?:_\d+)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One array of the weights file."""

    path: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """One layer of the configuration: its name, class, group of weights, and what shapes these must have.

    ``expected`` holds paths below the group with shapes, None for a side that is not said.
    """

    name: str
    kind: str
    path: str
    expected: tuple[tuple[str, Shape], ...] = ()


def layer_rows(config: Any) -> tuple[LayerRow, ...]:
    """Return the layers of the model that ``config`` spells out, those of models inside in their place.

    Empty for a subclassed model, whose file shows none.
    """
    return tuple(_rows(config, "", _MAX_DEPTH))[:_MAX_ROWS]


def weigh(rows: Iterable[LayerRow], variables: Iterable[Variable]) -> ModelTable | Refused:
    """Return the layer table with the parameters of each layer, or why file and configuration disagree.

    A layer whose group is not in the file (it has no weights, or stands under another name) has 0.
    """
    rows = tuple(rows)
    shapes = {variable.path: variable.shape for variable in variables}
    for row in rows:
        for below, said in row.expected:
            there = shapes.get(f"{row.path}/{below}")
            if there is not None and not _fits(there, said):
                return Refused(
                    reason=say(
                        "model-weights-shape-mismatch", layer=row.name, there=str(there), said=_told(said)
                    )
                )
    groups = {row.path for row in rows}
    counted: Counter[str | None] = Counter()
    for path, shape in shapes.items():
        if not any(_NO_PARAMETERS.fullmatch(part) for part in path.split("/")):
            counted[_group(path, groups)] += prod(shape)
    return ModelTable(
        parameters=counted.total(),
        layers=tuple(ModelLayer(name=row.name, kind=row.kind, parameters=counted[row.path]) for row in rows),
    )


def _rows(config: Any, above: str, depth: int) -> Iterator[LayerRow]:
    used: Counter[str] = Counter()
    for layer in _inner_layers(config):
        kind = layer["class_name"]
        key = _snake_case(kind)
        path = f"{above}layers/{key}_{used[key]}" if used[key] else f"{above}layers/{key}"
        used[key] += 1
        if kind in CONTAINERS and _inner_layers(layer) and depth:
            yield from _rows(layer, f"{path}/", depth - 1)
        else:
            yield _row(layer, path)


def _inner_layers(config: Any) -> list[dict[str, Any]]:
    inner = config.get("config") if isinstance(config, dict) else None
    layers = inner.get("layers") if isinstance(inner, dict) else None
    found = layers if isinstance(layers, list) else []
    return [one for one in found if isinstance(one, dict) and isinstance(one.get("class_name"), str)]


def _row(layer: dict[str, Any], path: str) -> LayerRow:
    settings = layer.get("config")
    settings = settings if isinstance(settings, dict) else {}
    name = settings.get("name", layer.get("name"))
    kind = layer["class_name"]
    return LayerRow(
        name=_shown(name) if isinstance(name, str) else _shown(kind),
        kind=_shown(kind),
        path=path,
        expected=_expected(kind, settings, _last_side(layer)),
    )


def _expected(kind: str, settings: dict[str, Any], width: int | None) -> tuple[tuple[str, Shape], ...]:
    """Return the shapes that the settings of a common layer ask for, as far as they say."""
    if any(settings.get(key) is not None for key in _OTHER_KERNELS) or "int" in str(settings.get("dtype")):
        return ()
    units, filters = _size(settings.get("units")), _size(settings.get("filters"))
    bias = settings.get("use_bias") is not False
    if kind == "Dense":
        return (("vars/0", (width, units)), *([("vars/1", (units,))] if bias else []))
    if kind in _GATES:
        gates = units * _GATES[kind] if units else None
        return (("cell/vars/0", (width, gates)), ("cell/vars/1", (units, gates)))
    if kind in _DIMENSIONS:
        window = settings.get("kernel_size")
        sides = window if isinstance(window, list) else [window] * _DIMENSIONS[kind]
        kernel = (*(_size(side) for side in sides), None, filters)
        return (("vars/0", kernel), *([("vars/1", (filters,))] if bias else []))
    if kind == "Embedding":
        return (("vars/0", (_size(settings.get("input_dim")), _size(settings.get("output_dim")))),)
    return ()


def _last_side(layer: dict[str, Any]) -> int | None:
    built = layer.get("build_config")
    shape = built.get("input_shape") if isinstance(built, dict) else None
    return _size(shape[-1]) if isinstance(shape, list) and shape else None


def _size(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 < value <= _LARGEST_SIDE else None


def _fits(there: tuple[int, ...], said: Shape) -> bool:
    return len(there) == len(said) and all(b in (None, a) for a, b in zip(there, said, strict=True))


def _told(shape: Shape) -> str:
    return f"({', '.join('?' if side is None else str(side) for side in shape)})"


def _group(path: str, groups: set[str]) -> str | None:
    """Return the group of a layer that ``path`` stands in, None when it is no layer's."""
    while path:
        path = path.rpartition("/")[0]
        if path in groups:
            return path
    return None


def _snake_case(name: str) -> str:
    """Return a class name as Keras writes it in a weights file."""
    joined = re.sub(r"\W+", "", name)
    apart = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", joined)
    return re.sub("([a-z])([A-Z])", r"\1_\2", apart).lower()


def _shown(name: str) -> str:
    return plain_line(name, limit=_NAME_SHOWN)
