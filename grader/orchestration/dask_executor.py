"""Runs jobs on the workers of a dask scheduler: orders and answers travel as bytes, each sent once.

Which worker makes what is chosen here, not by dask: what each worker has, and which files it was sent, is
known here, and a worker that dies costs no other job a try.
"""

import json
import queue
import shutil
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from distributed import Client, Future

from grader.model.errors import SchedulerUnavailable
from grader.model.message import Message
from grader.model.order import RetrainOrder, RunOrder
from grader.model.run import NotRun
from grader.orchestration.ports import Done, Job, Progress
from grader.storage.run_files import OURS, RECORD
from grader.words import say
from grader.words.plain import from_plain
from grader.worker.dask_worker import GPU, PLACE, look, perform
from grader.worker.parcel import Answer, Died, Lacking, OrderParcel, pack_order, take_answer
from grader.worker.work import Work
from grader.worker.workplace import Workplace

_TRIES = 3
"""How many workers may die over one job, or answer what cannot be read, before it is given up."""
_LOOK_SECONDS = 1.0
_PATIENCE = 120.0
"""How long we wait for a worker where none is left."""
_LONGEST = 300
Ordered = RunOrder | RetrainOrder


@dataclass(slots=True, kw_only=True, eq=False)
class _Hand:
    """One worker as it is known here: its places, what runs there, and which files it was sent."""

    address: str
    name: str
    slots: int
    gpus: int
    busy: int = 0
    busy_gpus: int = 0
    sent: set[str] = field(default_factory=set)
    refuses: dict[str, Message | None] = field(default_factory=dict)
    """By what an order needs: why it cannot be made there, None where it can."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Given:
    """A job that a worker has."""

    index: int
    hand: _Hand
    gpu: bool
    begun: float


class DaskExecutor:
    """Runs jobs on every fit worker that the scheduler has now or later.

    A job whose worker dies, or answers what cannot be read, is tried on another, three times in all; then it
    is a :class:`NotRun`. Jobs under way end when the answers are no longer wanted.
    """

    def __init__(self, client: Client, *, patience: float = _PATIENCE) -> None:
        self._client = client
        self._patience = patience
        self._hands: dict[str, _Hand] = {}

    def run(self, perform: Callable[..., Any], jobs: Iterable[Job], progress: Progress) -> Iterator[Done]:
        """Yield the answers as they come.

        Raises:
            SchedulerUnavailable: the scheduler is gone, or no worker was fit for any of the jobs.
        """
        if not isinstance(perform, Work):
            raise TypeError("only what orders name can be made elsewhere")
        orders: list[Any] = list(jobs)
        return _Round(self._client, perform.workplace, progress, self._hands, self._patience).run(orders)


class _Round:
    """The jobs of one round, and where each of them stands."""

    def __init__(
        self,
        client: Client,
        workplace: Workplace,
        progress: Progress,
        hands: dict[str, _Hand],
        patience: float,
    ) -> None:
        self._client = client
        self._workplace = workplace
        self._progress = progress
        self._hands = hands
        self._patience = patience
        self._waiting: deque[int] = deque()
        self._given: dict[Future, _Given] = {}
        self._ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._done: list[Done] = []
        self._tries: Counter[int] = Counter()
        self._looked = -_LOOK_SECONDS
        self._hope = time.monotonic() + patience
        self._made = 0

    def run(self, orders: list[Ordered]) -> Iterator[Done]:
        """Yield what comes of ``orders``."""
        self._waiting = deque(range(len(orders)))
        try:
            while self._waiting or self._given:
                self._look_for_workers()
                self._fill(orders)
                self._give_up_hopeless()
                self._take_in(orders)
                yield from self._done
                self._done = []
        finally:
            if self._given:
                self._client.cancel(list(self._given), force=True)

    def _look_for_workers(self) -> None:
        """Learn who came and who went; what the gone ones had is given out again."""
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return
        self._looked = now
        there = stations_of(self._client)
        for address in self._hands.keys() - there.keys():
            del self._hands[address]
        for address in there.keys() - self._hands.keys():
            self._hands[address] = _Hand(**there[address])
        for future, given in list(self._given.items()):
            if self._hands.get(given.hand.address) is not given.hand:
                self._take_back(future)
                self._try_again(given.index, say("distant-worker-gone", worker=given.hand.name))

    def _fill(self, orders: list[Ordered]) -> None:
        """Give out what there is a place for now, in order as far as places allow."""
        passed_over: list[int] = []
        while self._waiting and any(hand.busy < hand.slots for hand in self._hands.values()):
            index = self._waiting.popleft()
            if not self._give(index, orders[index]):
                passed_over.append(index)
        self._waiting.extendleft(reversed(passed_over))

    def _give(self, index: int, order: Ordered) -> bool:
        fit = [hand for hand in list(self._hands.values()) if self._is_fit(hand, order)]
        gpu = order.wants_gpu and any(hand.gpus for hand in fit)
        free = [h for h in fit if h.busy < h.slots and (not gpu or h.busy_gpus < h.gpus)]
        if not free:
            return False
        # Who has most places free; among equals who has no GPU that another may want.
        hand = max(free, key=lambda one: (one.slots - one.busy, -one.gpus))
        parcel = self._parcel(order, hand)
        future = self._client.submit(
            perform,
            pack_order(parcel),
            pure=False,
            workers=[hand.address],
            allow_other_workers=False,
            resources={PLACE: 1, GPU: 1} if gpu else {PLACE: 1},
        )
        hand.sent |= set(parcel.files)
        hand.busy += 1
        hand.busy_gpus += gpu
        self._given[future] = _Given(index=index, hand=hand, gpu=gpu, begun=time.monotonic())
        self._progress.started(str(order))
        future.add_done_callback(self._ended.put)
        return True

    def _parcel(self, order: Ordered, hand: _Hand) -> OrderParcel:
        """Return the order with the files that the worker was not sent yet, and the run that it repeats."""
        files: dict[str, bytes] = {}
        repeated: dict[str, bytes] = {}
        if isinstance(order, RunOrder):
            wanted = {file.sha256 for file in order.files} - hand.sent
            paths = {sha256: self._workplace.store.submitted(sha256) for sha256 in wanted}
            files = {sha256: path.read_bytes() for sha256, path in paths.items() if path is not None}
            kept = self._workplace.repeated(order)
            if kept is not None:
                there = [kept / name for name in (RECORD, *OURS) if (kept / name).is_file()]
                repeated = {path.name: path.read_bytes() for path in there}
        return OrderParcel(order=order, room=self._workplace.room, files=files, repeated=repeated)

    def _is_fit(self, hand: _Hand, order: Ordered) -> bool:
        """Return whether the worker has what the order needs; asked once, and told where it has not."""
        need = _need(order)
        if need not in hand.refuses:
            asked = pack_order(OrderParcel(order=order, room=0))
            found = self._client.run(look, asked, workers=[hand.address], on_error="return")
            why = hand.refuses[need] = _why_unfit(found.get(hand.address))
            if why is not None:
                self._progress.say(say("distant-worker-refused", worker=hand.name, reason=why))
        return hand.refuses[need] is None

    def _give_up_hopeless(self) -> None:
        """End the jobs that no worker is fit for; where none is there at all, only after a while.

        Raises:
            SchedulerUnavailable: nothing was made, and nothing can be.
        """
        if self._given or not self._waiting:
            self._hope = time.monotonic() + self._patience
            return
        if not self._hands and time.monotonic() < self._hope:
            return
        refusals = [why for hand in self._hands.values() for why in hand.refuses.values() if why is not None]
        why = refusals[0] if refusals else say("scheduler-without-workers", seconds=self._patience)
        if not self._made:
            raise SchedulerUnavailable(say("no-worker-fits", reason=why))
        lost = NotRun(reason=say("no-worker-fits", reason=why))
        self._done += [Done(index=index, answer=lost) for index in self._waiting]
        self._waiting.clear()

    def _take_in(self, orders: list[Ordered]) -> None:
        """Take what has come to its end; wait a moment where nothing has."""
        with suppress(queue.Empty):
            future = self._ended.get(timeout=0.0 if self._done else _LOOK_SECONDS / 4)
            given = self._given.get(future)
            if given is not None:  # else it was taken back
                order = orders[given.index]
                answer = self._answer(future, order, given.hand)
                self._take_back(future)
                self._settle(answer, order, given)

    def _settle(self, answer: Answer, order: Ordered, given: _Given) -> None:
        match answer:
            case Lacking():
                given.hand.sent -= set(answer.digests)
                self._try_again(given.index, say("ordered-thing-missing", name=str(order)))
            case Died():
                self._try_again(given.index, answer.reason)
            case _:
                self._made += 1
                self._progress.advance(str(order), time.monotonic() - given.begun)
                self._done.append(Done(index=given.index, answer=answer))

    def _answer(self, future: Future, order: Ordered, hand: _Hand) -> Answer:
        """Return what came of an order, its files in the store's scratch; what cannot be read is a death."""
        folder = self._workplace.store.scratch_path(order.key)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            return take_answer(future.result(), order, folder)
        except Exception as problem:  # noqa: BLE001 - dask raises here what was raised there, or that it was lost
            told = f"{type(problem).__name__}: {problem}"[:_LONGEST]
            return Died(reason=say("distant-answer-refused", worker=hand.name, problem=told))

    def _take_back(self, future: Future) -> None:
        """Forget a job that a worker has or had; what it still runs is ended."""
        given = self._given.pop(future)
        given.hand.busy -= 1
        given.hand.busy_gpus -= given.gpu
        if not future.done():
            self._client.cancel([future], force=True)

    def _try_again(self, index: int, why: Message) -> None:
        self._tries[index] += 1
        if self._tries[index] < _TRIES:
            self._waiting.appendleft(index)
        else:
            lost = say("distant-tries-used-up", tries=_TRIES, reason=why)
            self._done.append(Done(index=index, answer=NotRun(reason=lost)))


