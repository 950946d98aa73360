"""Recognises the served test rows by value, whatever the program did to them on the way into a model.

Two ways, and never by length alone:

* the targets are the served test labels in served order (one-hot, shifted, any shape);
* the inputs depend on the raw rows *at the same positions* and on no others: features of the raw rows are
  regressed against summaries of the inputs, and the fit must collapse when the rows are moved against each
  other by a few positions. Test rows are served in a secret random order, so rows of anything else, sorted
  or not, fit at position 0 no better than at the others. Moving by a few positions only (instead of
  shuffling) keeps slow trends, so two sets that are merely sorted alike are told apart too.
"""

import math
from collections.abc import Callable
from typing import Any

from grader_harness.scattered_rows import CHUNK, KnownRows

FEW_ROWS = 30  # below this a regression proves nothing: an exact map is asked for
SOME_ROWS = 150  # below this an exact map is looked for first: a regression sees half of all cases
MAX_COLUMNS = 32  # columns used one by one; more are summed in blocks
PROJECTIONS = 6
SHIFTS = 20
MIN_STANDARD_DEVIATIONS = 12.0
TAIL = 20.0  # natural logarithm of how unlikely a chance fit must be
SAMPLE = 4096
ALIKE = 0.9999  # a correlation that float32 leaves of equal values


def to_array(values: Any) -> Any:
    """Return ``values`` (array, tensor, frame, list) as a numeric numpy array, or None."""
    import numpy as np

    try:
        if hasattr(values, "element_spec"):  # a tf.data.Dataset is walked by nobody but the program
            return None
        if hasattr(values, "numpy") and not isinstance(values, np.ndarray):
            values = values.numpy()
        # Any other object is left alone: numpy would walk a PyDataset through __getitem__, for ever where
        # it never raises IndexError, and draw the program's random numbers on the way.
        if not (hasattr(values, "__array__") or isinstance(values, list | tuple | int | float)):
            return None
        array = np.asarray(values)
        if array.dtype.kind == "O":
            array = array.astype(float)
    except Exception:
        return None
    if array.dtype.kind in "biuf" or str(array.dtype) == "bfloat16":
        return array
    return None


def input_parts(values: Any) -> list[Any]:
    """Return the arrays a model was given: one, or several for a model of several inputs."""
    if isinstance(values, dict):
        return [to_array(values[key]) for key in values]
    if isinstance(values, list | tuple) and values and not isinstance(values[0], int | float | list):
        return [to_array(value) for value in values]
    return [to_array(values)]


def flat_rows(parts: list[Any]) -> Any:
    """Return ``parts`` side by side as float32 rows, or None when they are not arrays of equal length."""
    import numpy as np

    if any(part is None or part.ndim == 0 for part in parts):
        return None
    lengths = {len(part) for part in parts}
    if len(lengths) != 1 or 0 in lengths:
        return None
    flat = [part.reshape(len(part), -1).astype(np.float32) for part in parts]
    return flat[0] if len(flat) == 1 else np.concatenate(flat, axis=1)


