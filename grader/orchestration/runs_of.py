"""Runs kept from before, else made now: orders go out to the executor, complete folders are kept at once."""

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from grader.model.message import Message
from grader.model.order import RetrainOrder, RunOrder
from grader.model.run import MIB, NotRun
from grader.orchestration.means import Means
from grader.storage.run_store import StoredRun
from grader.words import say
from grader.worker.keep_what_fits import NO_ROOM
from grader.worker.work import Work

Order = TypeVar("Order", bound=RunOrder | RetrainOrder)
Arrived = Callable[[str, StoredRun], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Made:
    """The runs of some orders by key, and why some could not be made.

    ``new``: some were made just now; all others were kept from before.
    """

    runs: Mapping[str, StoredRun]
    lost: Mapping[str, Message]
    new: bool = False

    def in_order(self, orders: Sequence[RunOrder | RetrainOrder]) -> list[StoredRun]:
        """Return the runs of ``orders``, none of which was lost."""
        return [self.runs[order.key] for order in orders]


def runs_of(
    orders: Iterable[Order],
    means: Means,
    *,
    course: Path,
    what: Message,
    anew: bool = False,
    announce: Callable[[Sequence[Order], int], None] | None = None,
    heard: Callable[[bytes], None] | None = None,
    expected: Mapping[str, float] | None = None,
    arrived: Arrived | None = None,
) -> Made:
    """Return the run of each of ``orders``, the longest made first; equal orders are one run.

    Args:
        orders: what is to be made, unless it is kept.
        means: of the grading.
        course: the course's folder, which no program may see.
        what: told to whoever watches.
        anew: kept runs are forgotten first.
        announce: told what is missing and how many are kept, before the first run is made.
        heard: told what the programs print meanwhile.
        expected: how many seconds each takes, by key; what takes as long is made in the order given.
        arrived: told of each run as soon as it is kept, while others still run.
    """
    runs, missing = _kept(orders, means, anew=anew)
    if expected is not None:
        missing.sort(key=lambda order: -expected[order.key])
    lost: dict[str, Message] = {}
    if missing:
        if announce is not None:
            announce(missing, len(runs))
        work = Work(workplace=means.workplace(course, heard))
        _make(missing, means, work, what, runs=runs, lost=lost, arrived=arrived)
    return Made(runs=runs, lost=lost, new=bool(missing))


def retrainings_of(
    orders: Iterable[RetrainOrder], means: Means, *, course: Path, what: Message, anew: bool = False
) -> Made:
    """Return what came of the trainings of each of ``orders``: kept from before, else made now."""
    runs, missing = _kept(orders, means, anew=anew)
    lost: dict[str, Message] = {}
    if missing:
        work = Work(workplace=means.workplace(course))
        _make(missing, means, work, what, runs=runs, lost=lost)
    return Made(runs=runs, lost=lost, new=bool(missing))


def _kept(orders: Iterable[Order], means: Means, *, anew: bool) -> tuple[dict[str, StoredRun], list[Order]]:
    """Return the runs of ``orders`` that are kept, and the orders whose runs are not."""
    wanted = {order.key: order for order in orders}
    if anew:
        for key in wanted:
            means.store.forget(key)
    runs = {key: run for key in wanted if (run := means.store.load(key)) is not None}
    return runs, [order for key, order in wanted.items() if key not in runs]


def _make(
    missing: Sequence[RunOrder | RetrainOrder],
    means: Means,
    work: Work,
    what: Message,
    *,
    runs: dict[str, StoredRun],
    lost: dict[str, Message],
    arrived: Arrived | None = None,
) -> None:
    """Make what is missing, each run kept as soon as it is whole.

    What the machine was too busy for is tried once more when the others are done: then less else runs.
    """
    again = _try(missing, means, work, what, runs=runs, lost=lost, arrived=arrived)
    if again:
        for order in again:
            del lost[order.key]
        _try(again, means, work, say("progress.once_more"), runs=runs, lost=lost, arrived=arrived)


def _try(
    missing: Sequence[RunOrder | RetrainOrder],
    means: Means,
    work: Work,
    what: Message,
    *,
    runs: dict[str, StoredRun],
    lost: dict[str, Message],
    arrived: Arrived | None = None,
) -> list[RunOrder | RetrainOrder]:
    """Try each once; return which are lost for now but may come out otherwise."""
    again: list[RunOrder | RetrainOrder] = []
    means.progress.begin(len(missing), what)
    try:
        for done in means.executor.run(work, missing, means.progress):
            order = missing[done.index]
            if isinstance(done.answer, NotRun):
                lost[order.key] = done.answer.reason
                shutil.rmtree(means.store.scratch_path(order.key), ignore_errors=True)
                if done.answer.again:
                    again.append(order)
            else:
                scratch = means.store.scratch_path(order.key)
                runs[order.key] = means.store.publish(order.key, scratch)
                _tell_what_had_no_room(order, runs[order.key], means)
                if arrived is not None:
                    arrived(order.key, runs[order.key])
    finally:
        means.progress.end()
    return again


def _tell_what_had_no_room(order: RunOrder | RetrainOrder, run: StoredRun, means: Means) -> None:
    names = [refusal.name for refusal in run.refused if refusal.why == NO_ROOM]
    if names:
        means.progress.say(
            say("run-left-too-much", label=order.label, room=means.room // MIB, names=", ".join(names))
        )
