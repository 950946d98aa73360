"""Trains a recipe anew from end to end: the course's own rows go in, answers come out and are read strictly.

No file of the submission is there but the recipe, which was read and is written here by us. Of labels only
those of the training rows go in; the graded rows go in an order that only we know.
"""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.datasets.prepare import Prepared
from grader.files.plain_data import plain_of
from grader.model.order import RetrainOrder, RunAnswer, Slot
from grader.model.run import MIB, NotRun, RetrainJob
from grader.readers.npy import count_not_finite, read_npy
from grader.readers.refused import Refused
from grader.readers.retraining_report import read_retrainings
from grader.running.run_job import retrain_job
from grader.running.staging.workspace import neutral_folder
from grader.storage.run_store import write_record
from grader.words import say
from grader.words.plain import to_plain
from grader.worker.keep_what_fits import keep_what_fits
from grader.worker.noted import conditions_of, manifest_of
from grader.worker.workplace import Workplace

if TYPE_CHECKING:
    import numpy as np

_MOST = 256 * MIB


def retrain(order: RetrainOrder, slot: Slot, workplace: Workplace) -> RunAnswer | NotRun:
    """Make the trainings of ``order`` in one sandbox, and keep their answers in the dataset's own order.

    Raises:
        GraderError: what the order names is not here, or is another thing.
    """
    runtime = workplace.runtime(order)
    prepared = workplace.data(order.data, runtime)
    folder = workplace.store.scratch_path(order.key)
    with neutral_folder() as place:
        places = _lay_rows(prepared, place)
        job = RetrainJob(
            recipe=order.recipe,
            rows=place,
            classes=bool(prepared.dataset.classes),
            trainings=order.trainings,
            python=runtime.python,
            runtime_binds=runtime.binds,
            runtime_environment=runtime.environment,
            threads=order.threads,
            limits=order.limits,
            folder=folder,
            slot=slot.number,
            gpu=slot.gpu,
            hidden=workplace.hidden(),
        )
        output = retrain_job(job, workplace.sandbox)
    if isinstance(output, NotRun):
        return output
    no_room = keep_what_fits(folder, workplace.room)
    names = tuple(training.name for training in order.trainings)
    refused = {name: why for name in names if (why := _taken(folder / f"{name}.npy", places)) is not None}
    told = read_retrainings(_left(folder / "report.json"), names)
    extra = {
        "retrained": {name: plain_of(one) for name, one in told.items()},
        "refused_answers": {name: to_plain(why.reason) for name, why in refused.items()},
        "conditions": plain_of(conditions_of(job.limits, job.gpu)),
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


def _lay_rows(prepared: Prepared, folder: Path) -> "np.ndarray[Any, Any]":
    """Write what a retraining may see, and return the secret order of the graded rows."""
    import numpy as np

    graded = prepared.x_graded
    places = np.random.default_rng(secrets.randbits(256)).permutation(len(graded))
    arrays = {"x_train": prepared.x_train, "y_train": prepared.y_train, "x_test": graded[places]}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    return places


def _taken(path: Path, places: "np.ndarray[Any, Any]") -> Refused | None:
    """Put the answers at ``path`` into the dataset's own order; return why those that are none are gone."""
    import numpy as np

    content = _left(path)
    if content is None:
        return None
    read = read_npy(content, max_bytes=_MOST)
    if not isinstance(read, Refused):
        read = _not_answers(read, len(places)) or read
    if isinstance(read, Refused):
        path.unlink()
        return read
    own = np.empty_like(read)
    own[places] = read
    np.save(path, own, allow_pickle=False)
    return None


def _not_answers(read: "np.ndarray[Any, Any]", rows: int) -> Refused | None:
    """Return why an array is none of answers, one for each row, all of them numbers."""
    if read.ndim not in (1, 2) or len(read) != rows:
        return Refused(reason=say("array-wrong-shape", shape=str(read.shape), expected=f"({rows}, …)"))
    bad = count_not_finite(read)
    return Refused(reason=say("array-not-finite", count=bad)) if bad else None


def _left(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
