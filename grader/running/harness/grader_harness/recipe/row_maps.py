"""Says tied rows in the words of a recipe: which rows of the table, and the steps that lead from raw ones."""

from typing import Any

from grader_harness.recipe.tied_rows import Tied

MOST_NUMBERS = 64
MOST_LABELS = 64
_ALIKE = 2e-3
"""Of the largest value: what a part of the rows, or another count in a deviation, makes of a scale."""
_NOISE = 1e-6
"""Of the largest value: an offset below it is what 32 bits leave."""
_EQUAL = 0.02
"""So many rows may be nearly equal to others of a table, and taken for these."""
_CHUNK = 4096
_DIGITS = 9


def rows_of(places: Any, labels: Any) -> dict[str, Any] | None:
    """Return which rows stand at ``places`` of the table with ``labels``; None where rows are repeated."""
    import numpy as np

    among = len(labels)
    ordered = np.sort(places)
    steps = np.diff(ordered)
    repeated = int((steps == 0).sum())
    if repeated > _EQUAL * len(places):
        return None
    if not len(steps) or steps.min() == steps.max() > 0:
        step = int(steps[0]) if len(steps) else 1
        start, stop = int(ordered[0]), int(ordered[-1]) + 1
        return {"start": start, "stop": None if stop + step > among else stop, "step": step}
    found: dict[str, Any] = {}
    if labels.ndim == 1 and labels.dtype.kind in "biu":
        there = np.unique(labels[places])
        if len(there) <= MOST_LABELS and len(there) < len(np.unique(labels)):
            found["with_labels"] = [int(label) for label in there]
            among = int(np.isin(labels, there).sum())
    return found if len(places) == among and not repeated else found | {"drawn": len(places)}


def steps_of(tied: Tied, raw: Any, trained_on: Any) -> list[dict[str, Any]] | None:
    """Return the steps from raw rows to tied ones; None where they would take too many numbers to say.

    ``raw`` is the table that the places of ``tied`` are in, ``trained_on`` the raw rows of the fit.
    """
    import numpy as np

    steps: list[dict[str, Any]] = []
    if tied.picture is not None:
        steps.append({"kind": "picture", "how": tied.picture[0], "size": list(tied.picture[1])})
    if tied.columns is not None:
        if len(tied.columns) > MOST_NUMBERS:
            return None
        steps.append({"kind": "columns", "columns": list(tied.columns)})
    if tied.above is not None:
        steps.append({"kind": "step", "above": _number(tied.above)})
    noise = _NOISE * (1.0 if tied.seen is None else float(np.abs(tied.seen[1]).max()))
    if np.ndim(tied.scale) == 0:
        offset = float(tied.offset) if abs(tied.offset) > noise else 0.0
        return [*steps, *_affine(float(tied.scale), offset)]
    scaled = _fitted(tied, raw, trained_on)
    if scaled is None and np.size(tied.scale) <= MOST_NUMBERS:
        beside = np.where(np.abs(tied.offset) > noise, tied.offset, 0.0)
        scale, offset = ([_number(one) for one in part] for part in (tied.scale, beside))
        scaled = [{"kind": "affine", "scale": scale, "offset": offset}]
    return None if scaled is None else [*steps, *scaled]


def _affine(scale: float, offset: float) -> list[dict[str, Any]]:
    if abs(scale - 1) < 1e-5 and abs(offset) < 1e-9:  # noqa: PLR2004 - nothing done
        return []
    return [{"kind": "affine", "scale": [_number(scale)], "offset": [_number(offset)]}]


def _fitted(tied: Tied, raw: Any, trained_on: Any) -> list[dict[str, Any]] | None:
    """Return the step that scales each column by numbers of the rows trained on, if it does."""
    import numpy as np

    plain = Tied(tied.places, picture=tied.picture, columns=tied.columns, above=tied.above)
    if tied.seen is None:
        return None
    looked_at, after = tied.seen
    before = plain.made_of(raw[tied.places[looked_at]])
    close = _ALIKE * float(np.abs(after).max() or 1.0)
    for rows in [trained_on] if len(trained_on) == len(raw) else [trained_on, raw]:
        mean, deviation, least, most = _numbers_of(plain, rows)
        for by, scale, offset in (
            ("standard", 1 / _or_one(deviation), -mean / _or_one(deviation)),
            ("range", 1 / _or_one(most - least), -least / _or_one(most - least)),
        ):
            ratio = float(np.median(tied.scale / scale))
            beside = float(np.median(tied.offset - ratio * offset))
            if np.abs((before * scale + offset) * ratio + beside - after).max() <= close:
                rest = _affine(_plain(ratio), _plain(beside))
                return [{"kind": "fitted", "by": by, "per_column": True}, *rest]
    return None


def _plain(value: float) -> float:
    """Return a number near a whole one as that: a scale to 0 and 1, to -1 and 1."""
    return float(round(value)) if abs(value - round(value)) < 2e-3 else value  # noqa: PLR2004 - as alike


def _numbers_of(plain: Tied, rows: Any) -> tuple[Any, Any, Any, Any]:
    import numpy as np

    total: Any = 0.0
    squares: Any = 0.0
    least: Any = np.inf
    most: Any = -np.inf
    for start in range(0, len(rows), _CHUNK):
        part = plain.made_of(rows[start : start + _CHUNK])
        total, squares = total + part.sum(axis=0), squares + (part**2).sum(axis=0)
        least, most = np.minimum(least, part.min(axis=0)), np.maximum(most, part.max(axis=0))
    mean = total / len(rows)
    return mean, np.sqrt(np.maximum(squares / len(rows) - mean**2, 0.0)), least, most


def _or_one(values: Any) -> Any:
    import numpy as np

    return np.where(values > 1e-9 * max(1.0, float(np.abs(values).max())), values, 1.0)


def _number(value: float) -> float:
    return float(f"{float(value):.{_DIGITS}g}")
