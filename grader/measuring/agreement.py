"""Whether two arrays of predictions are the same program's."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_ROUNDING = 1e-3


def agreement(graded: "np.ndarray[Any, Any]", replayed: "np.ndarray[Any, Any]") -> float:
    """Return the share of rows on which decoded predictions ``(n,)`` agree; 0.0 when lengths differ.

    Classes must be equal; numbers may differ by a thousandth of the spread of the graded ones, which is
    what 32-bit arithmetic on another batch size explains.
    """
    import numpy as np

    if graded.shape != replayed.shape or not len(graded):
        return 0.0
    if graded.dtype.kind != "f" and replayed.dtype.kind != "f":
        return float((graded == replayed).mean())
    near = _ROUNDING * float(np.std(graded)) + 1e-9
    return float((np.abs(graded - replayed) <= near).mean())
