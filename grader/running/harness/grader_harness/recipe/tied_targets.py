"""Ties the targets of a fit to the served labels of the same rows, and says in which form they were given."""

from typing import Any

from grader_harness.recipe.tied_rows import Untied

MANY_WRONG = 0.5
CLOSE = 1e-4
_ALIKE = 1e-2
_CLASSES = 1000


def tie_targets(y: Any, labels: Any) -> dict[str, Any] | Untied:
    """Return the form in which ``y`` gives ``labels``, row by row, or why it gives others."""
    if y is None or len(y) != len(labels):
        return Untied("targets", "?")
    given = y.reshape(len(y), -1)
    if labels.ndim > 1 and labels.shape[1] == 1:
        labels = labels.reshape(-1)
    column = {"column": True} if y.ndim > 1 and given.shape[1] == 1 else {}
    if labels.ndim == 1 and labels.dtype.kind in "biu":
        found = _one_hot(given, labels) if given.shape[1] > 1 else _coded(given[:, 0], labels)
    elif labels.ndim == 1 and given.shape[1] == 1:
        found = _scaled(given[:, 0], labels)
    elif given.shape == labels.shape:
        found = _scaled(given.reshape(-1), labels.reshape(-1))
    else:
        found = Untied("targets", _shape(y))
    return found if isinstance(found, Untied) else found | column


def _one_hot(given: Any, labels: Any) -> dict[str, Any] | Untied:
    import numpy as np

    low, high = float(given.min()), float(given.max())
    told = given.argmax(axis=1)
    if given.shape[1] > _CLASSES or not ((given == low) | (given == high)).all():
        return Untied("targets", _shape(given))
    if not ((given == high).sum(axis=1) == 1).all():
        return Untied("targets", _shape(given))
    wrong = int(np.not_equal(told, labels).sum())
    if wrong:
        return _wrong(wrong, given, labels)
    scale = {} if (low, high) == (0.0, 1.0) else {"scale": high - low, "offset": low}
    return {"form": "one_hot", "classes": int(given.shape[1]), **scale}


def _coded(given: Any, labels: Any) -> dict[str, Any] | Untied:
    """Return how class numbers are given as numbers: themselves, or all on one line."""
    import numpy as np

    first = np.unique(labels, return_index=True)[1]
    if len(first) > 1:
        # The line through what most rows of each class were given: single wrong ones do not turn it.
        codes = np.array([_mostly(given[labels == label]) for label in labels[first]], dtype=np.float64)
        scale, offset = np.polyfit(labels[first].astype(np.float64), codes, 1)
    else:
        scale, offset = 1.0, float(given[0]) - float(labels[0])
    scale, offset = _plain(float(scale)), _plain(float(offset))
    apart = np.abs(labels * scale + offset - given)
    wrong = int((apart > CLOSE * max(1.0, float(np.abs(given).max()))).sum())
    if wrong or not scale:
        return _wrong(wrong or len(given), given, labels)
    whole = given.dtype.kind in "biu" and (scale, offset) == (1.0, 0.0)
    form = {"form": "integer" if whole or given.dtype.kind in "biu" else "float"}
    return form if (scale, offset) == (1.0, 0.0) else form | {"scale": scale, "offset": offset}


def _mostly(values: Any) -> float:
    import numpy as np

    distinct, counts = np.unique(values, return_counts=True)
    return float(distinct[counts.argmax()])


def _scaled(given: Any, labels: Any) -> dict[str, Any] | Untied:
    import numpy as np

    given = given.astype(np.float64)
    for form, values in (("float", labels), ("log", labels)):
        if form == "log" and labels.min() <= -1:
            continue
        known = (np.log1p(values) if form == "log" else values).astype(np.float64)
        scale, offset = (float(number) for number in np.polyfit(known, given, 1))
        apart = np.abs(known * scale + offset - given)
        wide = max(float(np.ptp(given)), 1e-9)
        wrong = int((apart > CLOSE * wide).sum())
        if not wrong and scale:
            return _told(form, scale, offset, known)
    return Untied("targets", _shape(given))


def _told(form: str, scale: float, offset: float, known: Any) -> dict[str, Any]:
    deviation = float(known.std()) or 1.0
    standard = abs(scale * deviation - 1) < _ALIKE and abs(offset + known.mean() / deviation) < _ALIKE
    if form == "float" and standard:
        return {"form": "standard"}
    scale, offset = _plain(scale), _plain(offset)
    plain = (scale, offset) == (1.0, 0.0)
    return {"form": form} if plain else {"form": form, "scale": scale, "offset": offset}


def _wrong(wrong: int, given: Any, labels: Any) -> Untied:
    if wrong > MANY_WRONG * len(labels):
        return Untied("targets", _shape(given))
    return Untied("wrong-targets", f"{wrong}/{len(labels)}")


def _plain(value: float) -> float:
    return float(round(value)) if abs(value - round(value)) < 1e-5 else float(f"{value:.9g}")  # noqa: PLR2004


def _shape(array: Any) -> str:
    return " x ".join(map(str, array.shape))
