"""From the course's raw rows to what a fit is given: which rows, what is done to them, how labels look.

Recipes come as the plain data of ``grader.model.recipe``. Whatever a recipe draws at random is drawn here, by
the seed of the training.
"""

from typing import Any

_SHARE_MOVED = 0.03
"""How far test rows are moved, in the spread of the training rows: a net that learnt hardly notices."""


def chosen_rows(rows: dict[str, Any], labels: Any, seed: int, *, beside: bool = False) -> Any:
    """Return the places of the training rows that ``rows`` names.

    Rows that are drawn come from the front of one shuffled order, those drawn ``beside`` them (for
    validation) from its end: parts of one split have no row in common.
    """
    import numpy as np

    places = np.arange(len(labels))[rows["start"] : rows["stop"] : rows["step"]]
    if rows["with_labels"] is not None:
        places = places[np.isin(labels[places], rows["with_labels"])]
    if rows["drawn"] is None:
        return places
    order = np.random.default_rng((seed, 1)).permutation(len(places))
    count = min(int(rows["drawn"]), len(places))
    return places[order[len(order) - count :] if beside else order[:count]]


def mapped(row_map: dict[str, Any], rows: Any, trained_on: Any) -> Any:
    """Return ``rows`` as the model is given them; ``trained_on`` are raw rows that scales are fitted to."""
    steps = row_map["steps"]
    last = max((n for n, step in enumerate(steps) if step["kind"] == "fitted"), default=-1)
    rows = _numbers(rows)
    fitted_to = _numbers(trained_on) if last >= 0 else None
    for number, step in enumerate(steps):
        done = _FITTED[step["by"]](step, fitted_to) if step["kind"] == "fitted" else step
        rows = _STEPS[done["kind"]](done, rows)
        if number < last:
            fitted_to = _STEPS[done["kind"]](done, fitted_to)
    shape = tuple(row_map["shape"])
    return rows.reshape(len(rows), *shape) if shape else rows.reshape(len(rows), -1)


def targets_of(targets: dict[str, Any], labels: Any) -> Any:
    """Return ``labels`` as the fit is given them."""
    import numpy as np

    form, scale, offset = targets["form"], targets["scale"], targets["offset"]
    if form == "one_hot":
        given = np.eye(targets["classes"], dtype="float32")[np.asarray(labels, dtype="int64")]
        return given if (scale, offset) == (1.0, 0.0) else (given * scale + offset).astype("float32")
    if form == "integer":
        given = labels if (scale, offset) == (1.0, 0.0) else np.rint(labels * scale + offset)
        given = np.asarray(given, dtype="int64")
    else:
        mean, deviation = _standard(labels)
        values = {"log": np.log1p, "standard": lambda y: (y - mean) / deviation}.get(form, np.asarray)
        given = (values(np.asarray(labels, dtype="float64")) * scale + offset).astype("float32")
    return given.reshape(-1, 1) if targets["column"] and given.ndim == 1 else given


def deranged(labels: Any, *, classes: bool, seed: int) -> Any:
    """Return the labels of other rows: of another class each, or numbers in an order of chance."""
    import numpy as np

    source = np.random.default_rng((seed, 2))
    if not classes:
        return labels[source.permutation(len(labels))]
    shown = labels.copy()
    for label in np.unique(labels):
        others = labels[labels != label]
        if len(others):
            there = labels == label
            shown[there] = source.choice(others, size=int(there.sum()))
    return shown


def moved(rows: Any, trained_on: Any, seed: int) -> Any:
    """Return ``rows`` a little beside where they were: no look-up by content finds them.

    Each value by a normal draw of 3 % of its column's spread among the training rows (of all pixels'
    together in pictures), never beyond the least and greatest that training rows have.
    """
    import numpy as np

    before, now = _numbers(trained_on), _numbers(rows)
    axis = 0 if before.ndim == 2 else None  # noqa: PLR2004 - a table
    spread, least, greatest = (getattr(before, what)(axis=axis) for what in ("std", "min", "max"))
    noise = np.random.default_rng((seed, 3)).normal(size=now.shape) * (_SHARE_MOVED * spread)
    return np.clip(now + noise, np.minimum(least, now), np.maximum(greatest, now)).astype(now.dtype)


def _numbers(rows: Any) -> Any:
    import numpy as np

    return rows.astype("float32") if rows.dtype.kind in "biu" else np.asarray(rows)


def _standard(values: Any) -> tuple[Any, Any]:
    """Return mean and deviation of each column; what does not vary is only moved."""
    import numpy as np

    deviation = np.asarray(values.std(axis=0))
    return values.mean(axis=0), np.where(deviation > 0, deviation, 1.0)


def _standard_step(step: dict[str, Any], rows: Any) -> dict[str, Any]:
    """Return the affine step that scales by mean and deviation of ``rows``."""
    values = rows.reshape(len(rows), -1) if step["per_column"] else rows.reshape(-1, 1)
    mean, deviation = _standard(values)
    return {"kind": "affine", "scale": 1 / deviation, "offset": -mean / deviation}


def _range_step(step: dict[str, Any], rows: Any) -> dict[str, Any]:
    """Return the affine step that takes least and greatest value of ``rows`` to 0 and 1."""
    import numpy as np

    values = rows.reshape(len(rows), -1) if step["per_column"] else rows.reshape(-1, 1)
    least, wide = values.min(axis=0), np.ptp(values, axis=0)
    scale = 1 / np.where(wide > 0, wide, 1.0)
    return {"kind": "affine", "scale": scale, "offset": -least * scale}


_FITTED = {"standard": _standard_step, "range": _range_step}


def _columns(step: dict[str, Any], rows: Any) -> Any:
    return rows.reshape(len(rows), -1)[:, list(step["columns"])]


def _affine(step: dict[str, Any], rows: Any) -> Any:
    import numpy as np

    scale, offset = (np.asarray(step[name], dtype=rows.dtype) for name in ("scale", "offset"))
    if max(scale.size, offset.size) == 1:
        return rows * scale.item() + offset.item()
    return rows.reshape(len(rows), -1) * scale + offset


def _step(step: dict[str, Any], rows: Any) -> Any:
    return (rows > step["above"]).astype(rows.dtype)


def _picture(step: dict[str, Any], rows: Any) -> Any:
    import numpy as np

    pictures = _as_pictures(rows)
    _, height, width = pictures.shape
    high, wide = step["size"]
    how = step["how"]
    if how == "cropped":
        top, left = (height - high) // 2, (width - wide) // 2
        return pictures[:, top : top + high, left : left + wide]
    if how == "padded":
        top, left = (high - height) // 2, (wide - width) // 2
        sides = ((0, 0), (top, high - height - top), (left, wide - width - left))
        return np.pad(pictures, sides)
    down, right = height // high, width // wide
    if how == "every":
        return pictures[:, ::down, ::right][:, :high, :wide]
    blocks = pictures[:, : high * down, : wide * right].reshape(len(rows), high, down, wide, right)
    mean = blocks.mean(axis=(2, 4))
    return np.rint(mean) if how == "mean_rounded" else mean


def _as_pictures(rows: Any) -> Any:
    """Return rows as pictures; flat ones are squares."""
    if rows.ndim == 3:  # noqa: PLR2004 - rows, height, width
        return rows
    side = round(float(rows[0].size) ** 0.5)
    return rows.reshape(len(rows), side, side)


_STEPS = {"columns": _columns, "affine": _affine, "step": _step, "picture": _picture}
