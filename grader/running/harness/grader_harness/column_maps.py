"""Finds how the rows of a fit were made of rows of a table, taken in any order: each column on its own scale.

A program that splits a table itself shuffles its rows, standardises columns, leaves some out. Where every row
it trained on is a row of the served table under one scale and offset a column, exactly, the same can be done
to the test rows. Anything else (powers, logarithms, columns of columns) is no such map: never a guess.
"""

from itertools import islice, product
from typing import Any

MOST_COLUMNS = 64
FEWEST = 20
TRIED = 80
CHECKED = 400
STEPS = 12
HOPELESS_AFTER = 5
CLOSE = 1e-4
"""Of a column's spread: what 32 bits and a program's own arithmetic leave."""
NEARLY_ALL = 0.99
ALIKE = 3
"""Columns of the table that one of the fit is tried for, where their shapes are alike."""
UNLIKE = 0.05
TRIES = 8
_QUANTILES = 41
_CONSTANT = 1e-12
_DISTINCT = 0.9


class ColumnMap:
    """``rows[:, columns] * scale + offset``."""

    def __init__(
        self, columns: Any, scale: Any, offset: Any, aside: tuple[float, float] = (1.0, 0.0)
    ) -> None:
        self.columns = columns
        self.aside = aside
        self.scale = scale
        self.offset = offset

    def apply(self, rows: Any) -> Any:
        """Return raw ``rows`` as the model was given its own."""
        return rows[:, self.columns] * self.scale + self.offset


def find_column_map(table: Any, fitted: Any, beside: tuple[Any, Any] | None = None) -> ColumnMap | None:
    """Return the map that makes ``fitted`` (m, k) of rows of ``table`` (n, d).

    ``beside`` are numbers that belong to the rows of the one and of the other, targets: they must be on some
    scale of each other too, and tell rows apart that few columns do not. ``aside`` of the map is that scale.
    None where there is no map, or one cannot be told: more than 64 columns, few rows, values not finite.
    """
    import numpy as np

    table, fitted = table.astype(np.float64), fitted.astype(np.float64)
    if not 1 <= fitted.shape[1] <= table.shape[1] <= MOST_COLUMNS or len(fitted) < FEWEST:
        return None
    if not np.isfinite(table).all() or not np.isfinite(fitted).all():
        return None
    for columns in _columns(table, fitted):
        raw, made = table[:, columns], fitted
        if beside is not None:
            raw, made = np.column_stack((raw, beside[0])), np.column_stack((fitted, beside[1]))
        if not _tells_rows_apart(raw):
            continue
        for start in _starts(raw, made):
            found = _refined(raw, made, *start)
            if found is not None:
                return _told(columns, *found)
    return None


def _tells_rows_apart(rows: Any) -> bool:
    """Return whether nearly all rows differ: among few values any row is met under a wrong map, too."""
    import numpy as np

    return len(np.unique(rows, axis=0)) >= _DISTINCT * len(rows)


def _told(columns: Any, scale: Any, offset: Any) -> ColumnMap:
    count = len(columns)
    aside = (float(scale[-1]), float(offset[-1])) if len(scale) > count else (1.0, 0.0)
    return ColumnMap(columns, scale[:count], offset[:count], aside)


def _columns(table: Any, fitted: Any) -> list[Any]:
    """Return which columns of the table may be meant: all of them in their order, or those shaped alike."""
    import numpy as np

    if table.shape[1] == fitted.shape[1]:
        return [np.arange(table.shape[1])]
    ours, theirs = _curves(table), _curves(fitted)
    apart = np.abs(theirs[:, None, :] - ours[None, :, :]).mean(axis=2)
    near = [[int(c) for c in one.argsort()[:ALIKE] if one[c] <= 2 * one.min() + UNLIKE] for one in apart]
    chosen = islice(product(*near), 64)
    found = [list(columns) for columns in chosen if len(set(columns)) == len(columns)]
    found.sort(key=lambda columns: float(sum(apart[place, column] for place, column in enumerate(columns))))
    return [np.array(columns) for columns in found[:TRIES]]


def _curves(rows: Any) -> Any:
    """Return each column's quantiles, on the column's own scale."""
    import numpy as np

    curves = np.quantile(rows, np.linspace(0.02, 0.98, _QUANTILES), axis=0).T
    centre, spread = _centre(rows), _spread(rows)
    return (curves - centre[:, None]) / spread[:, None]


