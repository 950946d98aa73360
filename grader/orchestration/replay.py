"""The second sandbox: does the model file, applied to raw rows, make the graded predictions?

The map from raw rows to the model's inputs is inferred here, from what the program really fed its model;
the sandbox gets the model and mapped rows in an order of its own, and no file of the submission.
"""

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.prepare import Prepared
from grader.datasets.serve import Served, load_order
from grader.measuring.affine_map import AffineMap, infer_affine_map
from grader.measuring.decode_by_targets import decode_by_targets
from grader.measuring.facts import Replay, RunFacts
from grader.measuring.keras_archive import read_keras_archive
from grader.measuring.match_rows import match_rows
from grader.measuring.npy_reader import count_not_finite, read_npy
from grader.measuring.predictions import Chosen, decode_predictions
from grader.measuring.refused import Refused
from grader.measuring.run_checks import TIED_FROM
from grader.model.assignment import Assignment
from grader.model.check import ArchitectureCheck
from grader.model.evidence import Source
from grader.model.message import Message
from grader.model.run import MIB, Limits, NotRun, PredictJob, RunJob, RunStatus
from grader.plugins.interfaces import Sandbox
from grader.running.run_job import predict_job
from grader.storage.run_store import StoredRun
from grader.words import say

if TYPE_CHECKING:
    import numpy as np

MODEL_PREDICTIONS = "model_predictions.npy"
_MODEL_RUN = "model_run"
_MOST = 256 * MIB
_ARITHMETIC = (ArithmeticError, ValueError, TypeError, IndexError, MemoryError)
"""What numpy and scipy raise on arrays made to upset them (LinAlgError is a ValueError)."""
_WALL_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """The map to the model's inputs; for typed inputs also the class of every fitted row (-1: unknown)."""

    map: AffineMap
    fitted_classes: "np.ndarray[Any, Any] | None" = None


def apply_model(
    assignment: Assignment, prepared: Prepared, sandbox: Sandbox, job: RunJob, served: Served
) -> dict[str, Any] | NotRun:
    """Apply the run's model to the graded rows and keep what it predicts beside the run, in served order.

    Returns what is known of the model (layers, map, why it could not be applied), or :class:`NotRun` when
    the sandbox itself failed. Arrays that our arithmetic cannot digest are the submission's doing.
    """
    wanted = Source.MODEL in assignment.deliver.sources or _asks_architecture(assignment)
    if not wanted:
        return {}
    names = ("captured_model.keras", "model.keras")
    path = next((p for name in names if (p := job.folder / name).is_file()), None)
    if path is None:
        return {"why": _plain(say("verdict.replay.no_model"))}
    model = read_keras_archive(path.read_bytes())
    if isinstance(model, Refused):
        return {"why": _plain(model.reason)}
    known: dict[str, Any] = {"layers": list(model.layers), "custom": list(model.custom)}
    try:
        found = _map_of(job.folder, prepared, served)
        if isinstance(found, Message):
            told: Message | NotRun | None = found
        else:
            predicted = _predict(job, sandbox, path, found.map.apply(prepared.x_graded))
            if isinstance(predicted, Message | NotRun):
                told = predicted
            else:
                told = _keep(predicted, found, job, served)
    except _ARITHMETIC:
        told = say("GR837")
    if isinstance(told, NotRun):
        return told
    return known if told is None else {**known, "why": _plain(told)}


def model_candidate(stored: StoredRun) -> bytes | None:
    """Return what the run's model predicts for the graded rows, if it could be applied."""
    return stored.read(MODEL_PREDICTIONS)


def model_trouble(stored: StoredRun) -> dict[Source, Message]:
    """Return why the run's model could not be applied, when that is known."""
    why = stored.extra.get("replay", {}).get("why")
    return {Source.MODEL: Message(**why)} if why else {}


def replay_of(
    stored: StoredRun, facts: RunFacts, assignment: Assignment, *, classes: int | None
) -> Replay | None:
    """Return how the run's model stands to its graded predictions; None where nobody asks."""
    if not _asks_architecture(assignment):
        return None
    known = stored.extra.get("replay", {})
    why = known.get("why")
    return Replay(
        layers=tuple(known["layers"]) if "layers" in known else None,
        custom=tuple(known.get("custom", ())),
        agreement=_agreement(stored, facts, classes),
        why=Message(**why) if why else None,
    )


def worst_replay(replays: Sequence[Replay | None], assignment: Assignment) -> Replay | None:
    """Return the replay that speaks worst: a program may show another model in each run."""
    allowed = {name for c in assignment.checks if isinstance(c, ArchitectureCheck) for name in c.allow}

    def standing(replay: Replay | None) -> int:
        if replay is None or replay.layers is None:
            return 1
        if set(replay.layers) - allowed:
            return 0
        tied = not replay.custom and replay.agreement is not None and replay.agreement >= TIED_FROM
        return 3 if tied else 2

    return min(replays, key=standing, default=None)


