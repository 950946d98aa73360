"""Watches scikit-learn's estimators as Keras' models are: what they said about the served test rows.

Only scikit-learn's own classes: one that the program defines may travel to other processes by value. A call
goes through unchanged; what an estimator's own ``fit`` asks of others is not looked at.
"""

import functools
import sys
import threading
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

from grader_harness.evidence import Evidence
from grader_harness.import_hooks import ImportHooks
from grader_harness.observing import argument
from grader_harness.recipe import estimator_door
from grader_harness.recipe.fit_book import FitBook

WATCHED = ("fit", "fit_predict", "predict", "predict_proba")
ANSWERS = ("predict", "predict_proba")
KINDS = ("ClassifierMixin", "RegressorMixin")


class Estimators:
    """Wraps the methods of each estimator's class as soon as it is defined."""

    def __init__(self, evidence: Evidence, fit_book: FitBook | None = None) -> None:
        self._evidence = evidence
        self._fit_book = fit_book
        self._open = threading.local()
        self._wrapped: set[type] = set()
        evidence.answers_of = self._answers

    def install(self, hooks: ImportHooks) -> None:
        """Wait for the class that all others derive from."""
        hooks.after("sklearn.base", self._wrap_base)

    def _wrap_base(self, module: ModuleType) -> None:
        base = module.BaseEstimator  # type: ignore[attr-defined]
        own = base.__dict__.get("__init_subclass__")

        def init_subclass(cls: type, **kwargs: Any) -> None:
            if own is not None:
                own.__func__(cls, **kwargs)
            else:
                super(base, cls).__init_subclass__(**kwargs)
            self._wrap(cls)

        base.__init_subclass__ = classmethod(init_subclass)
        for cls in _below(base):  # none, unless the library was loaded before
            self._wrap(cls)

    def _wrap(self, cls: type) -> None:
        """Wrap the methods of ``cls`` and of the mixins that it has them from, each once."""
        for base in cls.__mro__:
            if not base.__module__.startswith("sklearn.") or base in self._wrapped:
                continue
            self._wrapped.add(base)
            for name in WATCHED:
                method = base.__dict__.get(name)
                if isinstance(method, FunctionType):
                    setattr(base, name, self._watched(name, method))

    def _watched(self, name: str, original: Any) -> Any:
        @functools.wraps(original)
        def watched(estimator: Any, *args: Any, **kwargs: Any) -> Any:
            depth = getattr(self._open, "depth", 0)
            caller = sys._getframe(1).f_globals.get("__name__", "")
            self._open.depth = depth + 1
            try:
                result = original(estimator, *args, **kwargs)
            finally:
                self._open.depth = depth
            if not depth and name in ANSWERS:
                x = args[0] if args else kwargs.get("X")
                answers = _as_numbers(estimator, name, result)
                if answers is not None:
                    self._evidence.asked_of_estimator(estimator, x, answers)
            if not depth and name == "fit" and not caller.startswith("sklearn."):
                self._fitted(estimator, args, kwargs)
            return result

        return watched

    def _fitted(self, estimator: Any, args: Any, kwargs: Any) -> None:
        x, y = argument(args, kwargs, 0, "X"), argument(args, kwargs, 1, "y")
        if self._fit_book is not None:
            self._open.depth = getattr(self._open, "depth", 0) + 1
            estimator_door.fitted(self._fit_book, estimator, args, kwargs)
            self._open.depth -= 1
        if y is not None and hasattr(estimator, "predict"):
            self._evidence.fitted_estimator(estimator, x, y)

    def _answers(self, estimator: Any, rows: Any) -> Any:
        """Return what ``estimator`` says of ``rows`` as numbers, unwatched."""
        self._open.depth = getattr(self._open, "depth", 0) + 1
        try:
            said = estimator.predict(rows)
        finally:
            self._open.depth -= 1
        return said.astype(float) if said.dtype.kind in "UO" else said


def _below(base: type) -> Iterator[type]:
    for cls in type.__subclasses__(base):
        yield cls
        yield from _below(cls)


def _as_numbers(estimator: Any, name: str, result: Any) -> Any:
    """Return an estimator's answers as numbers, or None where they are no predictions."""
    import numpy as np

    try:
        if not any(base.__name__ in KINDS for base in type(estimator).__mro__):
            return None
        if name == "predict_proba":
            # Its columns are its classes: read as class numbers only where they are.
            classes = np.asarray(estimator.classes_)
            same = np.array_equal(classes.astype(float), np.arange(len(classes)))
            return result if same and isinstance(result, np.ndarray) else None
        return result.astype(float) if result.dtype.kind in "UO" else result
    except Exception:  # text that is no number, an attribute that is none
        return None