def _starts(raw: Any, fitted: Any) -> list[tuple[Any, Any]]:
    """Return scales and offsets to begin with: none, one for all, rows in their order, what spreads say."""
    import numpy as np

    ones, zeros = np.ones(raw.shape[1]), np.zeros(raw.shape[1])
    one = ones * np.ptp(fitted) / (np.ptp(raw) or 1.0)
    count = min(len(raw), len(fitted))
    varies = np.ptp(fitted, axis=0) > 0
    deviations = np.where(varies, fitted.std(axis=0) / np.maximum(raw.std(axis=0), _CONSTANT), 1.0)
    quartiles = np.where(varies, _spread(fitted) / _spread(raw), 1.0)
    return [
        (ones, zeros),
        (one, fitted.min() - one * raw.min()),
        _lines(raw[:count], fitted[:count], ones),
        (quartiles, _centre(fitted) - quartiles * _centre(raw)),
        (deviations, fitted.mean(axis=0) - deviations * raw.mean(axis=0)),
    ]


def _refined(raw: Any, fitted: Any, scale: Any, offset: Any) -> tuple[Any, Any] | None:
    """Return scale and offset once nearly every row is met exactly; None where none are."""
    import numpy as np

    some = fitted[:: max(1, len(fitted) // TRIED)]
    tolerance = CLOSE * _spread(fitted)
    for step in range(STEPS):
        near, apart = _nearest(raw * scale + offset, some, _spread(fitted))
        met = (np.abs(raw[near] * scale + offset - some) <= tolerance).all(axis=1)
        if met.mean() >= NEARLY_ALL:
            break
        if step >= HOPELESS_AFTER and not met.any():
            return None
        kept = apart <= np.median(apart)
        scale, offset = _lines(raw[near[kept]], some[kept], scale)
    else:
        return None
    scale, offset = _lines(raw[near[met]], some[met], scale)
    more = fitted[:: max(1, len(fitted) // CHECKED)]
    near, _ = _nearest(raw * scale + offset, more, _spread(fitted))
    met = (np.abs(raw[near] * scale + offset - more) <= tolerance).all(axis=1)
    return _as_the_others(raw, scale, offset) if met.mean() >= NEARLY_ALL else None


def _as_the_others(raw: Any, scale: Any, offset: Any) -> tuple[Any, Any]:
    """Return scale and offset, those of columns that never vary being the others' where these have one."""
    import numpy as np

    still = np.ptp(raw, axis=0) == 0
    one, other = (np.median(part[~still]) if (~still).any() else 0.0 for part in (scale, offset))
    alike = np.isclose(scale, one, rtol=1e-3) & np.isclose(offset, other, rtol=1e-3, atol=1e-3 * abs(one))
    if not alike[~still].all():
        return scale, offset
    return np.where(still, one, scale), np.where(still, other, offset)


def _nearest(mapped: Any, rows: Any, spread: Any) -> tuple[Any, Any]:
    """Return which mapped row is nearest to each of ``rows``, and how far it is."""
    import numpy as np

    ours, theirs = mapped / spread, rows / spread
    near, apart = np.empty(len(rows), dtype=np.int64), np.empty(len(rows))
    for place, row in enumerate(theirs):
        distance = ((ours - row) ** 2).sum(axis=1)
        near[place] = distance.argmin()
        apart[place] = distance[near[place]]
    return near, apart


def _lines(raw: Any, mapped: Any, scale: Any) -> tuple[Any, Any]:
    """Return the line of least squares for each column; one that does not vary keeps its scale."""
    import numpy as np

    centred = raw - raw.mean(axis=0)
    varied = (centred**2).sum(axis=0)
    slope = (centred * (mapped - mapped.mean(axis=0))).sum(axis=0) / np.where(varied > 0, varied, 1.0)
    slope = np.where((varied > 0) & (np.abs(slope) > 0), slope, scale)
    return slope, mapped.mean(axis=0) - slope * raw.mean(axis=0)


def _centre(rows: Any) -> Any:
    import numpy as np

    return np.median(rows, axis=0)


def _spread(rows: Any) -> Any:
    """Return how wide each column is: between its quartiles, else its deviation, else 1."""
    import numpy as np

    low, high = np.quantile(rows, [0.25, 0.75], axis=0)
    deviation = rows.std(axis=0)
    return np.where(high > low, high - low, np.where(deviation > 0, deviation, 1.0))
