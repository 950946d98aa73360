"""Fresh test rows: the same rows a little moved, so that nobody can have known them, and their labels hold.

An image is shifted by a fraction of a pixel, made a little lighter or darker, and its strokes get noise; in
a table every column gets noise, and a column that is known to be noise is drawn anew. How much is drawn in
secret for each run, and for each row within that. A table of answers by content, by sum, by histogram or
by the nearest known row no longer finds its rows; a program that learnt hardly notices.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.datasets.prepare import Prepared

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEAST, _MOST = 0.6, 1.4
"""Between these a run's amplitude is drawn."""
_SHIFT, _LEAST_SHIFT = 0.008, 0.1
"""Of an image's width, at amplitude one, and pixels at least: a quarter of one of 28, a tenth of one of 8."""
_INTENSITY = 0.03
_NOISE = 0.02
"""Of the brightest value, on the strokes alone: a background of exactly nothing stays that."""
_LIVELY = 0.3
"""Of the largest standard deviation of a pixel."""
_OF_SPREAD = 0.01
"""Noise in a column of a table, of the column's standard deviation."""
_NOISE_COLUMNS: Mapping[str, tuple[int, ...]] = {"noisynote": (4, 5, 6)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh(Prepared):
    """A dataset whose graded rows are other than the published ones; the labels are theirs."""

    rows: "NDArray[Any]"

    @property
    def x_graded(self) -> "NDArray[Any]":
        """The moved rows, of the published type."""
        return self.rows

    @property
    def moved(self) -> "NDArray[Any]":
        """The same: whoever writes files from published lines writes these."""
        return self.rows


def fresh(prepared: Prepared, randomness: "np.random.Generator | None" = None) -> Fresh:
    """Return ``prepared`` with graded rows that nobody has seen; ``randomness`` makes them repeatable."""
    import numpy as np

    source = np.random.default_rng(secrets.randbits(256)) if randomness is None else randomness
    amplitude = source.uniform(_LEAST, _MOST)
    entry, rows = prepared.dataset, prepared.x_graded
    if entry.image_shape is None:
        moved = _table(rows, prepared.x_train, _NOISE_COLUMNS.get(entry.name, ()), amplitude, source)
    else:
        moved = _images(rows, prepared.x_train, entry.image_shape, amplitude, source)
    known = {name: getattr(prepared, name) for name in Prepared.__dataclass_fields__}
    return Fresh(**known, rows=moved.astype(rows.dtype))


def _images(
    rows: "NDArray[Any]",
    training: "NDArray[Any]",
    shape: tuple[int, ...],
    amplitude: float,
    source: "np.random.Generator",
) -> "NDArray[Any]":
    import numpy as np

    height, width = shape[:2]
    images = np.asarray(rows, dtype=np.float32).reshape(len(rows), height, width, -1)
    original, brightest = images, float(images.max())
    reach = amplitude * max(_SHIFT * width, _LEAST_SHIFT)
    for axis in (1, 2):
        images = _shifted(images, source.uniform(-reach, reach, len(rows)).astype(np.float32), axis)
    each = 1 + amplitude * source.uniform(-_INTENSITY, _INTENSITY, (len(rows), 1, 1, 1))
    noise = _NOISE * amplitude * brightest * source.standard_normal(images.shape, dtype=np.float32)
    moved = np.clip(images * each + np.where(images > 0, noise, 0), 0, brightest)
    whole = np.issubdtype(rows.dtype, np.integer) or bool(np.all(np.mod(rows[:1000], 1) == 0))
    moved = np.where(_lively(training).reshape(1, height, width, -1), moved, original)
    return np.asarray(np.rint(moved) if whole else moved).reshape(rows.shape)


def _lively(training: "NDArray[Any]") -> "NDArray[Any]":
    """Return which pixels differ enough between training images.

    Who divides by standard deviations makes something huge of a pixel that never was anything but dark.
    """
    import numpy as np

    spread = np.asarray(training, dtype=np.float32).std(axis=0)
    return np.asarray(spread >= _LIVELY * spread.max())


def _shifted(images: "NDArray[Any]", by: "NDArray[Any]", axis: int) -> "NDArray[Any]":
    """Return each image moved along ``axis`` by a fraction of a pixel: between it and its neighbour."""
    import numpy as np

    share = np.abs(by)[:, None, None, None]
    ahead, behind = np.roll(images, 1, axis), np.roll(images, -1, axis)
    return np.asarray((1 - share) * images + share * np.where(by[:, None, None, None] > 0, ahead, behind))


def _table(
    rows: "NDArray[Any]",
    training: "NDArray[Any]",
    noise_columns: tuple[int, ...],
    amplitude: float,
    source: "np.random.Generator",
) -> "NDArray[Any]":
    import numpy as np

    moved = np.array(rows, dtype=np.float64)
    spread = np.std(np.asarray(training, dtype=np.float64), axis=0)
    moved += _OF_SPREAD * amplitude * spread * source.standard_normal(moved.shape)
    written = np.round(np.asarray(rows[:1000], dtype=np.float64), 5) == rows[:1000]
    short = [column for column in range(moved.shape[1]) if written[:, column].all()]
    for column in short:  # five figures, as the published values have
        moved[:, column] = np.where(
            np.abs(moved[:, column]) < 1, np.round(moved[:, column], 5), np.round(moved[:, column], 4)
        )
    for column in noise_columns:
        moved[:, column] = source.choice(training[:, column], len(rows)) + spread[column] * 1e-3 * (
            source.standard_normal(len(rows))
        )
    return moved
