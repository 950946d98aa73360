"""The fits of scikit-learn's estimators: a name and parameters, and the rows and targets they were given."""

import weakref
from typing import Any

from grader_harness.recipe.fit_book import FitBook
from grader_harness.recipe.fits import Fit, NoRecipe, plain

_MOST_PARTS = 16
_DEEPEST = 3


def fitted(fit_book: FitBook, estimator: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Write down a fit of ``estimator`` that the program itself called, after it has ended."""
    if not fit_book.watching() or not hasattr(estimator, "predict"):
        return
    with fit_book.ours():
        x = args[0] if args else kwargs.get("X")
        y = args[1] if len(args) > 1 else kwargs.get("y")
        if y is None:
            return
        fit = Fit("sklearn", fit_book.number_of(estimator), epochs=1)
        try:
            fit.estimator = said(estimator)
            fit_book.data_of(fit, x, y)
            if len(args) > 2 or set(kwargs) - {"X", "y"}:  # noqa: PLR2004 - rows and targets
                fit.why = NoRecipe("row-weights")
        except NoRecipe as none:
            fit.why = none
        fit.made = weakref.ref(estimator)
        fit.estimator = fit.estimator or {"name": type(estimator).__name__, "parameters": {}}
        fit_book.keep(fit)


def holds(outer: Any, inner: Any, depth: int = 0) -> bool:
    """Return whether ``inner`` answers for ``outer``: a pipeline's last step, the best of a search."""
    if outer is None or depth > _DEEPEST:
        return False
    steps = getattr(outer, "steps", None)
    last = steps[-1][1] if isinstance(steps, list) and steps else None
    parts = [part for part in (last, getattr(outer, "best_estimator_", None)) if part is not None]
    return any(part is inner or holds(part, inner, depth + 1) for part in parts)


def said(estimator: Any) -> dict[str, Any]:
    """Return an estimator in the words of a recipe.

    Raises:
        NoRecipe: it is not scikit-learn's own, or has a parameter that no recipe holds.
    """
    module = type(estimator).__module__
    if module.partition(".")[0] != "sklearn":
        raise NoRecipe("estimator", type(estimator).__name__)
    public = ".".join(part for part in module.split(".") if not part.startswith("_"))
    parameters: dict[str, Any] = {}
    parts: list[Any] = []
    for name, value in estimator.get_params(deep=False).items():
        if hasattr(value, "get_params") and not isinstance(value, type):
            parts.append([name, said(value)])
        elif _is_named(value):
            parts += [[part, said(inner)] for part, inner in value if hasattr(inner, "get_params")]
        else:
            parameters[name] = _parameter(f"{type(estimator).__name__}.{name}", value)
    if len(parts) > _MOST_PARTS:
        raise NoRecipe("too-long", type(estimator).__name__)
    return {"name": f"{public}.{type(estimator).__name__}", "parameters": parameters, "parts": parts}


def _is_named(value: Any) -> bool:
    """Return whether a parameter is the steps of a pipeline or the members of a vote."""
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str) for one in value)  # noqa: PLR2004
    )


def _parameter(place: str, value: Any) -> Any:
    if hasattr(value, "dtype") and getattr(value, "ndim", 0):
        if value.size > 64:  # noqa: PLR2004 - a grid of numbers is short
            raise NoRecipe("brought-numbers", place)
        value = value.tolist()
    if hasattr(value, "dtype"):
        value = value.item()
    if isinstance(value, dict):
        return {str(key): _parameter(place, one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_parameter(place, one) for one in value]
    if callable(value) and not isinstance(value, type):
        return {"function": f"{_public(value)}.{getattr(value, '__name__', '?')}"}
    if value is None or isinstance(value, bool | int | float | str):
        return plain(value)
    raise NoRecipe("estimator-setting", place)


def _public(function: Any) -> str:
    """Return where a function of a library is imported from; numpy's own have no module in some versions."""
    module = getattr(function, "__module__", None) or "numpy"
    parts = [part for part in str(module).split(".") if not part.startswith("_")]
    return ".".join(parts) if parts[:1] != ["numpy"] else "numpy"