def _agreement(stored: StoredRun, facts: RunFacts, classes: int | None) -> float | None:
    """Return the share of graded rows on which the model says what was graded."""
    import numpy as np

    content = model_candidate(stored)
    if content is None or not isinstance(facts.delivered, Chosen):
        return None
    graded = facts.delivered.decoded
    again = decode_predictions(
        content, rows=len(graded), classes=classes, target_values=facts.report.target_values
    )
    if isinstance(again, Refused):
        return None
    same = again[1] == graded if classes else np.isclose(again[1], graded, rtol=1e-3, atol=1e-5)
    return float(np.mean(same))


def _asks_architecture(assignment: Assignment) -> bool:
    return any(isinstance(check, ArchitectureCheck) for check in assignment.checks)


def _map_of(folder: Path, prepared: Prepared, served: Served) -> "_Found | Message":
    """Return the exact map from raw rows to the model's inputs, or why there is none."""
    if prepared.dataset.typed:
        return _typed_map(folder, prepared)
    captured = _read(folder / "captured_inputs.npy")
    if captured is not None:
        found = infer_affine_map(prepared.x_graded[load_order(served.secret)], captured)
        return _Found(map=found) if found is not None else say("GR830")
    fitted = _read(folder / "fit_inputs.npy")
    if fitted is None:
        return say("GR831")
    found = infer_affine_map(prepared.x_train[: len(fitted)], fitted)
    return _Found(map=found) if found is not None else say("GR832")


def _typed_map(folder: Path, prepared: Prepared) -> "_Found | Message":
    """Return the map for inputs typed into the program: its training rows are known, in any order."""
    import numpy as np

    fitted = _read(folder / "fit_inputs.npy")
    if fitted is None:
        return say("GR836")
    matched = match_rows(prepared.x_train, fitted)
    if matched is None:
        return say("GR833")
    known = matched.rows >= 0
    classes = np.where(known, prepared.y_train[matched.rows], -1)
    return _Found(map=matched.map, fitted_classes=classes)


def _predict(
    job: RunJob, sandbox: Sandbox, model: Path, inputs: "np.ndarray[Any, Any]"
) -> "np.ndarray[Any, Any] | Message | NotRun":
    """Return the model's outputs for ``inputs``, asked for in an order that only we know."""
    import numpy as np

    folder = job.folder.with_name(_MODEL_RUN)
    order = np.random.default_rng(secrets.randbits(256)).permutation(len(inputs))
    rows = folder.with_name("rows.npy")
    np.save(rows, inputs[order], allow_pickle=False)
    asked = PredictJob(
        model=model,
        rows=rows,
        python=job.python,
        runtime_binds=job.runtime_binds,
        runtime_environment=job.runtime_environment,
        threads=job.threads,
        limits=_model_limits(job),
        folder=folder,
        slot=job.slot,
        gpu=job.gpu,
    )
    output = predict_job(asked, sandbox)
    rows.unlink()
    if isinstance(output, NotRun):
        return output
    answer = _read(folder / "predictions.npy")
    shutil.rmtree(folder)
    if output.run.status is not RunStatus.OK or answer is None or len(answer) != len(inputs):
        return say("GR834", status=output.run.status.value)
    own = np.empty_like(answer)
    own[order] = answer
    return own


def _model_limits(job: RunJob) -> Limits:
    return replace(job.limits, wall_seconds=min(job.limits.wall_seconds, _WALL_SECONDS))


def _keep(predicted: "np.ndarray[Any, Any]", found: _Found, job: RunJob, served: Served) -> Message | None:
    """Write the predictions in served order; a typed program's outputs are decoded by its own targets."""
    import numpy as np

    if found.fitted_classes is not None:
        targets = _read(job.folder / "fit_targets.npy")
        if targets is None:
            return say("GR835")
        decoded = decode_by_targets(predicted, targets, found.fitted_classes)
        if decoded is None:
            return say("GR835")
        predicted = decoded
    np.save(job.folder / MODEL_PREDICTIONS, predicted[load_order(served.secret)], allow_pickle=False)
    return None


def _read(path: Path) -> "np.ndarray[Any, Any] | None":
    """Return an array of rows of finite numbers that the run left, or None."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    read = read_npy(content, max_bytes=_MOST)
    if isinstance(read, Refused) or read.ndim < 1 or not len(read) or count_not_finite(read):
        return None
    return read


def _plain(message: Message) -> dict[str, str | None]:
    return {"pt": message.pt, "en": message.en, "code": message.code}
