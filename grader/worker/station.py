"""A worker's machine as it stands ready for the gradings of other machines: what it has, and its slots."""

import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from grader import __version__
from grader.files.write_whole import write_whole
from grader.model.errors import DataMissing, GraderError
from grader.model.message import Message
from grader.model.order import RetrainOrder, RunAnswer, RunOrder, Slot
from grader.model.run import NotRun
from grader.storage.run_store import RunStore
from grader.words import say
from grader.worker.parcel import Answer, Died, Lacking, OrderParcel, pack_answer, unpack_order
from grader.worker.processes import WorkerProcesses
from grader.worker.work import Work
from grader.worker.workplace import Workplace, harness_digest

_LOOK_SECONDS = 0.5
"""How often a worker looks whether the run that it is making is still wanted."""
_SHOWN = 12


@dataclass(slots=True, kw_only=True, eq=False)
class Station:
    """Makes the runs that come as parcels, each in a process of its own that can be ended alone.

    ``workplace``: its store holds what was sent here, by digest. ``slots``: how many runs at a time.
    """

    workplace: Workplace
    slots: int
    gpus: tuple[int, ...] = ()
    gpu_names: tuple[str, ...] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _free: list[int] = field(init=False)
    _free_gpus: list[int] = field(init=False)
    _processes: WorkerProcesses = field(init=False)
    # Processes die with the thread that started them: it must be one that stays.
    _starter: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "starter"))

    def __post_init__(self) -> None:
        self._free = list(range(self.slots))
        self._free_gpus = list(self.gpus)
        self._processes = WorkerProcesses(self.slots)

    def announced(self) -> dict[str, Any]:
        """Return what this machine says of itself, as JSON can hold it."""
        return {
            "version": __version__,
            "harness": harness_digest(),
            "sandbox": self.workplace.sandbox.name,
            "slots": self.slots,
            "processors": len(os.sched_getaffinity(0)),
            "gpus": list(self.gpu_names),
        }

    def unfit_for(self, order: RunOrder | RetrainOrder) -> Message | None:
        """Return why ``order`` cannot be made here as it would be elsewhere, and what mends it; else None."""
        here = self.workplace
        if order.sandbox != here.sandbox.name:
            return say("distant-sandbox-differs", there=here.sandbox.name, ordered=order.sandbox)
        if order.harness_sha256 != harness_digest():
            fields = {"there": harness_digest()[:_SHOWN], "ordered": order.harness_sha256[:_SHOWN]}
            return say("distant-harness-differs", version=__version__, **fields)
        try:
            runtime = here.runtime(order)
        except GraderError as error:
            return say("distant-runtime-differs", name=order.runtime, reason=error.message)
        try:
            here.data(order.data, runtime)
        except DataMissing as error:
            own = order.data.own
            return say("distant-own-data-missing", name=order.data.dataset) if own else error.message
        except GraderError as error:
            return say("distant-data-differ", name=order.data.dataset, reason=error.message)
        return None

    def perform(self, content: bytes, wanted: Callable[[], bool]) -> bytes:
        """Make the run that is ordered by ``content`` and return the answer's bytes.

        Whoever no longer wants it ends it: ``wanted`` is asked every half second.

        Raises:
            BadParcel: the bytes are no order.
        """
        parcel = unpack_order(content)
        self._keep(parcel.files)
        lacking = self._lacking(parcel.order)
        if lacking:
            return pack_answer(Lacking(digests=lacking))
        with self._aside() as store:
            if parcel.repeated and isinstance(parcel.order, RunOrder) and parcel.order.repeats:
                _lay_repeated(store, parcel.order.repeats, parcel.repeated)
            answer = self._made(parcel, store, wanted)
            return pack_answer(answer, store.scratch_path(parcel.order.key))

    def close(self) -> None:
        """End every run under way; the sandboxes die with their processes."""
        self._processes.kill()
        self._starter.shutdown(wait=False, cancel_futures=True)

    def _keep(self, files: Mapping[str, bytes]) -> None:
        for sha256, content in files.items():
            write_whole(self.workplace.store.intake / sha256[:2] / sha256, content)

    def _lacking(self, order: RunOrder | RetrainOrder) -> tuple[str, ...]:
        digests = [file.sha256 for file in order.files] if isinstance(order, RunOrder) else []
        return tuple(one for one in dict.fromkeys(digests) if self.workplace.store.submitted(one) is None)

    @contextmanager
    def _aside(self) -> Iterator[RunStore]:
        """Give a store for one order alone: the same key may be asked for by two gradings."""
        store = self.workplace.store.aside(secrets.token_hex(8))
        try:
            yield store
        finally:
            shutil.rmtree(store.folder, ignore_errors=True)

    def _made(self, parcel: OrderParcel, store: RunStore, wanted: Callable[[], bool]) -> Answer:
        work = Work(workplace=replace(self.workplace, store=store, room=parcel.room, heard=None))
        with self._slot(gpu=parcel.order.wants_gpu) as slot:
            future = self._starter.submit(self._processes.submit, work, parcel.order, slot).result()
            while not future.done():
                if not wanted():
                    self._starter.submit(self._processes.end, slot.number).result()
                _await(future, _LOOK_SECONDS)
            answer: RunAnswer | NotRun = self._processes.answer(future, slot)
        died = isinstance(answer, NotRun) and answer.reason.code == say("run-process-died").code
        return Died(reason=answer.reason) if isinstance(answer, NotRun) and died else answer

    @contextmanager
    def _slot(self, *, gpu: bool) -> Iterator[Slot]:
        """Lend a slot, and a GPU where one is wanted and here: the scheduler sends no more than there are."""
        with self._lock:
            number = self._free.pop(0)
            lent = self._free_gpus.pop(0) if gpu and self._free_gpus else None
        try:
            yield Slot(number=number, gpu=lent)
        finally:
            with self._lock:
                self._free.append(number)
                self._free_gpus += [] if lent is None else [lent]


def _lay_repeated(store: RunStore, key: str, files: Mapping[str, bytes]) -> None:
    """Keep what was sent of the run that is repeated under its key, where the worker looks for it."""
    folder = store.scratch_path(key)
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    store.publish(key, folder)


def _await(future: Future[Any], seconds: float) -> None:
    try:
        future.exception(timeout=seconds)
    except NotYet:
        return
