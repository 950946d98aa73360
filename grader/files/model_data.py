"""The codec of what we judged: any value of the model as JSON and back, equal to what it was.

Unlike :mod:`grader.files.plain_data` it needs no type to read by: messages within messages, decimals, bytes
and arrays each say what they are. Only classes of the model are made again, and nothing is run.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_MODEL = ("grader.model.", "grader.words.catalogue")
_ODD = (KeyError, TypeError, IndexError, AttributeError, ImportError, RecursionError)
_PLAIN = (type(None), bool, int, float, str)


def model_json(value: Any) -> str:
    """Return ``value`` as JSON, the same text for equal values of one kind.

    Raises:
        TypeError: there is something in it that is no value of a model.
    """
    return json.dumps(_said(value), separators=(",", ":"), ensure_ascii=False)


def read_model_json(text: str | bytes) -> Any:
    """Return the value that ``text`` was made of; a sequence comes back as a tuple.

    Raises:
        ValueError: it was made of none.
    """
    try:
        return _read(json.loads(text))
    except _ODD as problem:
        raise ValueError(str(problem)) from problem


@cache
def _name(kind: Any) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """Return the fields that a dataclass is made of, in their order."""
    return tuple(field.name for field in fields(kind) if field.init)


@cache
def _class(name: str) -> Any:
    """Return the class of the model that ``name`` names.

    Raises:
        KeyError: it names another one.
    """
    module, _, qualified = name.partition(":")
    if not module.startswith(_MODEL):
        raise KeyError(name)
    found: Any = import_module(module)
    for part in qualified.split("."):
        found = getattr(found, part)
    if not (isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum))):
        raise KeyError(name)
    return found


def _said(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, tuple | list):
        return [_said(one) for one in value]
    kind: Any = type(value)
    if isinstance(value, Enum):
        return {"e": _name(kind), "v": _said(value.value)}
    if hasattr(kind, "__dataclass_fields__"):
        return {"c": _name(kind), "v": [_said(getattr(value, name)) for name in _names(kind)]}
    if isinstance(value, Mapping):
        return {"m": [[_said(key), _said(one)] for key, one in value.items()]}
    return _said_of_library(value)


def _said_of_library(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return {"s": sorted((_said(one) for one in value), key=json.dumps)}
    for kind, tag, written in _LIBRARY:
        if isinstance(value, kind):
            return {tag: written(value)}
    return _said_of_numpy(value)


def _said_of_numpy(value: Any) -> Any:
    import numpy as np

    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return {"n": value.dtype.str, "v": value.item()}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufU":
        content = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode("ascii")
        return {"a": value.dtype.str, "shape": list(value.shape), "v": content}
    raise TypeError(f"{type(value).__module__}.{type(value).__qualname__}")


_LIBRARY: tuple[tuple[Any, str, Callable[[Any], str]], ...] = (
    (Decimal, "d", str),
    (bytes, "b", lambda value: base64.b64encode(value).decode("ascii")),
    (Path, "p", str),
    (datetime, "t", datetime.isoformat),
)


def _read(said: Any) -> Any:
    kind = type(said)
    if kind is list:
        return tuple([_read(one) for one in said])
    if kind is not dict:
        return said
    if "c" in said:
        made = _class(said["c"])
        return made(**dict(zip(_names(made), map(_read, said["v"]), strict=True)))
    return _READERS[next(iter(said), "")](said)


def _read_array(said: dict[str, Any]) -> Any:
    import numpy as np

    content = np.frombuffer(base64.b64decode(said["v"]), dtype=np.dtype(said["a"]))
    return content.reshape(said["shape"]).copy()


def _read_scalar(said: dict[str, Any]) -> Any:
    import numpy as np

    return np.dtype(said["n"]).type(said["v"])


_READERS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "m": lambda said: {_read(key): _read(one) for key, one in said["m"]},
    "e": lambda said: _class(said["e"])(_read(said["v"])),
    "d": lambda said: Decimal(said["d"]),
    "b": lambda said: base64.b64decode(said["b"]),
    "p": lambda said: Path(said["p"]),
    "t": lambda said: datetime.fromisoformat(said["t"]),
    "s": lambda said: frozenset(_read(one) for one in said["s"]),
    "n": _read_scalar,
    "a": _read_array,
}
