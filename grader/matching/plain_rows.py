"""Takes arrays that a submission left as rows of plain numbers, or not at all."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LARGEST = 1e100
"""Squares of it, summed over any array we take, are still numbers."""
_NUMBERS = "biuf"
_WIDEST_NUMBER = 8


def plain_rows(array: "np.ndarray[Any, Any]", *, columns: int) -> "NDArray[Any] | None":
    """Return ``array (n, …)`` as ``(n, d)``, its values as they are; never raises.

    None when it is no table of ordinary numbers: no rows or no values, more than ``columns`` values a row
    (told from the shape, before a value is read), no integers, booleans or floats of up to 64 bits, or
    values that are NaN, infinite or beyond 1e100.
    """
    if array.ndim == 0 or array.size == 0 or array.size > columns * len(array):
        return None
    if array.dtype.kind not in _NUMBERS or array.dtype.itemsize > _WIDEST_NUMBER:
        return None
    # A NaN makes both of them NaN, and no comparison with it holds.
    low, high = float(array.min()), float(array.max())
    return array.reshape(len(array), -1) if low >= -_LARGEST and high <= _LARGEST else None
