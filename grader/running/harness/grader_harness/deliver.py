"""After the program has ended: takes its predictions from where they are and writes them out.

Each source says ``ok``, ``absent`` or ``passed_over`` with a reason; what fails here is a state, never an
exception.
"""

import inspect
import shutil
import sys
from pathlib import Path
from typing import Any

from grader_harness.control import request_rows
from grader_harness.evidence import Captured, Evidence
from grader_harness.job import Job, Served
from grader_harness.recognition import to_array
from grader_harness.writing import write_array

OK = {"state": "ok"}
ABSENT = {"state": "absent"}
BATCH = 256


def passed_over(why: str, detail: str) -> dict[str, str]:
    """Return the state of a source that was there and did not work."""
    return {"state": "passed_over", "why": why, "detail": detail[:500]}


class Delivery:
    """Writes what each source delivers into the output folder; ``states`` says what became of each."""

    def __init__(self, job: Job, served: Served, evidence: Evidence, namespace: dict[str, Any]) -> None:
        self._job = job
        self._served = served
        self._evidence = evidence
        self._namespace = namespace
        self.layers: list[str] = []

    def deliver(self) -> dict[str, dict[str, str]]:
        """Take from every source; ``predict`` last, because the rows come only when all else was read."""
        states = {}
        for name, take in (
            ("predictions", self._predictions),
            ("captured", self._captured),
            ("model", self._model),
            ("predict", self._predict),
        ):
            try:
                states[name] = take()
            except Exception as error:
                states[name] = passed_over("raised", f"{type(error).__name__}: {error}")
        return {name: states[name] for name in ("predict", "predictions", "captured", "model")}

    def _predictions(self) -> dict[str, str]:
        labels = self._served.load("y_test")
        if labels is None:
            return ABSENT
        state = ABSENT
        for name in self._job.prediction_names:
            if name not in self._namespace:
                continue
            array, problem = per_row(self._namespace[name], len(labels), name)
            if problem is None:
                write_array(self._job.out / "predictions.npy", array)
                return OK
            state = state if state is not ABSENT else problem
        return state

    def _captured(self) -> dict[str, str]:
        captured = self._evidence.captured
        if captured is None:
            if self._evidence.saw_dataset:
                return passed_over("dataset", "predict and evaluate were given a tf.data.Dataset")
            return ABSENT
        outputs = self._with_weights(captured, lambda: self._outputs(captured))
        if outputs is None:
            return passed_over("length", "the model does not give one row per test row")
        if not self._evidence.quality(outputs):
            width = 1 if outputs.ndim == 1 else outputs.shape[1]
            return passed_over("length", f"the model gives {width} scores per row, too few for the classes")
        write_array(self._job.out / "captured.npy", outputs)
        write_array(self._job.out / "captured_inputs.npy", captured.rows)
        self.layers = layer_names(captured.model)
        self._with_weights(captured, lambda: self._save(captured.model, "captured_model.keras"))
        return OK

    def _outputs(self, captured: Captured) -> Any:
        if captured.outputs is not None:
            return captured.outputs
        from grader_harness.evidence import pick_output

        library = "tf_keras" if is_tf_keras(captured.model) else "keras"
        predict = self._evidence.original[library, "predict"]
        outputs = predict(captured.model, captured.inputs, batch_size=BATCH, verbose=0)
        return pick_output(outputs, len(captured.rows))

    def _with_weights(self, captured: Captured, action: Any) -> Any:
        """Do ``action`` while the captured model has the weights it had at the call."""
        now = captured.model.get_weights()
        if _equal(now, captured.weights):
            return action()
        captured.model.set_weights(captured.weights)
        try:
            return action()
        finally:
            captured.model.set_weights(now)

    def _model(self) -> dict[str, str]:
        model = self._evidence.model
        if model is None:
            named = (self._namespace.get(name) for name in self._job.model_names)
            model = next((value for value in named if _is_model(value)), None)
        if model is None:
            return ABSENT
        if not self.layers:
            self.layers = layer_names(model)
        captured = self._evidence.captured
        twin = self._job.out / "captured_model.keras"
        if (
            captured is not None
            and captured.model is model
            and twin.exists()
            and _equal(model.get_weights(), captured.weights)
        ):
            shutil.copyfile(twin, self._job.out / "model.keras")
        elif not self._save(model, "model.keras"):
            return passed_over("unsaveable", self._unsaved)
        self._write_fit_data(model)
        return OK

    _unsaved = ""

    def _save(self, model: Any, name: str) -> bool:
        """Save ``model`` as ``name``; a model that cannot be saved is told, not raised."""
        part = self._job.out / f"part-{name}"
        library = "tf_keras" if is_tf_keras(model) else "keras"
        try:
            self._evidence.original[library, "save_model"](model, str(part))
        except Exception as error:
            self._unsaved = f"{type(error).__name__}: {error}"
            _remove(part)
            return False
        part.replace(self._job.out / name)
        return True

    def _write_fit_data(self, model: Any) -> None:
        data = self._evidence.fit_data(model)
        if data is None or data.inputs is None:
            return
        write_array(self._job.out / "fit_inputs.npy", data.inputs)
        if data.targets is not None:
            write_array(self._job.out / "fit_targets.npy", data.targets)

    def _predict(self) -> dict[str, str]:
        function = self._namespace.get("predict")
        if not callable(function) or not self._job.rows_on_request:
            return ABSENT
        if not takes_rows_alone(function):
            return passed_over("signature", f"predict{_signature(function)}")
        rows = request_rows()
        if rows is None:
            return ABSENT
        count = len(rows)
        try:
            given = function(rows)
        except BaseException as error:  # SystemExit too: our report must still be written
            return passed_over("raised", f"{type(error).__name__}: {error}")
        array, problem = per_row(given, count, "predict(X)")
        if problem is not None:
            return problem
        write_array(self._job.out / "predict.npy", array)
        return OK


