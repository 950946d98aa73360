"""Finds the exact affine map from raw rows to the rows a model was given, if there is one.

Course programs preprocess outside the model (``QX = (255 - QX) / 255``). A map that reproduces rows it was
not fitted on to rounding (5e-7 when tried) is the preprocessing; anything else (features of another net
leave 0.3) is not, and then there is no map: never a guess.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from grader.matching.plain_rows import plain_rows
from grader.model.message import Message
from grader.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]

TOLERANCE = 1e-5
"""Largest residual of a row, relative to the spread of the rows."""
_EXACT_SHARE = 0.75
_BLOCK = 1024
MAX_COLUMNS = 4096
"""More values a row than this are not looked at."""
_ROWS_PER_COLUMN = 2
_TRIED_ROWS = 1024
_DAMPING = 1e-12
_REFINEMENTS = 4


class MapKind(Enum):
    """How much freedom a map has, the plainest first."""

    IDENTITY = "identity"
    SCALAR = "scalar"
    COLUMNS = "columns"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AffineMap:
    """``rows * scale + offset``; ``rows @ scale + offset``, a matrix, for kind FULL."""

    kind: MapKind
    scale: "Array"
    offset: "Array"
    residual: float = 0.0
    """Largest residual of a row it was checked on, relative to the spread of the rows."""

    def apply(self, rows: "np.ndarray[Any, Any]") -> "NDArray[np.float32]":
        """Return raw ``rows`` (n, …) as the model was given them: ``float32 (n, columns)``."""
        import numpy as np

        flat = rows.reshape(len(rows), -1)
        # What overflows is infinite, which is what a 32-bit program would have seen too.
        with np.errstate(all="ignore"):
            blocks = [self._mapped(flat[i : i + _BLOCK]) for i in range(0, len(flat), _BLOCK)]
        return np.concatenate(blocks) if blocks else np.zeros((0, flat.shape[1]), np.float32)

    def in_words(self) -> Message | None:
        """Return what the program does to its inputs before the model, for its page; None where nothing."""
        match self.kind:
            case MapKind.IDENTITY:
                return None
            case MapKind.SCALAR:
                scale, offset = float(self.scale), float(self.offset)
                rounding = abs(offset) <= TOLERANCE * abs(scale)
                return say("verdict.map.scalar", scale=scale, offset=0.0 if rounding else offset)
            case _:
                return say(f"verdict.map.{self.kind.value}")

    def _mapped(self, rows: "Array") -> "NDArray[np.float32]":
        import numpy as np

        values = rows.astype(np.float64)
        scaled = values @ self.scale if self.kind is MapKind.FULL else values * self.scale
        return np.asarray(scaled + self.offset, dtype=np.float32)


def infer_affine_map(raw: "np.ndarray[Any, Any]", fitted: "np.ndarray[Any, Any]") -> AffineMap | None:
    """Return the exact map from ``raw`` (n, …) to ``fitted`` (n, …), whose rows are in the same order.

    Tried from the plainest on: identity, one scale and offset for all values, one per column, any matrix.
    A map is fitted on half the rows and must hold on the others; a quarter of these may light a column
    that the fitted rows left dark (a pixel at the border). Then it is fitted on all rows and must hold on
    every one. None when nothing is exact, the rows do not pair up, or either array is no table of ordinary
    numbers with at most 4096 columns. Never raises: a submission wrote these arrays.
    """
    import numpy as np

    x, y = plain_rows(raw, columns=MAX_COLUMNS), plain_rows(fitted, columns=MAX_COLUMNS)
    if x is None or y is None or len(x) != len(y) or len(x) < 2:  # noqa: PLR2004 - two halves
        return None
    with np.errstate(all="ignore"):
        return _plainest_exact(x, y)


def _plainest_exact(x: "Array", y: "Array") -> AffineMap | None:
    import numpy as np

    same_width = x.shape[1] == y.shape[1]
    for kind in MapKind:
        if kind is not MapKind.FULL and not same_width:
            continue
        try:
            found = _exact(kind, x, y)
        except (np.linalg.LinAlgError, ValueError):
            # Values so far apart that their sums of squares cannot be solved, or are no longer finite.
            continue
        if found is not None:
            return found
    return None


def _exact(kind: MapKind, x: "Array", y: "Array") -> AffineMap | None:
    """Return the map of ``kind`` when it holds on rows it was not fitted on, and then on all of them."""
    fit_on, check_on = _halves(len(x), x.shape[1], kind)
    tried = residuals(fit_map(kind, x[fit_on], y[fit_on]), x[check_on], y[check_on])
    if (tried <= TOLERANCE).mean() < _EXACT_SHARE:
        return None
    found = fit_map(kind, x, y)
    residual = float(residuals(found, x, y).max())
    return replace(found, residual=residual) if residual <= TOLERANCE else None


def fit_map(kind: MapKind, x: "Array", y: "Array") -> AffineMap:
    """Return the least-squares map of ``kind`` from ``x (n, d)`` to ``y (n, e)``; d = e unless FULL."""
    import numpy as np

    if kind is MapKind.IDENTITY:
        return AffineMap(kind=kind, scale=np.ones(()), offset=np.zeros(()))
    axis = None if kind is MapKind.SCALAR else 0
    mean_x = x.mean(axis=axis, dtype=np.float64)
    mean_y = y.mean(axis=axis, dtype=np.float64)
    if kind is MapKind.FULL:
        scale = _solve(x, y, mean_x, mean_y)
        return AffineMap(kind=kind, scale=scale, offset=mean_y - mean_x @ scale)
    varied: Any = 0.0
    together: Any = 0.0
    for a, b in _centred(x, y, mean_x, mean_y):
        varied = varied + (a * a).sum(axis=axis)
        together = together + (a * b).sum(axis=axis)
    varied, together = np.asarray(varied), np.asarray(together)
    slope = np.divide(together, varied, out=np.zeros(varied.shape), where=varied > 0)
    return AffineMap(kind=kind, scale=slope, offset=np.asarray(mean_y - slope * mean_x))


def residuals(found: AffineMap, x: "Array", y: "Array") -> "NDArray[np.float64]":
    """Return the distance of every mapped row from its row of ``y``, relative to the spread of ``y``.

    What 32-bit rounding alone explains (large offsets: years, identifiers) is not counted.
    """
    import numpy as np

    mean = y.mean(axis=0, dtype=np.float64)
    blocks = range(0, len(y), _BLOCK)
    squares = sum(((y[i : i + _BLOCK] - mean) ** 2).sum() for i in blocks)
    spread = float(np.sqrt(squares / len(y))) or 1.0
    largest = max(abs(float(y.min())), abs(float(y.max())))
    rounding = 4 * float(np.finfo(np.float32).eps) * largest * float(np.sqrt(y.shape[1]))
    apart = [
        np.sqrt(((found.apply(x[i : i + _BLOCK]) - y[i : i + _BLOCK].astype(np.float64)) ** 2).sum(axis=1))
        for i in blocks
    ]
    return np.maximum(np.concatenate(apart) - rounding, 0.0) / spread


def _halves(n: int, columns: int, kind: MapKind) -> tuple[slice, slice]:
    """Return which rows to fit on and which to check on: alternating, no more than the kind needs."""
    enough = _TRIED_ROWS
    if kind is MapKind.FULL:
        enough = max(_TRIED_ROWS, _ROWS_PER_COLUMN * (columns + 1))
    step = 2 * max(1, n // (2 * enough))
    return slice(0, None, step), slice(1, None, step)


def _centred(x: "Array", y: "Array", mean_x: "Array", mean_y: "Array") -> "Iterator[tuple[Array, Array]]":
    for i in range(0, len(x), _BLOCK):
        # In 64 bits whatever they came in: squares of what a float16 or float32 holds overflow there.
        yield x[i : i + _BLOCK].astype(float) - mean_x, y[i : i + _BLOCK].astype(float) - mean_y


def _solve(x: "Array", y: "Array", mean_x: "Array", mean_y: "Array") -> "Array":
    """Return the matrix of least squares; columns that never vary get zeros.

    Cholesky of the damped normal equations, refined on the undamped ones: directions in which the rows
    vary converge to the exact solution, those in which they do not stay at zero.
    """
    import numpy as np
    from scipy.linalg import cho_factor, cho_solve

    gram = np.zeros((x.shape[1], x.shape[1]))
    together = np.zeros((x.shape[1], y.shape[1]))
    for a, b in _centred(x, y, mean_x, mean_y):
        gram += a.T @ a
        together += a.T @ b
    damping = _DAMPING * float(np.trace(gram)) + float(np.finfo(np.float64).tiny)
    damped = gram.copy()
    damped.flat[:: len(gram) + 1] += damping
    factor = cho_factor(damped, lower=True, overwrite_a=True)
    scale = np.zeros_like(together)
    for _ in range(_REFINEMENTS):
        scale += cho_solve(factor, together - gram @ scale)
    return scale
