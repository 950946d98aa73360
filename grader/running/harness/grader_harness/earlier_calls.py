"""The recognised calls before the last one, as far as they cost little.

A program may train several models, keep the answers of the best and look at the others afterwards. The last
call then is another model's than the answers that are graded: which model gave them, its call tells.
"""

from collections import deque
from typing import TYPE_CHECKING, Any

from grader_harness.models import equal_weights

if TYPE_CHECKING:
    from grader_harness.captured_call import Captured

MOST = 8
MOST_BYTES = 256 * 1024 * 1024
SAYS_THE_SAME = 0.999
_HALF = 0.5
_CORRELATED = 0.9999


class EarlierCalls:
    """Keeps the last calls whose answers are known, each with the weights its model had."""

    def __init__(self) -> None:
        self._calls: deque[Captured] = deque(maxlen=MOST)

    def add(self, call: "Captured", then: "Captured") -> None:
        """Keep ``call``, which ``then`` takes the place of; the oldest go where they take too much room."""
        same = call.model is then.model and equal_weights(call.weights, then.weights)
        if call.outputs is None or (same and then.outputs is not None):
            return
        self._calls.append(call)
        while len(self._calls) > 1 and sum(map(_size, self._calls)) > MOST_BYTES:
            self._calls.popleft()

    def that_said(self, answers: Any) -> "Captured | None":
        """Return the last of them that gave ``answers``, or None."""
        return next((call for call in reversed(self._calls) if say_the_same(call.outputs, answers)), None)


def say_the_same(some: Any, others: Any) -> bool:
    """Return whether two arrays of answers say the same of all rows but a few ties, in whatever form.

    Scores say the class they choose, one score per row of two classes is split at one half, and numbers may
    have been put on another scale.
    """
    import numpy as np

    one, other = (_one_each(np.asarray(array, dtype=np.float64)) for array in (some, others))
    if len(one) != len(other) or not (np.isfinite(one).all() and np.isfinite(other).all()):
        return False
    whole = [np.array_equal(column, column.round()) for column in (one, other)]
    if whole[0] != whole[1]:
        one = one if whole[0] else one > _HALF
        other = other if whole[1] else other > _HALF
    if float(np.isclose(one, other, rtol=1e-3, atol=1e-5).mean()) >= SAYS_THE_SAME:
        return True
    numbers = not any(whole) and one.std() > 0 and other.std() > 0
    return bool(numbers and np.corrcoef(one, other)[0, 1] > _CORRELATED)


def _one_each(answers: Any) -> Any:
    flat = answers.reshape(len(answers), -1)
    return flat[:, 0] if flat.shape[1] == 1 else flat.argmax(axis=1)


def _size(call: "Captured") -> int:
    arrays = (*call.weights, call.rows, call.outputs)
    return int(sum(array.nbytes for array in arrays if array is not None))
