"""Finds rows of one table among the rows of another, wherever they stand, exactly and not nearly.

Rows are compared after one affine map of each row's values (255 - x, / 255, a row of unit length), column by
column on the scale of that column: in a table where one column is a thousand times the others, all rows point
the same way, and only their small columns tell them apart.
"""

from typing import Any

FEWEST_COLUMNS = 4
"""Of fewer, an affine map of each row leaves nothing to compare: these are compared as they are."""
CLOSE = 1e-4
"""Of a column's standard deviation."""
ROUNDING = 2e-6
"""Of a row's length: what 32 bits lose."""
CHUNK = 4096
_NEIGHBOURS = 16
_CONSTANT = 1e-12


class KnownRows:
    """Rows that others are looked up among."""

    def __init__(self, rows: Any) -> None:
        """Keep ``rows`` (n x d, finite), constant ones left out."""
        import numpy as np

        self._width = rows.shape[1]
        shaped, kept = _shaped(rows)
        self._rows = shaped[kept]
        self.count = len(self._rows)
        spread = self._rows.std(axis=0) if len(self._rows) else np.ones(self._width)
        length = 1.0 if self._width >= FEWEST_COLUMNS else np.abs(self._rows).max(initial=1.0)
        close = CLOSE if self._width >= FEWEST_COLUMNS else ROUNDING
        self._tolerance = close * spread + ROUNDING * length
        generator = np.random.Generator(np.random.PCG64(21))  # our own: the program's RNG is not touched
        self._directions = generator.standard_normal((self._width, 2)) / self._tolerance[:, None]
        self._reach = 8 * np.sqrt(self._width)
        places = self._rows @ self._directions
        order = np.argsort(places[:, 0], kind="stable")
        self._rows, self._places = self._rows[order], places[order]

    def look_up(self, rows: Any) -> tuple[Any, Any]:
        """Return which of ``rows`` (m x d) are among the known ones, and which of the known are among them.

        None are of one column: numbers meet by chance.
        """
        import numpy as np

        found, met = np.zeros(len(rows), dtype=bool), np.zeros(len(self._rows), dtype=bool)
        if not len(self._rows) or rows.shape[1] != self._width or self._width == 1:
            return found, met
        for start in range(0, len(rows), CHUNK):
            here = slice(start, start + CHUNK)
            shaped, kept = _shaped(rows[here])
            found[here] = kept & self._meet(shaped, kept, met)
            if self._width >= FEWEST_COLUMNS:  # a map may turn values round
                found[here] |= kept & self._meet(-shaped, kept, met)
        return found, met

    def _meet(self, shaped: Any, kept: Any, met: Any) -> Any:
        """Return for each row whether a known one is the same in every column, and mark these in ``met``."""
        import numpy as np

        places = shaped @ self._directions
        first = np.searchsorted(self._places[:, 0], places[:, 0])
        found = np.zeros(len(shaped), dtype=bool)
        for step in range(-_NEIGHBOURS, _NEIGHBOURS):
            at = np.clip(first + step, 0, len(self._rows) - 1)
            near = np.flatnonzero(kept & (np.abs(self._places[at] - places) < self._reach).all(axis=1))
            same = (np.abs(self._rows[at[near]] - shaped[near]) <= self._tolerance).all(axis=1)
            found[near] |= same
            met[at[near[same]]] = True
        return found


def _shaped(rows: Any) -> tuple[Any, Any]:
    """Return ``rows`` as they are compared, and which of them are not constant."""
    import numpy as np

    rows = rows.astype(np.float64)
    if rows.shape[1] < FEWEST_COLUMNS:
        return rows, np.isfinite(rows).all(axis=1)
    centred = rows - rows.mean(axis=1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    kept = np.isfinite(length[:, 0]) & (length[:, 0] > _CONSTANT)
    return np.where(kept[:, None], centred, 0.0) / np.maximum(length, _CONSTANT), kept
