"""The second sandbox: does the model file, applied to raw rows, make the graded predictions?

The map from raw rows to the model's inputs is inferred here, from what the program really fed its model;
the sandbox gets the model and mapped rows in an order of its own, and no file of the submission.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.prepare import Prepared
from grader.datasets.serve import Served, load_order, load_training_rows
from grader.matching.affine_map import AffineMap, infer_affine_map
from grader.matching.decode_by_targets import decode_by_targets
from grader.matching.match_rows import match_rows
from grader.model.message import Message
from grader.model.result import ModelTable
from grader.model.run import MIB, NotRun, RunJob
from grader.plugins.interfaces import Sandbox
from grader.readers.keras_archive import ModelFile, read_keras_archive
from grader.readers.npy import count_not_finite, read_npy
from grader.readers.refused import Refused
from grader.storage.run_files import MODEL_PREDICTIONS
from grader.words import say
from grader.words.plain import to_plain
from grader.worker.ask_model import ask_model

if TYPE_CHECKING:
    import numpy as np

_NAMES_SHOWN = 10
_MOST = 256 * MIB
_ARITHMETIC = (ArithmeticError, ValueError, TypeError, IndexError, MemoryError)
"""What numpy and scipy raise on arrays made to upset them (LinAlgError is a ValueError)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """The map to the model's inputs; for typed inputs also the class of every fitted row (-1: unknown).

    ``asked_rows``: how many of the test rows, which the statement tells, were typed into the training.
    """

    map: AffineMap
    fitted_classes: "np.ndarray[Any, Any] | None" = None
    asked_rows: int = 0


def apply_model(prepared: Prepared, sandbox: Sandbox, job: RunJob, served: Served) -> dict[str, Any] | NotRun:
    """Apply the run's model to the graded rows and keep what it predicts beside the run, in served order.

    Returns what is known of the model (layers, map, why it could not be applied), or :class:`NotRun` when
    the sandbox itself failed. Arrays that our arithmetic cannot digest are the submission's doing.
    """
    names = ("captured_model.keras", "model.keras")
    path = next((p for name in names if (p := job.folder / name).is_file()), None)
    if path is None:
        return {"why": to_plain(say("verdict.replay.no_model"))}
    model = read_keras_archive(path.read_bytes())
    if isinstance(model, Refused):
        return {"why": to_plain(model.reason)}
    known: dict[str, Any] = {"layers": list(model.layers), "custom": list(model.custom)}
    try:
        said = _replayed(path, model, prepared=prepared, sandbox=sandbox, job=job, served=served)
    except _ARITHMETIC:
        said = {"why": to_plain(say("replay-inputs-not-numbers"))}
    return said if isinstance(said, NotRun) else known | said


def _replayed(
    path: Path, model: ModelFile, *, prepared: Prepared, sandbox: Sandbox, job: RunJob, served: Served
) -> dict[str, Any] | NotRun:
    """Ask sandbox B and keep its answer beside the run; return what is known by it."""
    if model.foreign:
        # Loading would import that module, or fail: either way the file does not show what it does.
        foreign = ", ".join(tuple(dict.fromkeys(model.foreign))[:_NAMES_SHOWN])
        return {"why": to_plain(say("verdict.replay.custom", names=foreign))}
    found = _map_of(job.folder, prepared, served)
    if isinstance(found, Message):
        return {"why": to_plain(found)}
    answer = ask_model(job, sandbox, path, model, found.map.apply(prepared.x_graded))
    if isinstance(answer, NotRun):
        return answer
    if isinstance(answer.table, Refused):
        # Nothing that stands in such a file is believed, its layers neither.
        return {"layers": None, "why": to_plain(answer.table.reason)}
    told: dict[str, Any] = {} if answer.table is None else {"table": _table_kept(answer.table)}
    mapped = found.map.in_words()
    if mapped is not None:
        told["map"] = to_plain(mapped)
    if found.asked_rows:
        told["asked_rows"] = found.asked_rows
    why = answer.why
    if answer.outputs is not None:
        why = _keep(answer.outputs, found, job, served)
    return told if why is None else {**told, "why": to_plain(why)}


def _map_of(folder: Path, prepared: Prepared, served: Served) -> "_Found | Message":
    """Return the exact map from raw rows to the model's inputs, or why there is none."""
    if prepared.dataset.typed:
        return _typed_map(folder, prepared)
    captured = _read(folder / "captured_inputs.npy")
    if captured is not None:
        found = infer_affine_map(prepared.x_graded[load_order(served.secret)], captured)
        return _Found(map=found) if found is not None else say("replay-test-inputs-not-affine")
    fitted = _read(folder / "fit_inputs.npy")
    if fitted is None:
        return say("replay-inputs-not-seen")
    rows = load_training_rows(served.secret)  # from run 2 on a program gets them in another order
    first = slice(len(fitted)) if rows is None else rows[: len(fitted)]
    found = infer_affine_map(prepared.x_train[first], fitted)
    return _Found(map=found) if found is not None else say("replay-fit-inputs-not-affine")


def _typed_map(folder: Path, prepared: Prepared) -> "_Found | Message":
    """Return the map for inputs typed into the program: its training rows are known, in any order."""
    import numpy as np

    fitted = _read(folder / "fit_inputs.npy")
    if fitted is None:
        return say("replay-without-trained-model")
    matched = match_rows(prepared.x_train, fitted)
    if matched is None:
        return say("replay-typed-rows-not-recognised")
    known = matched.rows >= 0
    classes = None
    if prepared.dataset.classes:  # numbers need no decoding: the outputs are what was asked for
        classes = np.where(known, prepared.y_train[matched.rows], -1)
    start, stop = prepared.groups["test"]
    asked = matched.map.apply(prepared.x_graded[start:stop])
    extra = fitted.reshape(len(fitted), -1)[~known]
    trained = sum(bool(np.isclose(extra, row, rtol=1e-5, atol=1e-6).all(axis=1).any()) for row in asked)
    return _Found(map=matched.map, fitted_classes=classes, asked_rows=trained)


def _keep(predicted: "np.ndarray[Any, Any]", found: _Found, job: RunJob, served: Served) -> Message | None:
    """Write the predictions in served order; a typed program's outputs are decoded by its own targets."""
    import numpy as np

    if found.fitted_classes is not None:
        targets = _read(job.folder / "fit_targets.npy")
        if targets is None:
            return say("replay-output-classes-unknown")
        decoded = decode_by_targets(predicted, targets, found.fitted_classes)
        if decoded is None:
            return say("replay-output-classes-unknown")
        predicted = decoded
    np.save(job.folder / MODEL_PREDICTIONS, predicted[load_order(served.secret)], allow_pickle=False)
    return None


def _read(path: Path) -> "np.ndarray[Any, Any] | None":
    """Return an array of rows of finite numbers that the run left, or None."""
    content = _bytes(path)
    if content is None:
        return None
    read = read_npy(content, max_bytes=_MOST)
    if isinstance(read, Refused) or read.ndim < 1 or not len(read) or count_not_finite(read):
        return None
    return read


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _table_kept(table: ModelTable) -> dict[str, Any]:
    return {
        "parameters": table.parameters,
        "layers": [[layer.name, layer.kind, layer.parameters] for layer in table.layers],
    }
