"""Whether a value holds one answer for each test row."""

from typing import Any

from grader_harness.recognition import to_array
from grader_harness.states import passed_over

_MOST_WORDS = 4
_LONGEST_WORD = 40
_MOST_CLASSES = 12


def per_row(
    value: Any, count: int, name: str, classes: tuple[str, ...] = ()
) -> tuple[Any, dict[str, str] | None]:
    """Return ``value`` as one value or one row of scores for each of ``count`` rows, or why it is not.

    Names of ``classes`` become their numbers.
    """
    if isinstance(value, list | tuple) and any(item is None for item in value):
        return None, passed_over("not_numeric", f"{name}: None")  # numpy would make it not-a-number
    array, strange = to_array(value), []
    if array is None and classes:
        array, strange = _numbers(value, classes)
    if strange:
        return None, passed_over("unknown_classes", _told(name, strange, classes))
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


def _numbers(value: Any, classes: tuple[str, ...]) -> tuple[Any, list[str]]:
    """Return the numbers of the classes that ``value`` names; else None, and the words that name no class."""
    import numpy as np

    if not (hasattr(value, "__array__") or isinstance(value, list | tuple)):
        return None, []
    try:
        words = np.asarray(value)
        numbers = {name: number for number, name in enumerate(classes)}
        flat = words.reshape(-1).tolist()
        if strange := sorted({word for word in flat if isinstance(word, str) and word not in numbers}):
            return None, strange
        return np.array([numbers[word] for word in flat]).reshape(words.shape), []
    except Exception:  # neither words nor numbers, or an object that will not be walked
        return None, []


def _told(name: str, strange: list[str], classes: tuple[str, ...]) -> str:
    """Return the variable, the words in it that name no class, and the classes: names only."""
    unknown = [f'"{word[:_LONGEST_WORD]}"' for word in strange[:_MOST_WORDS]]
    unknown += ["…"] * (len(strange) > _MOST_WORDS)
    known = [f'"{one[:_LONGEST_WORD]}"' for one in classes[:_MOST_CLASSES]]
    known += ["…"] * (len(classes) > _MOST_CLASSES)
    return f"{name}: {', '.join(unknown)} ≠ {', '.join(known)}"
