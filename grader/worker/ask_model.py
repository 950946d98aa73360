"""Asks the second sandbox what a model file makes of raw rows, and reads its answer strictly."""

import secrets
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.model.message import Message
from grader.model.result import ModelTable
from grader.model.run import MIB, Limits, NotRun, PredictJob, RunJob, RunOutput, RunStatus
from grader.plugins.interfaces import Sandbox
from grader.readers.keras_archive import ModelFile
from grader.readers.layer_table import weigh
from grader.readers.model_report import read_outputs, read_step, read_weights
from grader.readers.refused import Refused, refusal_told
from grader.running.run_job import predict_job
from grader.words import say

if TYPE_CHECKING:
    import numpy as np

_MODEL_RUN = "model_run"
_WALL_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What sandbox B left: outputs in our order or why there are none, and the layers with their weights.

    ``table`` is a refusal where the weights file is none that Keras writes, or contradicts its
    configuration; None where nothing is known.
    """

    outputs: "np.ndarray[Any, Any] | None"
    why: Message | None
    table: ModelTable | Refused | None


def ask_model(
    job: RunJob, sandbox: Sandbox, path: Path, model: ModelFile, inputs: "np.ndarray[Any, Any]"
) -> Answer | NotRun:
    """Return what the model at ``path`` makes of ``inputs``, asked for in an order that only we know."""
    import numpy as np

    folder = job.folder.with_name(_MODEL_RUN)
    order = np.random.default_rng(secrets.randbits(256)).permutation(len(inputs))
    rows = folder.with_name("rows.npy")
    np.save(rows, inputs[order], allow_pickle=False)
    limits = replace(job.limits, wall_seconds=min(job.limits.wall_seconds, _WALL_SECONDS))
    asked = PredictJob(
        model=path,
        rows=rows,
        python=job.python,
        runtime_binds=job.runtime_binds,
        runtime_environment=job.runtime_environment,
        threads=job.threads,
        limits=limits,
        folder=folder,
        slot=job.slot,
        gpu=job.gpu,
        hidden=job.hidden,
    )
    output = predict_job(asked, sandbox)
    rows.unlink()
    if isinstance(output, NotRun):
        return output
    arrays = read_weights(_left(folder, "weights.json"))
    table = weigh(model.rows, arrays) if isinstance(arrays, tuple) else arrays
    step = read_step(_left(folder, "report.json"))
    predictions = _left(folder, "predictions.npy")
    shutil.rmtree(folder)
    if output.run.status is not RunStatus.OK:
        why = _trouble(output.run.status, step, model, limits, inputs.shape[1])
        return Answer(outputs=None, why=why, table=table)
    if predictions is None:
        return Answer(outputs=None, why=_not_left(output), table=table)
    answer = read_outputs(predictions, len(inputs))
    if isinstance(answer, Refused):
        return Answer(outputs=None, why=say("saved-model-output-unusable", why=answer.reason), table=table)
    own = np.empty_like(answer)
    own[order] = answer
    return Answer(outputs=own, why=None, table=table)


def _not_left(output: RunOutput) -> Message:
    """Return why a run that ended well left no predictions: they were not collected, or not written."""
    for refusal in output.refused:
        if refusal.name == "predictions.npy":
            return say("saved-model-output-unusable", why=refusal_told(refusal))
    return say("saved-model-output-not-per-row")


def _trouble(status: RunStatus, step: str | None, model: ModelFile, limits: Limits, width: int) -> Message:
    """Return why the model could not be applied: a limit held from outside, else the step it stopped at."""
    shape = str(model.inputs[0]) if model.inputs else "?"
    memory = say("saved-model-out-of-memory", limit=limits.memory_bytes // MIB)
    told = {
        RunStatus.MEMORY: memory,
        RunStatus.TIMEOUT: say("saved-model-timed-out", limit=limits.wall_seconds),
    }
    steps = {
        "memory": memory,
        "load": say("saved-model-does-not-load"),
        "inputs": say("saved-model-several-inputs", count=len(model.inputs)),
        "rows": say("saved-model-row-shape-mismatch", shape=shape, width=width),
        "outputs": say("saved-model-output-not-per-row"),
    }
    if status is RunStatus.ERROR and step in steps:
        return steps[step]
    return told.get(status, say("saved-model-not-applied", status=status.value))


def _left(folder: Path, name: str) -> bytes | None:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        return None
