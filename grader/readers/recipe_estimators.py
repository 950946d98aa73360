"""Writes an estimator of scikit-learn anew: a class by its public name, and parameters that hold no data."""

import re
from collections.abc import Mapping
from typing import Any

from grader.model.recipe import Estimator
from grader.readers.recipe_names import ESTIMATORS, FUNCTIONS
from grader.readers.recipe_values import Unfit, number_anew

_REFUSED = frozenset(
    {
        "metric_params",
        "categories",
        "fill_value",
        "means_init",
        "precisions_init",
        "weights_init",
        "warm_start",
        "quantiles",
        "knots",
        "components",
        "base_margin",
        "kw_args",
        "inv_kw_args",
        "memory",
        "n_jobs",
        "verbose",
        "copy",
        "copy_x",
        "random_state",
        "cache_size",
        "pre_dispatch",
        "error_score",
    }
)
"""What is left out: it holds data, costs only time, or is the grader's to choose."""
_HOLDS_DATA = frozenset(
    {
        "metric_params",
        "categories",
        "fill_value",
        "means_init",
        "precisions_init",
        "weights_init",
        "quantiles",
        "knots",
    }
)
_LISTS = frozenset({"hidden_layer_sizes", "alphas", "Cs", "weights", "feature_range", "quantile_range", "cs"})
_GRIDS = frozenset({"param_grid", "param_distributions"})
_MOST_LISTED = 32
_MOST_IN_GRIDS = 64
_MOST_PARTS = 16
_DEEPEST = 5
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}", re.ASCII)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}", re.ASCII)


def estimator_anew(given: Estimator, depth: int = 0) -> Estimator:
    """Return an estimator written anew, with those inside it.

    Raises:
        Unfit: it is none that is known, or has a parameter that could hold data.
    """
    if given.name not in ESTIMATORS:
        raise Unfit("estimator", given.name)
    if depth > _DEEPEST or len(given.parts) > _MOST_PARTS:
        raise Unfit("too-long", given.name)
    parts = []
    for name, part in given.parts:
        if not _NAME.fullmatch(name):
            raise Unfit("estimator-setting", name)
        parts.append((name, estimator_anew(part, depth + 1)))
    short = given.name.rpartition(".")[2]
    kept: dict[str, Any] = {}
    for key in sorted(given.parameters):
        value = given.parameters[key]
        if not _NAME.fullmatch(key):
            raise Unfit("estimator-setting", short)
        if key in _HOLDS_DATA and value not in (None, "auto"):
            raise Unfit("brought-numbers", f"{short}.{key}")
        if key == "warm_start" and value:
            raise Unfit("estimator-setting", f"{short}.{key}")
        if key not in _REFUSED:
            kept[key] = _parameter(f"{short}.{key}", key, value)
    return Estimator(name=given.name, parameters=kept, parts=tuple(parts))


def _parameter(place: str, key: str, value: object) -> Any:
    if key in _GRIDS:
        return _grid(place, value)
    if isinstance(value, dict):
        return _function(value) if set(value) == {"function"} else _weights(place, value)
    if isinstance(value, list):
        if key not in _LISTS or len(value) > _MOST_LISTED:
            raise Unfit("brought-numbers", place)
        return [_scalar(place, one) for one in value]
    return _scalar(place, value)


def _scalar(place: str, value: object) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return number_anew(value)
    if isinstance(value, str) and _WORD.fullmatch(value) and value != "precomputed":
        return value
    raise Unfit("estimator-setting", place)


def _function(value: Mapping[str, Any]) -> dict[str, str]:
    """Return a function by its full name, ``{"function": "numpy.log1p"}``."""
    if value["function"] not in FUNCTIONS:
        raise Unfit("function", value["function"])
    return {"function": value["function"]}


def _weights(place: str, value: Mapping[Any, Any]) -> dict[str, float]:
    """Return weights by class."""
    if len(value) > _MOST_LISTED or not place.endswith("class_weight"):
        raise Unfit("estimator-setting", place)
    if not all(re.fullmatch(r"-?\d{1,4}", str(label)) for label in value):
        raise Unfit("estimator-setting", place)
    return {str(label): float(_scalar(place, one) or 0.0) for label, one in value.items()}


def _grid(place: str, value: object) -> Any:
    """Return the lists of a search, few values in all."""
    grids = value if isinstance(value, list) else [value]
    count, kept = 0, []
    for grid in grids:
        if not isinstance(grid, dict):
            raise Unfit("estimator-setting", place)
        one: dict[str, list[Any]] = {}
        for key, values in grid.items():
            name = isinstance(key, str) and len(key) < 120 and all(map(_NAME.fullmatch, key.split("__")))  # noqa: PLR2004
            if not name or not isinstance(values, list):
                raise Unfit("estimator-setting", place)
            one[key] = [_choice(place, choice) for choice in values]
            count += sum(len(c) if isinstance(c, list) else 1 for c in one[key])
        kept.append(one)
    if count > _MOST_IN_GRIDS:
        raise Unfit("brought-numbers", place)
    return kept if isinstance(value, list) else kept[0]


def _choice(place: str, value: object) -> Any:
    if isinstance(value, list) and len(value) <= _MOST_LISTED:
        return [_scalar(place, one) for one in value]
    return _scalar(place, value)
