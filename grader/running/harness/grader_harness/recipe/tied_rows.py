"""Ties the rows of a fit to the served training rows, by value: which ones, and what was done to them.

Asked in the order of what programs do: rows as they stand in the dataset under one scale; each column on its
own; pictures cropped, padded, made smaller, black and white; then rows in any order. A few rows are looked
at whole and all of them through one number each, so that sixty thousand pictures cost tenths of a second.
What is found is the program's own word, and chooses among the course's own rows: none of it brings any.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader_harness.column_maps import MOST_COLUMNS, find_column_map
from grader_harness.recipe.pictures import pictures_as

LOOKED_AT = 256
FEWEST = 2
CLOSE = 1e-4
"""Of the largest value: what 32 bits and a program's own arithmetic leave."""
_STARTS = (0, 1000, 5000, 6000, 10_000, 12_000, 20_000, 40_000, 48_000, 50_000, 54_000, 55_000)
_CHUNK = 4096
_DIRECTIONS = 5


@dataclass
class Tied:
    """Rows of a fit that are rows of the table: ``places`` in it, and how they were made.

    ``picture``: how, and which size; ``columns``: which; ``scale`` and ``offset``: one number or one a
    column; ``above``: where black ends and white begins.
    """

    places: Any
    picture: tuple[str, tuple[int, int]] | None = None
    columns: tuple[int, ...] | None = None
    scale: Any = 1.0
    offset: Any = 0.0
    above: float | None = None
    seen: tuple[Any, Any] | None = None
    """Some of the rows as they were given, after which of them they are."""

    def made_of(self, raw: Any) -> Any:
        """Return raw rows as the program made them, flat."""
        import numpy as np

        rows = raw if self.picture is None else pictures_as(raw, *self.picture)
        rows = rows.reshape(len(rows), -1)
        rows = rows if self.columns is None else rows[:, list(self.columns)]
        if self.above is not None:
            rows = rows > self.above
        return rows.astype(np.float64) * self.scale + self.offset


@dataclass
class Untied:
    """Rows that are not tied: ``why`` is a reason for no recipe."""

    why: str
    detail: str = ""


