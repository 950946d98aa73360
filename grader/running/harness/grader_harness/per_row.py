"""Whether a value holds one answer for each test row."""

from typing import Any

from grader_harness.recognition import to_array
from grader_harness.states import passed_over


def per_row(
    value: Any, count: int, name: str, classes: tuple[str, ...] = ()
) -> tuple[Any, dict[str, str] | None]:
    """Return ``value`` as one value or one row of scores for each of ``count`` rows, or why it is not.

    Names of ``classes`` become their numbers.
    """
    array = to_array(value)
    if array is None and classes:
        array = _numbers(value, classes)
    if array is None:
        return None, passed_over("not_numeric", f"{name}: {type(value).__name__}")
    if array.ndim == 2 and array.shape[0] == 1 and array.shape[1] == count:  # noqa: PLR2004 - a 1 x n matrix
        array = array.reshape(count)
    if array.ndim == 0:
        return None, passed_over("length", f"{name}: 1 ≠ {count}")
    if len(array) != count:
        return None, passed_over("length", f"{name}: {len(array)} ≠ {count}")
    array = array.reshape(count, -1) if array.ndim > 2 else array  # noqa: PLR2004 - more than rows of scores
    if array.ndim == 2 and array.shape[1] == 1:  # noqa: PLR2004 - a column
        array = array.reshape(count)
    return array, None


def _numbers(value: Any, classes: tuple[str, ...]) -> Any:
    """Return the numbers of the classes that ``value`` names, or None when it holds anything else."""
    import numpy as np

    if not (hasattr(value, "__array__") or isinstance(value, list | tuple)):
        return None
    try:
        words = np.asarray(value)
        numbers = {name: number for number, name in enumerate(classes)}
        return np.array([numbers[str(word)] for word in words.reshape(-1)]).reshape(words.shape)
    except Exception:  # a word that is no class, or an object that will not be walked
        return None
