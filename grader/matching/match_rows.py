"""Pairs rows that a model was trained on with the known training rows, whose order nobody promised.

For inputs typed into a program (six rows of weight and skin colour) the grader knows the rows, and sees
what was fitted: scaled, shifted, shuffled. Which is which tells the map for other rows and, through the
labels, what each output column means.
"""

from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

from grader.matching.affine_map import (
    MAX_COLUMNS,
    TOLERANCE,
    AffineMap,
    MapKind,
    fit_map,
    infer_affine_map,
    residuals,
)
from grader.matching.plain_rows import plain_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PERMUTED_ROWS = 8
_MAX_FITTED_ROWS = 4096
_MAX_MIXED_COLUMNS = 256
"""Columns that a matrix may make of eight rows tried in every order; each costs 40,320 projections."""
_SCREENED = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matched:
    """The map, and for every fitted row which raw row it is (-1: none of them, an augmented row)."""

    map: AffineMap
    rows: "NDArray[np.int64]"


def match_rows(raw: "np.ndarray[Any, Any]", fitted: "np.ndarray[Any, Any]") -> Matched | None:
    """Return how ``fitted (m, e)`` came from ``raw (n, d)``, rows in any order, or None: never a guess.

    Fitted rows that are raw rows as they stand are matched whatever else stands between them, if every
    raw row is there. Otherwise the distinct fitted rows must be as many as the raw ones: in the same
    order any exact map will do, and up to eight rows are tried in every order. Two different maps that
    both fit are no answer, nor are arrays that are no tables of ordinary numbers, more than 4096 columns or
    fitted rows, or a matrix with more than 256 columns for rows in any order. Never raises.
    """
    import numpy as np

    if fitted.ndim and len(fitted) > _MAX_FITTED_ROWS:
        return None
    known, seen = plain_rows(raw, columns=MAX_COLUMNS), plain_rows(fitted, columns=MAX_COLUMNS)
    if known is None or seen is None:
        return None
    try:
        with np.errstate(all="ignore"):
            return _matched(known.astype(np.float64), seen.astype(np.float64))
    except np.linalg.LinAlgError:
        # Values so far apart that their sums of squares cannot be solved.
        return None


def _matched(x: "NDArray[Any]", y: "NDArray[Any]") -> Matched | None:
    untouched = _as_they_stand(x, y)
    if untouched is not None:
        return untouched
    first_seen, which = _distinct(y)
    distinct = y[first_seen]
    if len(distinct) != len(x):
        return None
    ordered = infer_affine_map(x, distinct) if len(x) > MAX_PERMUTED_ROWS else None
    if ordered is not None:
        return Matched(map=ordered, rows=which)
    found = _in_any_order(x, distinct) if len(x) <= MAX_PERMUTED_ROWS else None
    if found is None:
        return None
    return Matched(map=found.map, rows=found.rows[which])


def _as_they_stand(x: "NDArray[Any]", y: "NDArray[Any]") -> Matched | None:
    """Return the identity when every raw row is among the fitted ones, unchanged."""
    import numpy as np

    if x.shape[1] != y.shape[1]:
        return None
    close = TOLERANCE * max(float(np.abs(x).max()), 1.0)
    equal = np.stack([(np.abs(y - row) <= close).all(axis=1) for row in x], axis=1)
    if not equal.any(axis=0).all():
        return None
    rows = np.where(equal.any(axis=1), equal.argmax(axis=1), -1).astype(np.int64)
    return Matched(map=fit_map(MapKind.IDENTITY, x, x), rows=rows)


def _distinct(y: "NDArray[Any]") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
    """Return where each distinct row is first seen, and for every row which of those it is."""
    import numpy as np

    _, first, inverse = np.unique(y, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[inverse.reshape(-1)]


def _in_any_order(x: "NDArray[Any]", y: "NDArray[Any]") -> Matched | None:
    """Return the plainest map that is exact for some order of the rows; None when there are two such maps."""
    import numpy as np

    orders = np.array(list(permutations(range(len(x)))))
    for kind in (MapKind.SCALAR, MapKind.COLUMNS, MapKind.FULL):
        if not _determined(kind, x, y):
            continue
        exact = []
        # Row orders[k][i] of y is taken for row i of x; the first order is the one they stand in.
        for order in orders[_screen(kind, x, y, orders) <= _SCREENED]:
            one = fit_map(kind, x, y[order])
            residual = float(residuals(one, x, y[order]).max())
            if residual <= TOLERANCE:
                rows = np.argsort(order).astype(np.int64)
                exact.append(Matched(map=replace(one, residual=residual), rows=rows))
        if exact:
            alone = all(_same(exact[0].map, other.map) for other in exact[1:])
            in_order = exact[0].rows.tolist() == list(range(len(x)))
            return exact[0] if alone or in_order else None
    return None


def _determined(kind: MapKind, x: "NDArray[Any]", y: "NDArray[Any]") -> bool:
    """Return whether the rows say more than the map can bend to: at least twice its unknowns per column."""
    if kind is MapKind.FULL:
        return bool(len(x) >= 2 * (x.shape[1] + 1) and y.shape[1] <= _MAX_MIXED_COLUMNS)
    if x.shape[1] != y.shape[1]:
        return False
    values = x.size if kind is MapKind.SCALAR else len(x)
    return values >= 4  # noqa: PLR2004 - a scale and an offset, twice


def _screen(kind: MapKind, x: "NDArray[Any]", y: "NDArray[Any]", orders: "NDArray[Any]") -> "NDArray[Any]":
    """Return for every order the share of the spread of ``y`` that the best map of ``kind`` leaves."""
    import numpy as np

    total = float(((y - y.mean(axis=0)) ** 2).sum()) or 1.0
    if kind is MapKind.FULL:
        with_ones = np.column_stack([x, np.ones(len(x))])
        leaves = np.eye(len(x)) - with_ones @ np.linalg.pinv(with_ones)
        left = np.zeros(len(orders))
        for column in y.T:
            left += ((leaves @ column[orders].T) ** 2).sum(axis=0)
        return np.asarray(left / total)
    axis = None if kind is MapKind.SCALAR else 0
    a = x - x.mean(axis=axis)
    b = y - y.mean(axis=axis)
    varied = (a**2).sum(axis=0)
    if kind is MapKind.SCALAR:
        together = (b @ a.T)[orders, np.arange(len(x))].sum(axis=1)
        left = (b**2).sum() - together**2 / max(float(varied.sum()), 1e-300)
        return np.asarray(left / total)
    explained = np.zeros(len(orders))
    for j in np.flatnonzero(varied > 0):
        explained += (b[:, j][orders] @ a[:, j]) ** 2 / varied[j]
    return np.asarray(((b**2).sum() - explained) / total)


def _same(one: AffineMap, other: AffineMap) -> bool:
    import numpy as np

    pairs = ((one.scale, other.scale), (one.offset, other.offset))
    return all(bool(np.allclose(a, b, rtol=1e-4, atol=1e-6)) for a, b in pairs)
