"""One run from end to end, in a worker: serve the data, run the submission, replay its model.

The only step with untrusted code and the only slow one. A frozen job comes in, a complete folder goes out;
labels are not touched here, beyond the served copy's.
"""

import math
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader.datasets.prepare import Prepared
from grader.datasets.serve import (
    Served,
    Training,
    load_canaries,
    load_order,
    load_training_rows,
    rows_for_request,
    serve,
    wrong_answers,
)
from grader.model.assignment import Assignment, GpuNeed
from grader.model.check import MetricCheck, ScaleCheck
from grader.model.metric import Direction
from grader.model.run import Bind, Conditions, Limits, NotRun, Purpose, RunJob, StagedFile
from grader.model.submission import Submission
from grader.orchestration.ports import Slot
from grader.orchestration.replay import apply_model
from grader.plugins.interfaces import Sandbox
from grader.running.machine import list_gpus, processor_model, processors
from grader.running.run_job import run_job
from grader.running.workspace import neutral_folder
from grader.runtimes.catalogue import Runtime
from grader.runtimes.copies import copies_shown
from grader.storage.run_store import StoredRun, write_record

ORDER_FILE = "order.npy"
CANARIES_FILE = "canaries.npy"
TRAINING_FILE = "training.npy"
"""Where training rows changed places (from run 2 on): which row stood where, so that it can be repeated."""
_CLEARLY = 3.5
"""Standard errors of the rows; a bar counts as too close within 2.9 of them (five looks at 1 %)."""
_PLACEBO_ROWS = 200_000
_LEAST_EPOCHS = 3
"""Rows seen in training are enough to have learnt that the labels are others: 4 epochs of MNIST."""
_ONLY_FOR_REPLAY = ("captured_inputs.npy", "fit_inputs.npy", "fit_targets.npy")
"""Tens of megabytes a run, of no use once the model has been applied."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunTask:
    """One run to be made of one submission, with all that it needs; ``key`` names it in the store.

    ``first`` is the folder of the graded run whose order (and labels, and training rows) this run repeats.
    ``applies_model``: the model it leaves is applied in the second sandbox.
    """

    key: str
    submission: Submission
    assignment: Assignment
    prepared: Prepared
    runtime: Runtime
    sandbox: Sandbox
    limits: Limits
    number: int
    threads: int
    scratch: Path
    purpose: Purpose = Purpose.GRADED
    first: Path | None = None
    applies_model: bool = True
    hidden: tuple[Path, ...] = ()

    @property
    def wants_gpu(self) -> bool:
        """Whether a GPU is lent to the run where there is one."""
        return self.assignment.run.gpu is not GpuNeed.NONE

    def __str__(self) -> str:
        what = self.number if self.purpose is Purpose.GRADED else self.purpose.value
        return f"{self.submission.student} · {self.assignment.slug} · {what}"


def perform(task: RunTask, slot: Slot) -> Path | NotRun:
    """Make the run and return its complete folder, or why it could not be made."""
    with neutral_folder() as folder:
        served = _serve(task, folder)
        job = _job(task, served, slot)
        output = run_job(job, task.sandbox)
        if isinstance(output, NotRun):
            return output
        for name in (ORDER_FILE, CANARIES_FILE, TRAINING_FILE):
            if (served.secret / name).is_file():
                shutil.copyfile(served.secret / name, job.folder / name)
        replayed: dict[str, Any] | NotRun = {}
        if task.applies_model:
            replayed = apply_model(task.assignment, task.prepared, task.sandbox, job, served)
    if isinstance(replayed, NotRun):
        return replayed
    for name in _ONLY_FOR_REPLAY:
        (job.folder / name).unlink(missing_ok=True)
    extra = {"replay": replayed, "served": served.digest, "conditions": asdict(_conditions(job))}
    write_record(job.folder, output.run, output.refused, extra)
    return job.folder


def conditions_of(stored: StoredRun) -> Conditions | None:
    """Return what a kept run was made under; None of a run kept before that was noted."""
    try:
        return Conditions(**stored.extra["conditions"])
    except (KeyError, TypeError):
        return None


def _conditions(job: RunJob) -> Conditions:
    gpu = next((gpu.model for gpu in list_gpus() if gpu.number == job.gpu), None)
    return Conditions(
        processor=processor_model(),
        cores=processors(),
        gpu=gpu,
        wall_seconds=job.limits.wall_seconds,
        memory_bytes=job.limits.memory_bytes,
    )


def _serve(task: RunTask, folder: Path) -> Served:
    """Serve what the run's purpose asks for: a fresh copy, or one that repeats the graded run's."""
    training = Training.AS_PUBLISHED if task.number == 1 else Training.REORDERED
    if task.purpose is Purpose.PLACEBO:
        training = Training.WRONG_LABELS
    order = None if task.first is None else load_order(task.first)
    wrong = rows = None
    if task.purpose is Purpose.PAIR:
        wrong = wrong_answers(task.prepared)
    elif task.purpose is Purpose.REPEAT and task.first is not None:
        wrong, rows = load_canaries(task.first), load_training_rows(task.first)
    return serve(
        task.prepared,
        into=folder,
        labels=task.assignment.data.labels,
        training=training,
        fails_at=_loosest_error(task.assignment, len(task.prepared.y_graded)),
        order=order,
        canaries=wrong,
        training_rows=rows,
    )


def _environment(task: RunTask) -> tuple[tuple[str, str], ...]:
    """Return the runtime's environment; the placebo's training by Keras is cut short."""
    if task.purpose is not Purpose.PLACEBO:
        return task.runtime.environment
    epochs = max(_LEAST_EPOCHS, math.ceil(_PLACEBO_ROWS / len(task.prepared.y_train)))
    return (*task.runtime.environment, ("KERAS_MAX_EPOCHS", str(epochs)))


def _job(task: RunTask, served: Served, slot: Slot) -> RunJob:
    rows: Path | None = None
    if task.assignment.asks_for("predict") and not task.prepared.dataset.typed:
        rows = served.secret / "rows.npy"
        rows_for_request(task.prepared, load_order(served.secret), rows)
    masks = tuple(
        Bind(source=path, target=place)
        for path, below in served.masks
        for place in _shown(below, task.runtime)
    )
    return RunJob(
        files=tuple(StagedFile(source=f.path, name=f.name) for f in task.submission.files),
        main=task.submission.main,
        kind=task.submission.kind,
        number=task.number,
        seed=task.number - 1,
        threads=task.threads,
        python=task.runtime.python,
        runtime_binds=(*task.runtime.binds, *masks),
        runtime_environment=_environment(task),
        served=served.folder,
        rows_on_request=rows,
        asks=task.assignment.asks,
        limits=task.limits,
        folder=task.scratch / "run",
        slot=slot.number,
        gpu=slot.gpu,
        hidden=task.hidden,
    )


def _shown(below: str, runtime: Runtime) -> tuple[str, ...]:
    """Return where a file of the runtime's packages can be seen inside: there, and in other Pythons."""
    return tuple(dict.fromkeys((f"{runtime.site_packages}/{below}", *copies_shown(below, runtime.binds))))


def _loosest_error(assignment: Assignment, rows: int) -> float:
    """Return an error rate that earns nothing, not even as too close to the loosest step to be told apart.

    Copied labels must be at least so wrong.
    """
    loosest = 0.0
    for check in assignment.checks:
        if isinstance(check, MetricCheck) and check.metric in ("error_rate", "accuracy"):
            for threshold in (check.threshold, *(tier.threshold for tier in check.partial)):
                lower = threshold.direction is Direction.LOWER_IS_BETTER
                loosest = max(loosest, threshold.value if lower else 1 - threshold.value)
        elif isinstance(check, ScaleCheck) and check.metric in ("error_rate", "accuracy"):
            loosest = max(loosest, check.start if check.metric == "error_rate" else 1 - check.start)
    return loosest + _CLEARLY * math.sqrt(loosest * (1 - loosest) / rows)
