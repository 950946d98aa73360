"""Watches models: what Keras' were fitted on, and what they and estimators said about the served test rows.

The program's calls go through unchanged: same arguments, same return values, no random number drawn. What
costs time (predicting for an ``evaluate``, saving a model) is done after the program has ended.
"""

import functools
import sys
import threading
import time
import weakref
from collections import deque
from types import ModuleType
from typing import TYPE_CHECKING, Any

from grader_harness.batches import Batches
from grader_harness.captured_call import Captured, Seen
from grader_harness.earlier_calls import EarlierCalls
from grader_harness.fit_callbacks import reads_validation
from grader_harness.fit_data import FitData, first_rows
from grader_harness.import_hooks import ImportHooks
from grader_harness.job import Served
from grader_harness.observing import (
    Unobserved,
    argument,
    has_stepped,
    is_concrete,
    is_keras,
    length_of,
    like,
    number,
    pick_output,
    validation,
)
from grader_harness.recognition import Recogniser, flat_rows, input_parts, to_array
from grader_harness.teaching import Taught, teaching
from grader_harness.walked_rows import Walk, is_walked

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_FITS = 200
MAX_EPOCHS = 2000
MAX_TARGET_VALUES = 32
OTHERS_KEPT = 2
FEWEST_FITTED = 20

TRAINING = ("fit", "train_on_batch")
WATCHED = (*TRAINING, "evaluate", "predict", "predict_on_batch", "__call__")


