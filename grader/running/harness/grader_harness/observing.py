"""What watching a call needs: our own looks stay unobserved, arguments are found, outputs are read."""

import threading
from typing import Any

from grader_harness.recognition import to_array


class Unobserved:
    """While we look at arrays ourselves, nothing is observed; our own failure stays ours."""

    faults: list[str] = []  # noqa: RUF012 - one list for the process, read at its end

    def __init__(self, calls: threading.local) -> None:
        self._open = calls.__dict__.setdefault("open", [])

    def __enter__(self) -> None:
        self._open.append("ours")

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        self._open.pop()
        if isinstance(error, Exception):
            self.faults.append(f"{type(error).__name__}: {error}")
            return True
        return False


def observation_faults() -> list[str]:
    """Return what went wrong while observing."""
    return Unobserved.faults


def pick_output(outputs: Any, count: int) -> Any:
    """Return the first of a model's outputs with one value or row of scores per row, or None."""
    candidates = list(outputs.values()) if isinstance(outputs, dict) else outputs
    for candidate in candidates if isinstance(candidates, list | tuple) else [candidates]:
        array = to_array(candidate)
        if array is not None and array.ndim and len(array) == count:
            flat = array.reshape(count, -1) if array.size else array
            if array.ndim <= 2 or flat.shape[1] == array.shape[-1]:  # noqa: PLR2004 - rows of scores
                return flat.copy()
    return None


def mark(part: Any) -> Any:
    """Return shape and 64 values of an array."""
    if part is None or part.ndim == 0:
        return None
    flat = part.reshape(-1)
    return part.shape, flat[:: max(1, len(flat) // 64)].tobytes()


def is_keras(module: str) -> bool:
    """Return whether a module is Keras' own: what it calls itself is no call of the program's."""
    return module.partition(".")[0] in ("keras", "tf_keras")


def is_concrete(args: Any) -> bool:
    """Return whether a call is given values, not symbols while a graph or a model is being built."""
    first = args[0] if args else None
    if isinstance(first, dict):
        first = next(iter(first.values()), None)
    elif isinstance(first, list | tuple) and first:
        first = first[0]
    return type(first).__name__ in ("ndarray", "matrix", "EagerTensor", "DataFrame")


def argument(args: Any, kwargs: Any, position: int, *names: str) -> Any:
    """Return an argument given by position or by one of its names, or None."""
    if len(args) > position:
        return args[position]
    return next((kwargs[name] for name in names if name in kwargs), None)


def has_stepped(model: Any) -> bool:
    """Return whether the optimizer of ``model`` made a step; False where it has none."""
    return number(getattr(getattr(model, "optimizer", None), "iterations", 0)) > 0


def validation(args: Any, kwargs: Any) -> Any:
    """Return the inputs of a fit's validation data, or None."""
    given = argument(args, kwargs, 7, "validation_data")
    return given[0] if isinstance(given, list | tuple) and given else None


def length_of(x: Any) -> int:
    """Return how many rows an input has, -1 where that cannot be told."""
    first = x
    if isinstance(x, dict):
        first = next(iter(x.values()), None)
    elif isinstance(x, list | tuple) and x and hasattr(x[0], "shape") and len(x[0].shape) > 0:
        first = x[0]
    try:
        return len(first)
    except TypeError:
        return -1


def like(x: Any, parts: list[Any]) -> Any:
    """Return ``parts`` in the form that ``x`` had: one array, a list, a dict."""
    if isinstance(x, dict):
        return dict(zip(x, parts, strict=True))
    return parts[0] if len(parts) == 1 else parts


def number(value: Any) -> float:
    """Return ``value`` as a float; what is none is not a number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
