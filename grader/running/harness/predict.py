"""Sandbox B: ``python /harness/predict.py /job/job.json`` applies a student's model to raw rows.

No file of the submission is here but the model, and nothing comes out but numbers, shapes and one word on
what failed. The weights file is looked at before Keras is imported. Loading is done with ``safe_mode`` on
and without compiling: a custom loss or a Python lambda has no business in a prediction.
"""

import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

from grader_harness.job import PROTOCOL
from grader_harness.models import BATCH, layer_names
from grader_harness.observing import pick_output
from grader_harness.tensorflow_functions import functions_of_tensorflow
from grader_harness.weights import UnsafeWeights, read_shapes
from grader_harness.writing import write_array

MAX_TEXT = 2000


class NotApplied(Exception):  # noqa: N818 - a state of the model, told in one word
    """The model cannot be applied; ``why`` is one of: inputs, rows, outputs."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


def main(job_path: str) -> int:
    """Write ``weights.json``, ``predictions.npy`` and ``report.json``; 1 when there are no predictions."""
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    out = Path(job["paths"]["out"])
    report: dict[str, Any] = {"protocol": PROTOCOL, "finished": True, "layers": [], "why": None}
    report["error"] = None
    step = "weights"
    try:
        _write_json(out / "weights.json", {"protocol": PROTOCOL, "arrays": read_shapes(job["model"])})
        step = "load"
        model = _load(job["model"])
        report["layers"] = layer_names(model)
        step = "predict"
        predictions = _predict(model, job["rows"])
        step = "outputs"
        write_array(out / "predictions.npy", predictions)
    except UnsafeWeights as found:
        refused = {"why": found.why, "where": found.where}
        _write_json(out / "weights.json", {"protocol": PROTOCOL, "arrays": [], "refused": refused})
        report |= {"why": step, "error": str(found)[:MAX_TEXT]}
    except Exception as error:
        why = error.why if isinstance(error, NotApplied) else step
        why = "memory" if _is_memory(error) else why
        report |= {"why": why, "error": f"{type(error).__name__}: {error}"[:MAX_TEXT]}
    _write_json(out / "report.json", report)
    return 0 if report["error"] is None else 1


def _is_memory(error: Exception) -> bool:
    """Return whether an allocation failed: what was asked for was so much that nothing tried to hold it."""
    return isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"


def _write_json(path: Path, value: dict[str, Any]) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(path)


def _load(path: str) -> Any:
    if _is_keras_2(path):
        import tf_keras as keras
    else:
        import keras
    own = functions_of_tensorflow(path)
    return keras.models.load_model(path, compile=False, safe_mode=True, custom_objects=own)


def _is_keras_2(path: str) -> bool:
    """Return whether tf-keras wrote the archive: it does not load in Keras 3, nor the other way round."""
    try:
        with zipfile.ZipFile(path) as archive:
            version = json.loads(archive.read("metadata.json"))["keras_version"]
    except (zipfile.BadZipFile, KeyError, ValueError):
        return os.environ.get("TF_USE_LEGACY_KERAS", "") in ("1", "true", "True")
    return str(version).startswith("2.")


def _predict(model: Any, rows_path: str) -> Any:
    import numpy as np

    rows = np.load(rows_path, allow_pickle=False)
    fitting = _as_taken(model, rows.reshape(len(rows), *_row_shape(model, rows)))
    predictions = pick_output(model.predict(fitting, batch_size=BATCH, verbose=0), len(rows))
    if predictions is None:
        raise NotApplied("outputs", f"the model does not give one row for each of the {len(rows)} rows")
    return predictions


def _as_taken(model: Any, rows: Any) -> Any:
    """Return rows in 32 bits, or as text for a model that begins with text."""
    inputs = getattr(model, "inputs", None) or ()
    if not any("string" in str(one.dtype) for one in inputs):
        return rows.astype("float32")
    import tensorflow as tf

    return tf.constant(rows.astype("str"))


def _row_shape(model: Any, rows: Any) -> tuple[int, ...]:
    """Return the shape of one row as the model takes it.

    Raises:
        NotApplied: the model takes several inputs, or rows of another length.
    """
    inputs = getattr(model, "inputs", None)
    if not inputs:
        return tuple(rows.shape[1:])
    if len(inputs) > 1:
        raise NotApplied("inputs", f"the model takes {len(inputs)} inputs, the rows are one array")
    shape = tuple(inputs[0].shape)[1:]
    size = 1
    for side in shape:
        size *= side or 1
    width = rows.size // len(rows)
    if None in shape:
        known = size
        if width % known:
            raise NotApplied("rows", f"the model takes rows of shape {shape}, the rows have {width} values")
        return tuple(width // known if side is None else side for side in shape)
    if size != width:
        raise NotApplied("rows", f"the model takes rows of shape {shape}, the rows have {width} values")
    return shape


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