def stations_of(client: Client) -> dict[str, dict[str, Any]]:
    """Return the workers of a scheduler that are graders', each with its name and places, by address.

    Raises:
        SchedulerUnavailable: the scheduler does not answer.
    """
    try:
        workers = client.scheduler_info()["workers"]
    except (OSError, RuntimeError, TimeoutError) as problem:
        raise SchedulerUnavailable(say("scheduler-lost", problem=str(problem) or "-")) from problem
    return {
        address: {
            "address": address,
            "name": str(worker.get("name", address)),
            "slots": int(worker["resources"][PLACE]),
            "gpus": int(worker["resources"].get(GPU, 0)),
        }
        for address, worker in workers.items()
        if PLACE in worker.get("resources", {})
    }


def _need(order: Ordered) -> str:
    """Return what a worker must have to make ``order``, as a key."""
    data = order.data
    need = (order.sandbox, order.runtime, order.backend, order.runtime_sha256, order.harness_sha256)
    return json.dumps((*need, data.dataset, data.sha256, data.own))


def _why_unfit(found: Any) -> Message | None:
    """Return what a worker answered that was asked whether it is fit; one that cannot answer is not."""
    if isinstance(found, bytes):
        with suppress(KeyError, TypeError, ValueError):
            return from_plain(json.loads(found)) if found else None
    return say("distant-worker-mute", problem=f"{type(found).__name__}: {found}"[:_LONGEST])