def tie_rows(x: Any, raw: Any, *, in_order: bool = False) -> Tied | Untied:
    """Return which rows of ``raw`` the rows ``x`` are; ``in_order``: all of them as they stand, or none."""
    import numpy as np

    if len(x) < FEWEST or not np.isfinite(x[:: max(1, len(x) // LOOKED_AT)]).all():
        return Untied("rows", _shape(x))
    rows = x.reshape(len(x), -1)
    whole = slice(0, len(raw), 1)
    for places in [whole] if in_order else _slices(len(x), len(raw)):
        if len(range(len(raw))[places]) == len(x) and (found := _in_order(x, rows, raw, places)):
            return found
    if in_order:
        return Untied("test-map", _shape(x))
    return _in_any_order(x, rows, raw)


def _slices(count: int, among: int) -> list[slice]:
    """Return the slices of a table that programs take ``count`` rows by."""
    if count > among:
        return []
    starts = [start for start in (*_STARTS, among - count) if start + count <= among]
    found = [slice(start, start + count) for start in dict.fromkeys(starts)]
    strides = [step for step in range(2, 11) if len(range(0, among, step)) == count]
    return found + [slice(first, among, step) for step in strides for first in (0, 1)]


def _in_order(x: Any, rows: Any, raw: Any, places: slice) -> Tied | None:
    import numpy as np

    taken = raw[places]
    looked_at = _some_of(rows)
    some = rows[looked_at].astype(np.float64)
    for made in _ways(x, taken[looked_at]):
        found = _scaled(made, some)
        if found is not None:
            found.places, found.seen = np.arange(len(raw))[places], (looked_at, some)
            return found
    return None


def _some_of(rows: Any) -> Any:
    """Return which of the rows are looked at whole."""
    import numpy as np

    return np.unique(np.linspace(0, len(rows) - 1, LOOKED_AT).astype(int))


def _ways(x: Any, raw: Any) -> list[tuple[Any, Tied]]:
    """Return raw rows under each operation that leads to rows of this size, with its name."""
    width = int(x[0].size)
    flat = raw.reshape(len(raw), -1)
    if flat.shape[1] == width:
        return [(flat, Tied(None))]
    if raw.ndim == 3:  # noqa: PLR2004 - rows, height, width
        return [
            (made.reshape(len(raw), -1), Tied(None, picture=how)) for how, made in _pictures(x, raw, width)
        ]
    return [(flat, Tied(None, columns=()))] if width < flat.shape[1] else []


def _pictures(x: Any, raw: Any, width: int) -> list[tuple[Any, Any]]:
    """Return pictures of ``width`` numbers made of raw ones, by the operations that can be named."""
    size = tuple(x.shape[1:3]) if x.ndim > 2 else (round(width**0.5),) * 2  # noqa: PLR2004 - rows, height
    if size[0] * size[1] != width:
        return []
    larger = size[0] >= raw.shape[1] and size[1] >= raw.shape[2]
    hows = ("padded",) if larger else ("cropped", "mean", "mean_rounded", "every")
    return [((how, size), made) for how in hows if (made := pictures_as(raw, how, size)) is not None]


def _scaled(way: tuple[Any, Tied], some: Any) -> Tied | None:
    """Return how ``some`` were made of the raw rows beside them: one scale, one a column, a threshold."""
    import numpy as np

    raw, found = way[0].astype(np.float64), way[1]
    if found.columns is not None:
        columns = _columns_of(raw, some)
        if columns is None:
            return None
        found.columns, raw = tuple(int(column) for column in columns), raw[:, columns]
    close = CLOSE * max(float(np.abs(some).max()), 1e-12)
    scale, offset = _line(raw.reshape(-1), some.reshape(-1))
    if np.abs(raw * scale + offset - some).max() <= close:
        found.scale, found.offset = scale, offset
        return found
    threshold = _threshold(raw, some)
    if threshold is not None:
        found.above, found.scale, found.offset = threshold
        return found
    scales, offsets = _lines(raw, some, scale)
    if np.abs(raw * scales + offsets - some).max() <= close and _enough(raw):
        found.scale, found.offset = scales, offsets
        return found
    return None


def _enough(raw: Any) -> bool:
    """Return whether there are more rows than a line of its own for each column could be made up for."""
    return len(raw) > 3  # noqa: PLR2004 - two numbers a line, and one to spare


def _columns_of(raw: Any, some: Any) -> Any:
    """Return which column of ``raw`` each one of ``some`` is, on any scale; None where one is none."""
    import numpy as np

    one, other = (part - part.mean(axis=0) for part in (raw, some))
    lengths = np.sqrt((one**2).sum(axis=0))[:, None] * np.sqrt((other**2).sum(axis=0))[None, :]
    alike = np.abs(one.T @ other) / np.where(lengths > 0, lengths, np.inf)
    return alike.argmax(axis=0) if (alike.max(axis=0) > 1 - 1e-6).all() else None


def _line(raw: Any, made: Any) -> tuple[float, float]:
    centred = raw - raw.mean()
    varied = float(centred @ centred)
    scale = float(centred @ (made - made.mean())) / varied if varied else 1.0
    scale = scale or 1.0
    return scale, float(made.mean() - scale * raw.mean())


def _lines(raw: Any, made: Any, otherwise: float) -> tuple[Any, Any]:
    import numpy as np

    centred = raw - raw.mean(axis=0)
    varied = (centred**2).sum(axis=0)
    still = varied <= 1e-12 * np.maximum(np.abs(raw).max(axis=0), 1.0) ** 2
    scales = (centred * (made - made.mean(axis=0))).sum(axis=0) / np.where(still, 1.0, varied)
    scales = np.where(still, otherwise, scales)
    return scales, made.mean(axis=0) - scales * raw.mean(axis=0)


def _threshold(raw: Any, made: Any) -> tuple[float, float, float] | None:
    """Return above which value ``made`` is white, and how black and white are written, if it is that."""
    import numpy as np

    values = np.unique(made)
    if len(values) != 2 or len(np.unique(raw)) <= 2:  # noqa: PLR2004 - black and white
        return None
    dark, light = raw[made == values[0]], raw[made == values[1]]
    if dark.max() < light.min():
        above = float((dark.max() + light.min()) / 2)
        return above, float(values[1] - values[0]), float(values[0])
    return None


def _in_any_order(x: Any, rows: Any, raw: Any) -> Tied | Untied:
    """Tie rows wherever they stand in the table."""
    some = raw[:: max(1, len(raw) // 8)][:8]
    for _, way in _ways(x, some):
        for found in _guesses(way, rows, raw):
            places, missing = _looked_up(rows, raw, found)
            if missing < 0.5 * len(rows):
                if missing:
                    return Untied("other-rows", f"{missing}/{len(rows)}")
                found.places = places
                looked_at = _some_of(rows)
                found.seen = looked_at, rows[looked_at].astype("float64")
                return found
    return Untied("rows", _shape(x))


def _guesses(way: Tied, rows: Any, raw: Any) -> Iterator[Tied]:
    """Yield how the rows may have been made, told without knowing which row is which; the likeliest first."""
    import numpy as np

    flat = raw.reshape(len(raw), -1)
    if way.columns is None:
        made = raw if way.picture is None else pictures_as(raw[: _CHUNK * 2], *way.picture)
        low, high = float(made.min()), float(made.max())
        least, most = float(rows.min()), float(rows.max())
        if low <= least and most <= high:
            yield Tied(None, picture=way.picture)
        if high > low and most > least:
            scale = (most - least) / (high - low)
            yield Tied(None, picture=way.picture, scale=scale, offset=least - scale * low)
            yield Tied(None, picture=way.picture, scale=-scale, offset=most + scale * low)
    if flat.shape[1] > MOST_COLUMNS or way.picture is not None:
        return
    found = find_column_map(flat, rows[:_CHUNK])
    if found is not None:
        chosen = tuple(int(column) for column in found.columns)
        columns = None if chosen == tuple(range(flat.shape[1])) else chosen
        yield Tied(None, None, columns, np.asarray(found.scale), np.asarray(found.offset))


def _looked_up(rows: Any, raw: Any, found: Tied) -> tuple[Any, int]:
    """Return where each of ``rows`` stands in the table, made as ``found`` says, and how many nowhere.

    Equal rows of the table are given out in turn.
    """
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(22))  # our own: the program's RNG is not touched
    wide = rows[:: max(1, len(rows) // _CHUNK)].std(axis=0, dtype=np.float64)
    # A column that does not vary here may vary in the table: it must not outweigh the others there.
    varies = wide > (1.0 if rows.shape[1] > MOST_COLUMNS else 1e-6) * wide.max(initial=0.0)
    wide = np.where(varies, wide, wide.max(initial=0.0) or 1.0)
    directions = (generator.standard_normal((rows.shape[1], _DIRECTIONS)) / wide[:, None]).astype(np.float64)
    theirs = _projected(rows, directions, None)
    ours = _projected(raw, directions, found)
    wide = float(np.abs(ours - ours.mean(axis=0)).max()) or 1.0
    places = _met(ours, theirs, CLOSE / 100 * wide)
    if (places < 0).any():
        places = _met(ours, theirs, CLOSE / 10 * wide)
    return _in_turn(places, ours), int((places < 0).sum())


def _met(ours: Any, theirs: Any, close: float) -> Any:
    """Return which of our rows each of theirs is, no more than ``close`` apart; -1 for none."""
    import numpy as np

    order = np.argsort(ours[:, 0], kind="stable")
    sorted_first = ours[order, 0]
    places = np.full(len(theirs), -1)
    waiting, at = np.arange(len(theirs)), np.searchsorted(sorted_first, theirs[:, 0] - close)
    while len(waiting):
        reached = sorted_first[np.minimum(at, len(order) - 1)]
        within = (at < len(order)) & (reached <= theirs[waiting, 0] + close)
        waiting, at = waiting[within], at[within]
        met = (np.abs(ours[order[at], 1:] - theirs[waiting, 1:]) <= close).all(axis=1)
        places[waiting[met]] = order[at[met]]
        waiting, at = waiting[~met], at[~met] + 1
    return places


def _in_turn(places: Any, ours: Any) -> Any:
    """Give rows that stand in the table several times out one after the other."""
    import numpy as np

    met = places >= 0
    distinct, counts = np.unique(places[met], return_counts=True)
    if not len(distinct) or counts.max() == 1:
        return places
    keys = {}
    for place, key in enumerate(map(tuple, np.round(ours, 6))):
        keys.setdefault(key, []).append(place)
    for place in distinct[counts > 1]:
        same = keys[tuple(np.round(ours[place], 6))]
        at = np.flatnonzero(places == place)
        places[at] = [same[turn % len(same)] for turn in range(len(at))]
    return places


def _projected(rows: Any, directions: Any, found: Tied | None) -> Any:
    """Return a few numbers for each row, so that equal rows have equal ones."""
    import numpy as np

    parts, kind = [], np.float32 if directions.shape[0] > MOST_COLUMNS else np.float64
    for start in range(0, len(rows), _CHUNK):
        some = rows[start : start + _CHUNK]
        if found is not None:
            some = found.made_of(some)
        parts.append(some.reshape(len(some), -1).astype(kind) @ directions.astype(kind))
    return np.concatenate(parts).astype(np.float64)


def _shape(x: Any) -> str:
    return " x ".join(map(str, x.shape))
