"""Plain values of a recipe: what is neither nothing, a number nor a short word has no place in one."""

import math
import re
from collections.abc import Mapping
from typing import Any, TypeGuard

from grader.readers.plain_text import plain_line

MOST_LISTED = 4
_MOST_PIECES = 16
_SHOWN = 60
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}", re.ASCII)
_OWN = frozenset({"keras", "tf_keras", "builtins", "tensorflow"})
DTYPES = frozenset({"float16", "bfloat16", "float32", "float64", "int32", "int64", "uint8", "int8", "bool"})
_POLICIES = DTYPES | {"mixed_float16", "mixed_bfloat16"}
_PIECES = frozenset({"boundaries", "values"})


class Unfit(Exception):  # noqa: N818 - what was found, not what went wrong
    """What was read has no place in a recipe: ``why`` ends a key of the catalogue, ``detail`` is a name."""

    def __init__(self, why: str, detail: object = "") -> None:
        super().__init__(why)
        self.why = why
        self.detail = plain_line(str(detail)[:200], limit=_SHOWN)


def said_nothing(key: str, value: object, known: frozenset[str]) -> bool:
    """Return whether a setting that is not known says nothing: one of a newer Keras, left as it is."""
    return key not in known and (value is None or value is False)


def object_of(given: object, why: str) -> tuple[str, str, dict[str, Any]]:
    """Return class, module and settings of a serialised object."""
    if not isinstance(given, dict) or not isinstance(given.get("class_name"), str):
        raise Unfit(why, "?")
    kind, settings, module = given["class_name"].rpartition(">")[2], given.get("config"), given.get("module")
    if "Custom>" in given["class_name"] or ">" in str(given.get("registered_name") or ""):
        raise Unfit("own-class", kind)
    return kind, "keras" if module is None else str(module), settings if isinstance(settings, dict) else {}


def written(kind: str, settings: Mapping[str, Any], module: str) -> dict[str, Any]:
    """Return an object as Keras writes it; ``registered_name`` is asked for by some versions."""
    own = {key: value for key, value in sorted(settings.items()) if value is not None or key == "axis"}
    return {"class_name": kind, "config": own, "module": module, "registered_name": None}


def of_keras(module: str) -> bool:
    """Return whether a module may be Keras' own, or stand for it."""
    return module.partition(".")[0] in _OWN


def plain_value(kind: str, key: str, value: object) -> Any:
    """Return a plain value: nothing, a truth, a number, a word of a few letters, at most four numbers."""
    if value is None or isinstance(value, bool):
        return value
    if is_number(value):
        return number_anew(value)
    if isinstance(value, str):
        return word_of(f"{kind}.{key}", value)
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        value = value.get("items")
    if isinstance(value, list):
        most = _MOST_PIECES if key in _PIECES else MOST_LISTED + 1
        if len(value) <= most:
            return [_listed(kind, key, one) for one in value]
        raise Unfit("brought-numbers", f"{kind}.{key}")
    raise Unfit("setting", f"{kind}.{key}")


def _listed(kind: str, key: str, value: object) -> Any:
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        value = value.get("items")
    if isinstance(value, list):
        if len(value) > 2 or not all(is_number(one) for one in value):  # noqa: PLR2004 - before and behind
            raise Unfit("brought-numbers", f"{kind}.{key}")
        return [number_anew(one) for one in value]
    if value is None or isinstance(value, bool) or is_number(value):
        return value if value is None or isinstance(value, bool) else number_anew(value)
    raise Unfit("setting", f"{kind}.{key}")


def word_of(place: str, value: object) -> str:
    """Return a word of a few letters, of the setting ``place``."""
    if isinstance(value, str) and (value in _POLICIES or _WORD.fullmatch(value)):
        return value
    raise Unfit("setting", place)


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether ``value`` is a number, and no truth."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number_anew(value: float) -> int | float:
    """Return a number with seven digits, a whole one whole; what is not finite, or too large, is unfit.

    Raises:
        Unfit: it is no number that a setting could be.
    """
    if not abs(value) < 1e15 or not math.isfinite(value):  # noqa: PLR2004 - more than any setting
        raise Unfit("setting", "number")
    if isinstance(value, int):
        return value
    return float(f"{value:.7g}")


def dtype_of(value: object, place: str) -> Any:
    """Return a dtype, or a policy of one by its name."""
    if isinstance(value, dict):
        settings = value.get("config")
        value = settings.get("name") if isinstance(settings, dict) else None
    if value is None or (isinstance(value, str) and value in _POLICIES):
        return value
    raise Unfit("setting", f"{place}.dtype")


def sizes_of(value: object, place: str) -> Any:
    """Return the sides of a tensor, the unknown one None."""
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        value = value.get("items")
    return plain_value(place, "shape", value) if isinstance(value, list) else None