class Evidence:
    """What was seen of the program's models."""

    def __init__(self, served: Served, *, calls: bool, taught: Taught | None = None) -> None:
        """Watch training always, and what is asked of models where ``calls`` says so.

        ``taught`` returns the arguments that training gets.
        """
        self._served = served
        self._arguments = taught or teaching(b"")[0]
        self._watched_names = WATCHED if calls else TRAINING
        self._calls = threading.local()
        self._recogniser: Recogniser | None = None
        self._fit_verdicts: list[tuple[Any, bool]] = []
        self._fit_data: list[FitData] = []
        self._rejected = Seen(None, [])
        self._taught_right = False
        """In a placebo of typed data, some training could not be given wrong targets."""
        self._never_trained: list[Any] = []
        """Weak references to models whose fit stopped with an error before its first step."""
        self.fits: list[dict[str, Any]] = []
        self.captured: Captured | None = None
        self.earlier = EarlierCalls()
        """The recognised calls before ``captured``: one of them may have given the answers that are kept."""
        self.model: Any = None
        """The last model fitted or saved."""
        self.target_values: list[float] = []
        self._parts: deque[Any] = deque(maxlen=2)
        """What the last calls about fewer rows than there are were given; a loop ends with a rest."""
        self.asked_afterwards: list[tuple[Any, Any]] | None = None
        """From when the program has ended on: models with the rows they are asked about, captured no more."""
        self.other_rows: list[Any] = []
        """The last rows that a model was asked about, as many as the test rows, which are none of them."""
        self.watches_calls = calls
        self._batches: Batches | None = None
        self.walk: Walk | None = None
        """The last call about a tf.data.Dataset or a sequence of batches, whose rows only a walk shows."""
        self.estimators: list[str] = []
        """The classes of the estimators that the program itself fitted on more than a handful of rows."""
        self.estimator_fit: FitData | None = None
        """The last fit of an estimator that the program itself called."""
        self.trained = 0
        """How many models and estimators the program itself trained, one trained again counted once."""
        self.answers_of: Callable[[Any, Any], Any] = lambda _estimator, _rows: None
        """What an estimator says of rows, asked by us."""
        self.original: dict[tuple[str, str], Any] = {}
        """The libraries' own functions, by library and name."""

    def install(self, hooks: ImportHooks) -> None:
        """Wrap the model classes of Keras 3 and tf-keras as soon as they are defined."""
        hooks.after("keras.src.models.model", lambda module: self._wrap_model("keras", module))
        hooks.after("tf_keras.src.engine.training", lambda module: self._wrap_model("tf_keras", module))
        for library in ("keras", "tf_keras"):
            hooks.after(
                f"{library}.src.saving.saving_api",
                functools.partial(self._wrap_save, library),
            )

    def never_trained(self, model: Any) -> bool:
        """Return whether ``model`` was to be trained and was not: it has the weights it was born with."""
        refused = any(one() is model for one in self._never_trained)
        return refused and not has_stepped(model)

    def fit_data(self, model: Any) -> FitData | None:
        """Return the first rows of the last fit of ``model``, if it was fitted."""
        return next((data for data in reversed(self._fit_data) if data.model() is model), None)

    def last_fit(self) -> FitData | None:
        """Return the last fit of Keras' last model, else that of the last estimator; None where none was."""
        fit = None if self.model is None else self.fit_data(self.model)
        return fit or self.estimator_fit

    def fit_of(self, named: Any) -> FitData | None:
        """Return what is kept of the fit of ``named``, a model or the last estimator, or None."""
        estimator = self.estimator_fit
        return estimator if estimator and estimator.model() is named else self.fit_data(named)

    @property
    def recogniser(self) -> Recogniser | None:
        """The served test rows, read when first asked for; None when none are served."""
        if self._recogniser is None and self._served.has("x_test"):
            self._recogniser = Recogniser(
                self._served.load("x_test"),
                self._served.load("y_test"),
                self._served.image_shape,
                functools.partial(self._served.load, "x_train"),
            )
        return self._recogniser

    def _wrap_model(self, library: str, module: ModuleType) -> None:
        model = module.Model  # type: ignore[attr-defined]
        observers = {
            "fit": self._fit,
            "evaluate": self._evaluate,
            "predict": self._predict,
            "predict_on_batch": self._predict,
            "train_on_batch": self._train_on_batch,
            "__call__": self._predict,
        }
        for name in self._watched_names:
            original = getattr(model, name)
            self.original[library, name] = original
            # Where it is defined, so that a call through a class above the model's is seen too; but what all
            # layers are called by is every layer's.
            owner = model if name == "__call__" else _definer(model, name)
            setattr(owner, name, self._watched(name, original, observers[name]))

    def _watched(self, name: str, original: Any, observe: Any) -> Any:
        """Return ``original`` observed when the program itself calls it, also from a callback of ``fit``."""
        calls = self._calls

        @functools.wraps(original)
        def watched(model: Any, *args: Any, **kwargs: Any) -> Any:
            open_calls = calls.__dict__.setdefault("open", [])
            caller = sys._getframe(1).f_globals.get("__name__", "")
            if any(call != "fit" for call in open_calls) or is_keras(caller):
                return original(model, *args, **kwargs)
            if name == "__call__" and not is_concrete(args):
                return original(model, *args, **kwargs)
            given, named = self._taught(name, args, kwargs)
            open_calls.append(name)
            started = time.perf_counter()
            try:
                result = original(model, *given, **named)
            except BaseException:
                if name == "fit" and has_stepped(model):
                    history = getattr(model, "history", None)
                    observe(model, args, kwargs, history, time.perf_counter() - started)
                elif name == "fit":
                    self._never_trained.append(weakref.ref(model))
                raise
            finally:
                open_calls.pop()
            observe(model, args, kwargs, result, time.perf_counter() - started)
            return result

        return watched

    def _taught(self, name: str, args: Any, kwargs: Any) -> Any:
        """Return the arguments that a call gets: the program's own, but for targets in a placebo."""
        if name not in TRAINING:
            return args, kwargs
        given = self._arguments(args, kwargs)
        self._taught_right |= given is None
        return given or (args, kwargs)

    def _wrap_save(self, library: str, module: ModuleType) -> None:
        original = module.save_model  # type: ignore[attr-defined]
        self.original[library, "save_model"] = original

        @functools.wraps(original)
        def save_model(model: Any, *args: Any, **kwargs: Any) -> Any:
            result = original(model, *args, **kwargs)
            if not self._calls.__dict__.get("open"):  # a ModelCheckpoint inside fit is not the last word
                self.model = model
            return result

        module.save_model = save_model  # type: ignore[attr-defined]

    def _fit(self, model: Any, args: Any, kwargs: Any, result: Any, seconds: float) -> None:
        with Unobserved(self._calls):
            self.model = model
            x, y = argument(args, kwargs, 0, "x"), argument(args, kwargs, 1, "y")
            history = getattr(result, "history", None) or {}
            values = {
                str(key): [number(value) for value in series[:MAX_EPOCHS]] for key, series in history.items()
            }
            self._keep_fit_data(model, x, y)
            if len(self.fits) < MAX_FITS:
                trained = self._on_test_rows(x)
                on_test_rows = trained or self._on_test_rows(validation(args, kwargs))
                self.fits.append(
                    {
                        "epochs": max((len(series) for series in history.values()), default=0),
                        "seconds": round(seconds, 3),
                        "history": values,
                        "on_test_rows": on_test_rows,
                        "only_shown": on_test_rows and not trained and not reads_validation(args, kwargs),
                    }
                )

    def _train_on_batch(self, model: Any, args: Any, kwargs: Any, _result: Any, seconds: float) -> None:
        """Note a training loop of the program's own as one fit without history."""
        with Unobserved(self._calls):
            if self.model is model and self.fits and self.fits[-1].get("loop"):
                self.fits[-1]["seconds"] = round(self.fits[-1]["seconds"] + seconds, 3)
                return
            self.model = model
            x, y = argument(args, kwargs, 0, "x"), argument(args, kwargs, 1, "y")
            self._keep_fit_data(model, x, y)
            if len(self.fits) < MAX_FITS:
                fit = {"epochs": 1, "seconds": round(seconds, 3), "history": {}, "loop": True}
                self.fits.append({**fit, "on_test_rows": self._on_test_rows(x)})

    def _keep_fit_data(self, model: Any, x: Any, y: Any) -> None:
        import numpy as np

        # Without targets nobody knows what the outputs mean, and a placebo that was none says nothing.
        targets = to_array(y) if y is not None and not self._taught_right else None
        if targets is not None and targets.ndim:
            distinct = np.unique(targets[:100_000])
            few = distinct if len(distinct) <= MAX_TARGET_VALUES else []
            self.target_values = [float(value) for value in few if np.isfinite(value)]
        self.trained += self.fit_data(model) is None
        self._fit_data = [data for data in self._fit_data if data.model() not in (model, None)][-3:]
        self._fit_data.append(first_rows(weakref.ref(model), x, targets))

    def fitted_estimator(self, estimator: Any, x: Any, y: Any) -> None:
        """Keep the first rows that an estimator of the program's own was fitted on, and the estimator."""
        if self._calls.__dict__.get("open"):
            return
        if length_of(x) >= FEWEST_FITTED and len(self.estimators) < MAX_FITS:
            self.estimators.append(type(estimator).__name__)
        if not self.watches_calls:
            return
        with Unobserved(self._calls):
            fit = first_rows(lambda: estimator, x, to_array(y))
            names = getattr(x, "columns", None)
            fit.keras, fit.names = False, None if names is None else list(names)
            before = self.estimator_fit
            self.trained += before is None or before.model() is not estimator
            self.estimator_fit = fit

    def _on_test_rows(self, x: Any) -> bool:
        recogniser = self.recogniser
        if x is None or recogniser is None:
            return False
        parts = input_parts(x)
        # A loop of fits on the same array is looked at once.
        known = next((verdict for part, verdict in self._fit_verdicts if part() is x), None)
        if known is None:
            known = recogniser.contains_test_rows(parts)
            if parts[0] is x:
                self._fit_verdicts = [*self._fit_verdicts[-3:], (weakref.ref(x), known)]
        return known

    def asked_of_estimator(self, estimator: Any, x: Any, answers: Any) -> None:
        """Look at a call of an estimator, unless a Keras model or we ourselves made it."""
        if self.watches_calls and not self._calls.__dict__.get("open"):
            self.capture(estimator, x, None, answers, keras=False)

    def _predict(self, model: Any, args: Any, kwargs: Any, result: Any, _seconds: float) -> None:
        if kwargs.get("training"):
            return
        self.capture(model, argument(args, kwargs, 0, "x", "inputs"), None, result)

    def _evaluate(self, model: Any, args: Any, kwargs: Any, _result: Any, _seconds: float) -> None:
        x, y = argument(args, kwargs, 0, "x"), argument(args, kwargs, 1, "y")
        self.capture(model, x, y, None)

    def capture(self, model: Any, x: Any, y: Any, outputs: Any, *, keras: bool = True) -> None:
        """Look at one call about ``x``, and keep it where these are the served test rows in their order."""
        with Unobserved(self._calls):
            if is_walked(x):
                self.walk = Walk(model, model.get_weights() if keras else [], x, outputs)
                return
            recogniser = self.recogniser
            if x is None or recogniser is None:
                return
            if self.asked_afterwards is not None:
                self.asked_afterwards.append((model, flat_rows(input_parts(x))))
            elif length_of(x) == recogniser.count:
                self._capture_whole(recogniser, model, x, y, outputs, keras=keras)
            elif 0 < length_of(x) < recogniser.count:
                self._parts.append(x)
                self._capture_piece(recogniser, model, x, outputs, keras=keras)

    def _capture_whole(
        self, recogniser: Recogniser, model: Any, x: Any, y: Any, outputs: Any, *, keras: bool
    ) -> None:
        parts = input_parts(x)
        if y is None and self._rejected.same(x, parts):
            return
        rows = flat_rows(parts)
        if rows is None or not self._is_test(recogniser, rows, y):
            self._rejected = Seen(x, parts)
            self.other_rows = [*self.other_rows[1 - OTHERS_KEPT :], *([] if rows is None else [rows])]
            return
        quality = 2
        if outputs is not None:
            outputs = pick_output(outputs, recogniser.count)
            quality = self.quality(outputs)
        inputs = like(x, [part.copy() for part in parts]) if keras and outputs is None else None
        self._keep(model, inputs, rows, outputs, quality, keras=keras)

    def _capture_piece(
        self, recogniser: Recogniser, model: Any, x: Any, outputs: Any, *, keras: bool
    ) -> None:
        """Join a piece of the test rows to those before it: a loop over batches or over single rows."""
        rows = flat_rows(input_parts(x))
        answers = None if rows is None else pick_output(outputs, len(rows))
        if answers is None:
            return
        if self._batches is None:
            self._batches = Batches(recogniser)
        whole = self._batches.add(model, rows, answers)
        if whole is not None:
            self._keep(model, None, *whole, self.quality(whole[1]), keras=keras)

    def _keep(self, model: Any, inputs: Any, rows: Any, outputs: Any, quality: int, *, keras: bool) -> None:
        last = self.captured
        if not quality or (last is not None and (quality < last.quality or (last.keras and not keras))):
            return
        weights = model.get_weights() if keras else []
        call = Captured(model, weights, inputs, rows, outputs, quality, keras)
        if last is not None:
            self.earlier.add(last, call)
        self.captured = call

    def rows_in_batches(self) -> int:
        """Return how many test rows one of the last calls was about, of those in parts; 0 if none was."""
        recogniser = self.recogniser
        if recogniser is None:
            return 0
        found = (x for x in self._parts if recogniser.contains_test_rows(input_parts(x)))
        return max(map(length_of, found), default=0)

    def _is_test(self, recogniser: Recogniser, rows: Any, y: Any) -> bool:
        import numpy as np

        last = self.captured
        if last is not None and last.rows.shape == rows.shape and np.array_equal(last.rows, rows):
            return True
        return (y is not None and recogniser.labels_match(y)) or recogniser.rows_match(rows)

    def quality(self, outputs: Any) -> int:
        """Return how well ``outputs`` can be predictions: 2 well, 1 perhaps, 0 not.

        Predictions are one value, or one score per class. A layer's output has one row per test row too; it
        must not displace them.
        """
        if outputs is None:
            return 0
        width = 1 if outputs.ndim == 1 else outputs.shape[1]
        labels = self._served.load("y_train")
        if labels is None or labels.dtype.kind not in "biu":
            targets = 1 if labels is None or labels.ndim == 1 else labels.shape[1]
            return 2 if width == targets else 1
        classes = int(labels.max()) + 1
        if width in (1, classes):
            return 2
        return 1 if width > classes else 0


def _definer(model: Any, name: str) -> Any:
    """Return the class that ``model`` has its method ``name`` from."""
    return next(one for one in model.__mro__ if name in one.__dict__)
