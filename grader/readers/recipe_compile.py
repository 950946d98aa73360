"""Writes anew what a model is compiled with and what its layers are made with: losses, initializers."""

from collections.abc import Callable, Mapping
from typing import Any

from grader.readers.recipe_names import (
    CONSTRAINTS,
    INITIALIZERS,
    LOSSES,
    LOSSES_BY_WORD,
    OPTIMIZERS,
    REGULARIZERS,
    SCHEDULES,
    Settings,
)
from grader.readers.recipe_values import (
    Unfit,
    object_of,
    of_keras,
    plain_value,
    said_nothing,
    word_of,
    written,
)


def loss_anew(given: object) -> Mapping[str, Any]:
    """Return a loss written anew: always its class with its settings.

    Raises:
        Unfit: it is none of Keras' own.
    """
    word = given
    if isinstance(given, dict) and isinstance(given.get("config"), str):
        word = given["config"]
    if isinstance(word, str):
        kind = LOSSES_BY_WORD.get(word, word)
        if kind not in LOSSES:
            raise Unfit("loss", word)
        return written(kind, {}, "keras.losses")
    kind, module, settings = object_of(given, "loss")
    if kind in LOSSES_BY_WORD and not settings:
        kind = LOSSES_BY_WORD[kind]
    if kind not in LOSSES or not of_keras(module):
        raise Unfit("loss", kind)
    kept = {
        key: plain_value(kind, key, value)
        for key, value in settings.items()
        if key not in ("name", "fn", "dtype", "reduction") and not said_nothing(key, value, LOSSES[kind])
    }
    if settings.get("reduction") not in (None, "auto", "sum_over_batch_size"):
        kept["reduction"] = word_of("reduction", settings["reduction"])
    return written(kind, kept, "keras.losses")


def optimizer_anew(given: object) -> Mapping[str, Any]:
    """Return an optimizer written anew, its schedule with it.

    Raises:
        Unfit: it is none of Keras' own.
    """
    if isinstance(given, str):
        given = {"class_name": given, "module": "keras.optimizers", "config": {}}
    kind, module, settings = object_of(given, "optimizer")
    kind = {one.casefold(): one for one in OPTIMIZERS}.get(kind.casefold(), kind)
    if kind not in OPTIMIZERS or not of_keras(module):
        raise Unfit("optimizer", kind)
    kept: dict[str, Any] = {}
    for key, value in settings.items():
        if key in ("name", "jit_compile") or said_nothing(key, value, OPTIMIZERS[kind]):
            continue
        if key == "learning_rate" and isinstance(value, dict):
            kept[key] = _part("optimizer", SCHEDULES, "keras.optimizers.schedules")(value)
        else:
            kept[key] = plain_value(kind, key, value)
    return written(kind, kept, "keras.optimizers")


def plain_part(kind: str, key: str, value: object) -> Any:
    """Return one setting of ``kind`` written anew: an initializer, a regularizer, a few plain numbers.

    Raises:
        Unfit: it is none of these.
    """
    for ending, (why, listed, module) in _PARTS.items():
        if key.endswith(ending):
            return _part(why, listed, module)(value)
    return plain_value(kind, key, value)


_PARTS = {
    "initializer": ("brought-numbers", INITIALIZERS, "keras.initializers"),
    "regularizer": ("function", REGULARIZERS, "keras.regularizers"),
    "constraint": ("function", CONSTRAINTS, "keras.constraints"),
}


def _part(why: str, listed: Settings, module: str) -> Callable[[object], Any]:
    def anew(given: object) -> Any:
        if given is None:
            return None
        if isinstance(given, str):
            given = {"class_name": given, "module": module, "config": {}}
        by_word = {_folded(name): name for name in listed}
        kind, where, settings = object_of(given, why)
        name = by_word.get(_folded(kind))
        if name is None or not of_keras(where):
            raise Unfit(why, kind)
        kept = {
            key: plain_value(kind, key, value)
            for key, value in settings.items()
            if key not in ("seed", "name") and not said_nothing(key, value, listed[name])
        }
        return written(name, kept, module)

    return anew


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()