def per_row(value: Any, count: int, name: str) -> tuple[Any, dict[str, str] | None]:
    """Return ``value`` as one value or one row of scores for each of ``count`` rows, or why it is not."""
    array = to_array(value)
    if array is None:
        return None, passed_over("not_numeric", f"{name} holds {type(value).__name__}, not numbers")
    if array.ndim == 2 and array.shape[0] == 1 and array.shape[1] == count:  # noqa: PLR2004 - a 1 x n matrix
        array = array.reshape(count)
    if array.ndim == 0:
        return None, passed_over("length", f"{name} is one number, the test set has {count} rows")
    if len(array) != count:
        return None, passed_over("length", f"{name} has {len(array)} rows, the test set {count}")
    array = array.reshape(count, -1) if array.ndim > 2 else array  # noqa: PLR2004 - more than rows of scores
    if array.ndim == 2 and array.shape[1] == 1:  # noqa: PLR2004 - a column
        array = array.reshape(count)
    return array, None


def takes_rows_alone(function: Any) -> bool:
    """Return whether ``function(X)`` is a legal call."""
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return False
    except ValueError:  # built-in without a signature: only a call can tell
        return True
    return True


def layer_names(model: Any) -> list[str]:
    """Return the class names of a model's layers, nested models flattened."""
    inner = getattr(model, "_functional", None)  # a Sequential's input layer stands only there
    layers = getattr(inner, "layers", None) or getattr(model, "layers", ())
    names: list[str] = []
    for layer in layers:
        nested = layer_names(layer) if hasattr(layer, "layers") else []
        names.extend(nested or [type(layer).__name__])
    return names


def is_tf_keras(model: Any) -> bool:
    """Return whether ``model`` is a tf-keras (Keras 2) model."""
    return any(base.__module__.startswith("tf_keras.") for base in type(model).__mro__)


def _is_model(value: Any) -> bool:
    return any(
        base.__name__ == "Model" and base.__module__.partition(".")[0] in ("keras", "tf_keras")
        for base in type(value).__mro__
    )


def _equal(some: list[Any], others: list[Any]) -> bool:
    numpy = sys.modules["numpy"]
    return len(some) == len(others) and all(
        numpy.array_equal(a, b) for a, b in zip(some, others, strict=True)
    )


def _signature(function: Any) -> str:
    try:
        return str(inspect.signature(function))
    except (TypeError, ValueError):
        return "(…)"


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
