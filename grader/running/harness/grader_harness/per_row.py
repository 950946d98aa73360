"""Whether a value holds one answer for each test row."""

from typing import Any

from grader_harness.recognition import to_array
from grader_harness.states import passed_over


def per_row(value: Any, count: int, name: str) -> tuple[Any, dict[str, str] | None]:
    """Return ``value`` as one value or one row of scores for each of ``count`` rows, or why it is not."""
    array = to_array(value)
    if array is None:
        return None, passed_over("not_numeric", f"{name} holds {type(value).__name__}, not numbers")
    if array.ndim == 2 and array.shape[0] == 1 and array.shape[1] == count:  # noqa: PLR2004 - a 1 x n matrix
        array = array.reshape(count)
    if array.ndim == 0:
        return None, passed_over("length", f"{name} is one number, the test set has {count} rows")
    if len(array) != count:
        return None, passed_over("length", f"{name} has {len(array)} rows, the test set {count}")
    array = array.reshape(count, -1) if array.ndim > 2 else array  # noqa: PLR2004 - more than rows of scores
    if array.ndim == 2 and array.shape[1] == 1:  # noqa: PLR2004 - a column
        array = array.reshape(count)
    return array, None