class Recogniser:
    """Knows the served test rows and labels; answers whether given values are made from them."""

    def __init__(
        self,
        x_test: Any,
        y_test: Any,
        image_shape: tuple[int, ...] | None = None,
        x_train: Callable[[], Any] = lambda: None,
    ) -> None:
        """Know the served test rows; ``x_train`` reads the training rows, when some must be told apart."""
        self._rows = flat_rows([to_array(x_test)])
        self._x_train = x_train
        self._labels = None if y_test is None else to_array(y_test).reshape(-1)
        self._image_shape = image_shape
        self._basis: Any = None
        self._known: KnownRows | None = None
        self.count = len(self._rows)

    def rows_match(self, rows: Any) -> bool:
        """Return whether ``rows`` (n x d) are the test rows in served order, however transformed."""
        import numpy as np

        if rows is None or len(rows) != self.count or not np.isfinite(rows).all():
            return False
        if self.count < SOME_ROWS and _exact_map(self._rows, rows):
            return True
        if self.count < FEW_ROWS:
            return False
        summaries = _centred(_clipped(_summaries(rows)))
        if summaries.shape[1] == 0:
            return False
        return _aligned(self._own_basis(), summaries)

    def stand_at(self, rows: Any, start: int) -> bool:
        """Return whether ``rows`` are the test rows from ``start`` on, all values through one affine map."""
        import numpy as np

        own = self._rows[start : start + len(rows)]
        if rows is None or not len(rows) or own.shape != rows.shape:
            return False
        one, other = (part - part.mean(axis=1, keepdims=True) for part in (own, rows))
        lengths = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
        blank = (np.ptp(own, axis=1) == 0) & (np.ptp(rows, axis=1) == 0)
        alike = np.abs((one * other).sum(axis=1)) > ALIKE * lengths
        return bool((blank | (alike & (lengths > 0))).all() and not blank.all())

    def answers_match(self, answers: Any, known: Any = None) -> bool:
        """Return whether ``answers`` (n, or n x k) depend on what stands at the same test rows.

        That is: on the raw rows, on the labels as served, or on ``known``, what a model is known to have said
        of them. Answers that depend on none of these are about other rows, or no better than chance.
        """
        if len(answers) != self.count or self.count < FEW_ROWS:
            return False
        summaries = _centred(_clipped(spread_out(answers)))
        if summaries.shape[1] == 0:
            return False
        others = (known, self._labels)
        return _aligned(self._own_basis(), summaries) or any(
            _aligned(_basis_of(spread_out(other)), summaries)
            for other in others
            if other is not None and len(other) == self.count
        )

    def answers_match_others(self, answers: Any, rows: Any) -> bool:
        """Return whether ``answers`` depend on the rows ``rows``, which are not the test rows."""
        summaries = _centred(_clipped(spread_out(answers)))
        if summaries.shape[1] == 0 or len(rows) != self.count or self.count < FEW_ROWS:
            return False
        return _aligned(_basis_of(_features(rows, None)), summaries)

    def share_of(self, rows: Any, table: Any) -> float:
        """Return which share of ``rows`` stand in ``table`` or among the test rows, by value."""
        if rows.shape[1:] != self._rows.shape[1:]:
            return 0.0
        sample = rows[:: max(1, len(rows) // 256)]
        tables = (self._rows, flat_rows([to_array(table)]))
        among = [KnownRows(known).look_up(sample)[0] for known in tables]
        return float((among[0] | among[1]).mean())

    def _own_basis(self) -> Any:
        if self._basis is None:
            features = _centred(_clipped(_features(self._rows, self._image_shape)))
            self._basis = _orthonormal(features[:, : max(2, self.count // 5)])
        return self._basis

    def labels_match(self, targets: Any) -> bool:
        """Return whether ``targets`` are the served test labels in served order, in any coding."""
        import numpy as np

        array = to_array(targets)
        if array is None or self._labels is None or array.ndim == 0 or len(array) != self.count:
            return False
        if self.count < FEW_ROWS:
            return False
        array = array.reshape(len(array), -1)
        codes = array[:, 0] if array.shape[1] == 1 else array.argmax(axis=1)
        labels = self._labels
        distinct = np.unique(labels)
        if len(distinct) <= max(2, self.count // 20):
            return _one_to_one(labels, codes)
        if array.shape[1] != 1 or codes.std() == 0:
            return False
        return bool(abs(np.corrcoef(_ranks(labels), _ranks(codes))[0, 1]) > ALIKE)

    def is_made_of_inputs(self, answers: Any) -> bool:
        """Return whether ``answers`` are the test rows themselves, or one column of them, scaled or not."""
        columns = _centred(self._rows)
        own = _centred(answers.reshape(len(answers), -1))
        if not own.shape[1] or not columns.shape[1]:
            return True
        return bool((abs(own.T @ columns).max(axis=1) > ALIKE).all())

    def is_made_of_labels(self, answers: Any) -> bool:
        """Return whether the served labels alone tell ``answers``: all rows of a label have the same."""
        import numpy as np

        if self._labels is None or answers.ndim != 1 or len(answers) != self.count:
            return False
        count = len(np.unique(self._labels))
        if count > max(2, self.count // 20):
            return False
        pairs = np.stack([self._labels.astype(np.float64), answers.astype(np.float64)], axis=1)
        return len(np.unique(pairs, axis=0)) <= count

    def contains_test_rows(self, parts: list[Any]) -> bool:
        """Return whether test rows are among ``parts``: all in order, before or after others, or scattered.

        Scattered rows are found when all values of a row went through one affine map (255 - x, / 255). Exact
        rows count alone, and none that is a training row as well: tables repeat rows.
        """
        if any(part is None or part.ndim == 0 for part in parts):
            return False
        length = min(len(part) for part in parts)
        if length >= self.count:
            if self.rows_match(flat_rows([part[: self.count] for part in parts])):
                return True
            if length > self.count and self.rows_match(flat_rows([p[-self.count :] for p in parts])):
                return True
        sample = flat_rows([part[: length : max(1, length // SAMPLE)] for part in parts])
        if sample is None or sample.shape[1] != self._rows.shape[1] or self.count < FEW_ROWS:
            return False
        if self._known is None:
            self._known = KnownRows(self._rows)
        found, _ = self._known.look_up(sample)
        enough = max(5, len(sample) // 100)
        return bool(found.sum() >= enough) and self._not_of_training(sample[found]) >= enough

    def _not_of_training(self, rows: Any) -> int:
        """Return how many different ones of ``rows`` are no training rows."""
        import numpy as np

        suspects = KnownRows(np.unique(rows, axis=0))
        training = to_array(self._x_train())
        met = np.zeros(suspects.count, dtype=bool)
        for start in range(0, 0 if training is None else len(training), CHUNK):
            chunk = flat_rows([training[start : start + CHUNK]])
            met |= suspects.look_up(chunk)[1]
        return int((~met).sum())


def spread_out(answers: Any) -> Any:
    """Return answers as columns: scores with the class they choose, class numbers one column a class."""
    import numpy as np

    columns = np.asarray(answers, dtype=np.float64).reshape(len(answers), -1)
    codes = columns[:, 0] if columns.shape[1] == 1 else columns.argmax(axis=1)
    distinct = np.unique(codes)
    few = distinct if len(distinct) <= MAX_COLUMNS else distinct[:0]
    chosen = codes[:, None] == few
    return np.concatenate([columns[:, :MAX_COLUMNS], chosen], axis=1)


def _basis_of(columns: Any) -> Any:
    features = _centred(_clipped(columns))
    return _orthonormal(features[:, : max(2, len(columns) // 5)])


def _features(rows: Any, image_shape: tuple[int, ...] | None) -> Any:
    """Few numbers for each raw row: its sum and its columns, or the sums of blocks of its columns."""
    import numpy as np

    total = rows.sum(axis=1, keepdims=True)
    width = rows.shape[1]
    if width <= MAX_COLUMNS:
        return np.concatenate([rows, total], axis=1)
    if image_shape and len(image_shape) >= 2 and math.prod(image_shape) == width:  # noqa: PLR2004 - an image has two sides
        images = rows.reshape(len(rows), *image_shape)
        images = images.reshape(len(rows), image_shape[0], image_shape[1], -1).sum(axis=3)
        bands = np.array_split(np.arange(image_shape[0]), min(7, image_shape[0]))
        stripes = np.array_split(np.arange(image_shape[1]), min(7, image_shape[1]))
        blocks = [images[:, b][:, :, s].sum(axis=(1, 2)) for b in bands for s in stripes]
        return np.stack([total[:, 0], *blocks], axis=1)
    chunks = np.array_split(np.arange(width), MAX_COLUMNS)
    return np.stack([total[:, 0], *(rows[:, c].sum(axis=1) for c in chunks)], axis=1)


def _summaries(rows: Any) -> Any:
    """Few numbers for each captured row: its sum, random projections, and its columns when they are few."""
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(20))  # our own: the program's RNG is not touched
    directions = generator.standard_normal((rows.shape[1], PROJECTIONS)).astype(np.float32)
    parts = [rows.sum(axis=1, keepdims=True), rows @ directions]
    if rows.shape[1] <= MAX_COLUMNS:
        parts.append(rows)
    return np.concatenate(parts, axis=1)


def _clipped(columns: Any) -> Any:
    """Draw in outliers: two single outliers meeting by chance must not look like a fit."""
    import numpy as np

    share = min(0.2, max(0.01, 4 / len(columns)))
    low, high = np.quantile(columns, [share, 1 - share], axis=0)
    return np.clip(columns, low, high)


def _centred(columns: Any) -> Any:
    """Return unit-length centred columns; constant ones are dropped."""
    import numpy as np

    columns = columns.astype(np.float64)
    centred = columns - columns.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    scale = np.abs(columns).max(axis=0) * math.sqrt(len(columns))
    kept = length > 1e-6 * np.maximum(scale, 1e-30)
    return centred[:, kept] / length[kept]


def _orthonormal(features: Any) -> Any:
    import numpy as np

    left, sizes, _ = np.linalg.svd(features, full_matrices=False)
    return left[:, sizes > 1e-6 * sizes.max(initial=0.0)]


def _aligned(basis: Any, summaries: Any) -> bool:
    """Return whether some summary is explained by the features at shift 0 and at no other shift."""
    import numpy as np

    count, dimensions = basis.shape
    reach = min(SHIFTS, count // 3)
    shifts = [0, *range(1, reach + 1), *range(-reach, 0)]
    shares = np.stack([((basis.T @ np.roll(summaries, s, axis=0)) ** 2).sum(axis=0) for s in shifts])
    here, elsewhere = np.minimum(shares[0], 1 - 1e-9), shares[1:]
    spread = np.maximum(elsewhere.std(axis=0), 1e-9)
    stands_out = (here - elsewhere.mean(axis=0)) / spread > MIN_STANDARD_DEVIATIONS
    ahead = here - elsewhere.max(axis=0) > 0.2 * here
    # A share by chance follows a Beta law; this bounds its tail as that of a chi-square.
    evidence = (count - 1 - dimensions) * here / (1 - here)
    unlikely = evidence > dimensions + 2 * math.sqrt(dimensions * TAIL) + 2 * TAIL
    return bool((stands_out & ahead & unlikely).any())


def _exact_map(raw: Any, rows: Any) -> bool:
    """Return whether every varying column of ``rows`` is an affine function of the raw columns.

    Used for few rows only; needs more rows than the map has free numbers.
    """
    import numpy as np

    varying = rows[:, rows.std(axis=0) > 0].astype(np.float64)
    if varying.shape[1] == 0:
        return False
    if raw.shape == rows.shape and np.allclose(raw, rows, rtol=1e-5, atol=1e-6):
        return True
    count = len(raw)
    if raw.shape == rows.shape:
        columns = [_residual(np.stack([np.ones(count), a], 1), b) for a, b in zip(raw.T, rows.T, strict=True)]
        if count > 4 and max(columns) < 1e-4:  # noqa: PLR2004 - two free numbers, two rows to spare
            return True
    if count < raw.shape[1] + 4:
        return False
    design = np.concatenate([np.ones((count, 1)), raw], axis=1)
    return max(_residual(design, column) for column in varying.T) < 1e-4  # noqa: PLR2004 - float32


def _residual(design: Any, target: Any) -> float:
    import numpy as np

    design, target = design.astype(np.float64), target.astype(np.float64)
    solution = np.linalg.lstsq(design, target, rcond=None)[0]
    return float(np.abs(design @ solution - target).max() / max(np.ptp(target), 1e-12))


def _one_to_one(labels: Any, codes: Any) -> bool:
    import numpy as np

    pairs = np.unique(np.stack([labels.astype(np.float64), codes.astype(np.float64)], axis=1), axis=0)
    count = len(np.unique(labels))
    return count > 1 and len(pairs) == count and len(np.unique(codes)) == count


def _ranks(values: Any) -> Any:
    import numpy as np

    return np.unique(values, return_inverse=True)[1].astype(np.float64).reshape(-1)
