"""Keeps what the doors of ``fit`` saw, and never disturbs the program: what fails here is no recipe."""

import time
import weakref
from typing import Any

from grader_harness.job import Served
from grader_harness.recipe.fits import Fit, NoRecipe
from grader_harness.recipe.row_maps import rows_of, steps_of
from grader_harness.recipe.tied_rows import Tied, Untied, tie_rows
from grader_harness.recipe.tied_targets import tie_targets
from grader_harness.recognition import to_array

MOST_FITS = 400
MOST_SECONDS = 6.0
"""Of the program's processor time; a search of many models is given up before it costs more."""
_KEPT = 6
_THREAD_TIME = time.thread_time


class FitBook:
    """What was recorded; ``fault`` where recording failed, by our doing."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.fits: list[Fit] = []
        self.fault = ""
        self.seconds = 0.0
        self.brought: dict[str, str] = {}
        """Digests of weights that were set or loaded, with what set them."""
        self.adapted: Any = weakref.WeakKeyDictionary()
        """Layers that were adapted, with why it cannot be done again, or None."""
        self._numbers: Any = weakref.WeakKeyDictionary()
        self._arrays: dict[str, Any] = {}
        self._ties: list[tuple[Any, Any, Tied | Untied]] = []

    def number_of(self, owner: Any) -> int:
        """Return a number for a model or estimator, the same each time."""
        return int(self._numbers.setdefault(owner, len(self._numbers)))

    def known(self, owner: Any) -> int | None:
        """Return the number of a model or estimator that was seen before."""
        return None if owner is None else self._numbers.get(owner)

    def table(self, name: str) -> Any:
        """Return a served array, read once."""
        if name not in self._arrays:
            self._arrays[name] = self.served.load(name)
        return self._arrays[name]

    def watching(self) -> bool:
        """Return whether fits are recorded still."""
        return not self.fault and len(self.fits) <= MOST_FITS

    def ours(self) -> "Ours":
        """Return a context in which our own code runs: its failure stays here, its time is counted."""
        return Ours(self)

    def keep(self, fit: Fit) -> None:
        """Keep a fit that ended; one that goes on as the one before is that one, longer."""
        if self.fits and self.fits[-1].goes_on_as(fit):
            last = self.fits[-1]
            last.epochs, last.end = last.epochs + fit.epochs, fit.end
            last.rates += fit.rates
        else:
            self.fits.append(fit)

    def data_of(self, fit: Fit, x: Any, y: Any) -> None:
        """Write into ``fit`` which rows and targets it is given.

        Raises:
            NoRecipe: they are none of the course's, or it cannot be told how they were made.
        """
        array = _one_array(x)
        fit.shape = tuple(array.shape[1:]) if array.ndim > 2 else ()  # noqa: PLR2004 - more than flat rows
        tied = self.tie(x, array)
        raw, labels = self.table("x_train"), self.table("y_train")
        rows = rows_of(tied.places, labels)
        if rows is None:
            raise NoRecipe("other-rows", "2 x")
        fit.trained_on = tied.places
        steps = steps_of(tied, raw, raw[tied.places])
        if steps is None:
            raise NoRecipe("rows", " x ".join(map(str, array.shape)))
        fit.data["rows"], fit.data["map"] = rows, {"steps": steps, "shape": list(fit.shape)}
        targets = tie_targets(to_array(y), labels[tied.places])
        if isinstance(targets, Untied):
            raise NoRecipe(targets.why, targets.detail)
        fit.data["targets"] = targets

    def tie(self, x: Any, array: Any) -> Tied:
        """Return the served training rows that ``array`` consists of.

        Raises:
            NoRecipe: it does not.
        """
        raw = self.table("x_train")
        if raw is None or self.table("y_train") is None:
            raise NoRecipe("rows", "?")
        known = next((tied for kept, seen, tied in self._ties if kept() is x and _same(seen, array)), None)
        if known is None:
            known = tie_rows(array, raw)
            if isinstance(known, Untied) and self._among_test_rows(array):
                known = Untied("test-rows", known.detail)
            self._remember(x, array, known)
        if isinstance(known, Untied):
            raise NoRecipe(known.why, known.detail)
        return known

    def _among_test_rows(self, array: Any) -> bool:
        """Return whether rows that are no training rows are test rows, in part or whole."""
        test, raw = self.table("x_test"), self.table("x_train")
        if test is None or test.shape[1:] != raw.shape[1:]:
            return False
        import numpy as np

        return isinstance(tie_rows(array, np.concatenate((raw, test))), Tied)

    def _remember(self, x: Any, array: Any, tied: Tied | Untied) -> None:
        try:
            kept = weakref.ref(x)
        except TypeError:
            return
        self._ties = [*self._ties[1 - _KEPT :], (kept, _mark(array), tied)]


class Ours:
    """While our own code runs: an exception of ours ends the recording and nothing else."""

    def __init__(self, fit_book: FitBook) -> None:
        self._fit_book = fit_book

    def __enter__(self) -> None:
        self._begun = _THREAD_TIME()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        fit_book = self._fit_book
        fit_book.seconds += _THREAD_TIME() - self._begun
        if isinstance(error, Exception):
            fit_book.fault = fit_book.fault or f"{type(error).__name__}: {error}"[:200]
        elif fit_book.seconds > MOST_SECONDS:
            fit_book.fault = fit_book.fault or f"{fit_book.seconds:.1f} s"
        return isinstance(error, Exception)


def _one_array(x: Any) -> Any:
    """Return what a fit was given as one array.

    Raises:
        NoRecipe: it was given several, or none.
    """
    of_arrays = isinstance(x, list | tuple) and len(x) and bool(getattr(x[0], "shape", ()))
    if isinstance(x, dict) or of_arrays:
        parts = list(x.values()) if isinstance(x, dict) else list(x)
        # A list of rows is one array; a list of tables is several inputs.
        if len(parts) == 1 and len(parts[0].shape) > 1:
            x = parts[0]
        elif isinstance(x, dict) or any(len(part.shape) > 1 for part in parts):
            raise NoRecipe("several-inputs", len(parts))
    array = to_array(x)
    if array is None or not array.ndim or not len(array):
        raise NoRecipe("input-kind", type(x).__name__)
    return array


def _mark(array: Any) -> Any:
    flat = array.reshape(-1)
    return array.shape, flat[:: max(1, len(flat) // 64)].tobytes()


def _same(seen: Any, array: Any) -> bool:
    return bool(seen == _mark(array))
