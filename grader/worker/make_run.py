"""One run from end to end: serve the data, run the submission, apply its model.

The only step with untrusted code and the only slow one. An order comes in, an answer goes out, and the
complete folder lies in the store's scratch; labels are not touched here, beyond the served copy's.
"""

import math
import shutil
from pathlib import Path
from typing import Any

from grader.datasets.fresh import fresh
from grader.datasets.prepare import Prepared
from grader.datasets.serve import (
    Served,
    Training,
    load_canaries,
    load_drawn,
    load_order,
    load_training_rows,
    rows_for_request,
    serve,
    wrong_answers,
)
from grader.files.plain_data import plain_of
from grader.model.order import RunAnswer, RunOrder, Slot
from grader.model.run import Bind, NotRun, Purpose, RunJob
from grader.readers.refused import refusal_told
from grader.running.run_job import run_job
from grader.running.staging.workspace import neutral_folder
from grader.runtimes.catalogue import Runtime
from grader.runtimes.copies import copies_shown
from grader.storage.run_files import CERTIFIED_BOUND, MODEL_PREDICTIONS, OURS
from grader.storage.run_store import write_record
from grader.words.plain import to_plain
from grader.worker.apply_model import apply_model
from grader.worker.keep_what_fits import keep_what_fits
from grader.worker.noted import conditions_of, manifest_of
from grader.worker.workplace import Workplace

_PLACEBO_ROWS = 200_000
_LEAST_EPOCHS = 3
"""Rows seen in training are enough to have learnt that the labels are others: 4 epochs of MNIST."""
_ONLY_FOR_REPLAY = (
    *("captured_inputs.npy", "fit_inputs.npy", "fit_targets.npy"),
    *("captured_model.keras", "model.keras"),
)
"""Tens or hundreds of megabytes a run, of no use once the model has been applied."""


def make_run(order: RunOrder, slot: Slot, workplace: Workplace) -> RunAnswer | NotRun:
    """Make the run and return its answer, or why it could not be made.

    Raises:
        GraderError: what the order names is not here, or is another thing.
    """
    runtime = workplace.runtime(order)
    prepared = workplace.data(order.data, runtime)
    if order.purpose is Purpose.FRESH:
        prepared = fresh(prepared)
    folder = workplace.store.scratch_path(order.key)
    with neutral_folder() as place:
        served = _serve(order, prepared, workplace.repeated(order), place)
        job = _job(order, served, prepared, runtime, workplace=workplace, slot=slot, folder=folder)
        output = run_job(job, workplace.sandbox)
        if isinstance(output, NotRun):
            return output
        for name in OURS:
            if (served.secret / name).is_file():
                shutil.copyfile(served.secret / name, folder / name)
        replayed: dict[str, Any] | NotRun = {}
        if order.applies_model:
            replayed = apply_model(prepared, workplace.sandbox, job, served)
    if isinstance(replayed, NotRun):
        return replayed
    for name in _ONLY_FOR_REPLAY:
        (folder / name).unlink(missing_ok=True)
    no_room = keep_what_fits(folder, workplace.room)
    if gone := next((one for one in no_room if one.name == MODEL_PREDICTIONS), None):
        replayed = {**replayed, "why": to_plain(refusal_told(gone))}
    extra = {
        "replay": replayed,
        "served": served.digest,
        "conditions": plain_of(conditions_of(job.limits, job.gpu)),
        CERTIFIED_BOUND: True,
    }
    answer = RunAnswer(
        key=order.key,
        run=output.run,
        refused=(*output.refused, *no_room),
        files=manifest_of(folder),
        extra=extra,
    )
    write_record(folder, answer)
    return answer


def _serve(order: RunOrder, prepared: Prepared, repeated: Path | None, folder: Path) -> Served:
    """Serve what the run's purpose asks for: a fresh copy, or one that repeats the graded run's."""
    training = Training.AS_PUBLISHED if order.number == 1 else Training.REORDERED
    if order.purpose is Purpose.PLACEBO:
        training = Training.WRONG_LABELS
    wrong = rows = drawn = None
    if order.purpose is Purpose.PAIR:
        wrong = wrong_answers(prepared)
    elif order.purpose in (Purpose.REPEAT, Purpose.FRESH) and repeated is not None:
        wrong, rows, drawn = load_canaries(repeated), load_training_rows(repeated), load_drawn(repeated)
    return serve(
        prepared,
        into=folder,
        labels=order.data.labels,
        training=training,
        fails_at=order.data.fails_at,
        order=None if repeated is None else load_order(repeated),
        canaries=wrong,
        training_rows=rows,
        drawn=drawn,
        moved=order.number > 1,
    )


def _job(
    order: RunOrder,
    served: Served,
    prepared: Prepared,
    runtime: Runtime,
    *,
    workplace: Workplace,
    slot: Slot,
    folder: Path,
) -> RunJob:
    rows: Path | None = None
    if any(ask.kind == "predict" for ask in order.asks) and not prepared.dataset.typed:
        rows = served.secret / "rows.npy"
        rows_for_request(prepared, load_order(served.secret), rows)
    masks = tuple(
        Bind(source=path, target=place) for path, below in served.masks for place in _shown(below, runtime)
    )
    placebo = order.purpose is Purpose.PLACEBO
    return RunJob(
        files=workplace.files(order),
        main=order.main,
        kind=order.kind,
        number=order.number,
        seed=order.number - 1,
        threads=order.threads,
        python=runtime.python,
        runtime_binds=(*runtime.binds, *masks),
        runtime_environment=runtime.environment,
        served=served.folder,
        rows_on_request=rows,
        asks=order.asks,
        limits=order.limits,
        folder=folder,
        slot=slot.number,
        gpu=slot.gpu,
        hidden=workplace.hidden(),
        most_epochs=_enough(prepared) if placebo else None,
        wrong_targets=placebo and prepared.dataset.typed,
        joins_batches=order.joins_batches,
        heard=workplace.heard,
    )


def _enough(prepared: Prepared) -> int:
    """Return the epochs after which the placebo's training by Keras is cut short, unseen by the program."""
    return max(_LEAST_EPOCHS, math.ceil(_PLACEBO_ROWS / len(prepared.y_train)))


def _shown(below: str, runtime: Runtime) -> tuple[str, ...]:
    """Return where a file of the runtime's packages can be seen inside: there, and in other Pythons."""
    return tuple(dict.fromkeys((f"{runtime.site_packages}/{below}", *copies_shown(below, runtime.binds))))
