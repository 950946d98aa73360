"""Carries values over the border: written as the harness writes them, read as the grader reads them."""

import math
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

import grader.running
from grader.measuring.evidence.values import read_values

_HARNESS = str(Path(grader.running.__file__).parent / "harness")


def carried(out: Path, namespace: dict[Any, Any], *names: str) -> Mapping[str, object]:
    """Return what the grader reads of the variables ``names`` (all of them where none is named)."""
    wanted = names or tuple(namespace)
    _take(out, namespace, wanted)
    return read_values((out / "values.json").read_bytes(), wanted)


def written(value: object) -> bytes:
    """Return the file that the harness leaves of a program whose variable ``C`` is ``value``."""
    plain = _module("plain_values").PlainValues().written(value)
    return f'{{"protocol": 2, "values": {{"C": {{"value": {plain}}}}}}}'.encode()


def same(one: object, other: object) -> bool:
    """Return whether two values are the same to the last bit, their types and dtypes too."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray | np.generic) and isinstance(other, np.ndarray | np.generic):
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return same([*one.items()], [*other.items()])
    if isinstance(one, float) and isinstance(other, float):
        return repr(one) == repr(other) and math.copysign(1, one) == math.copysign(1, other)
    return one == other


def _take(out: Path, namespace: dict[Any, Any], names: tuple[str, ...]) -> None:
    ended = SimpleNamespace(job=SimpleNamespace(out=out), namespace=namespace)
    ask = _module("job").Ask("values", names)
    assert _module("takers.values").take(ask, ended) == {"state": "ok"}


def _module(name: str) -> Any:
    """Return a module of the harness, which is no package of the grader."""
    if _HARNESS not in sys.path:
        sys.path.insert(0, _HARNESS)
    return import_module(f"grader_harness.{name}")
