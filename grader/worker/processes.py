"""Worker processes: one for each slot, which dies alone, and with the process that started it."""

import ctypes
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, resource_tracker
from typing import Any

from grader.model.errors import GraderError
from grader.model.order import Slot
from grader.model.run import NotRun
from grader.words import say

_PR_SET_PDEATHSIG = 1
_SECONDS_TO_DIE = 10.0
Perform = Callable[[Any, Slot], Any]


class WorkerProcesses:
    """One worker process per slot, in a pool of its own: one that dies breaks no neighbour's future."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._pools: dict[int, ProcessPoolExecutor] = {}

    def submit(self, perform: Perform, job: Any, slot: Slot) -> Future[Any]:
        """Hand ``job`` to the worker of ``slot``; one that died between two jobs is replaced."""
        with _interrupts_held():
            pool = self._pools.get(slot.number)
            if pool is not None:
                try:
                    return pool.submit(perform_safely, perform, job, slot)
                except BrokenProcessPool:
                    self._give_up(slot.number)
            pool = self._pools[slot.number] = ProcessPoolExecutor(
                max_workers=1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin_worker,
                initargs=(os.getpid(), processors_of(slot.number, self._number)),
            )
            return pool.submit(perform_safely, perform, job, slot)

    def answer(self, future: Future[Any], slot: Slot) -> Any:
        """Return what came of a finished job: its answer, or why there is none."""
        problem = future.exception()
        if problem is None:
            return future.result()
        if isinstance(problem, BrokenProcessPool):
            self._give_up(slot.number)
            return NotRun(reason=say("run-process-died"))
        return _mistake_of_ours(problem)

    def kill(self) -> None:
        """End the workers now, and wait until they are gone: their sandboxes die with them."""
        # 3.14 has kill_workers(); until then the pool's own table is the only way to them.
        processes = [p for pool in self._pools.values() for p in list((pool._processes or {}).values())]  # noqa: SLF001
        for process in processes:
            process.kill()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        left = {p.sentinel for p in processes}
        deadline = time.monotonic() + _SECONDS_TO_DIE
        while left and (remaining := deadline - time.monotonic()) > 0:
            left -= {s for s in connection.wait(list(left), remaining) if isinstance(s, int)}

    def end(self, number: int) -> None:
        """End the worker of slot ``number`` now, and what it runs: its answer is no longer wanted."""
        pool = self._pools.get(number)
        for process in list((pool._processes or {}).values()) if pool is not None else ():  # noqa: SLF001 - as in kill
            process.kill()

    def dismiss(self) -> None:
        """Let the workers go, all of them idle."""
        for pool in self._pools.values():
            pool.shutdown()

    def _give_up(self, number: int) -> None:
        self._pools.pop(number).shutdown(wait=False, cancel_futures=True)


def perform_safely(perform: Perform, job: Any, slot: Slot) -> Any:
    """Perform ``job``; a mistake of ours in one job becomes its answer and must not stop the batch.

    Done here and not where the answer arrives: an exception that does not pickle would break the pool.
    """
    try:
        return perform(job, slot)
    except GraderError as error:
        return NotRun(reason=error.message)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is ours and told
        return _mistake_of_ours(problem)


def _mistake_of_ours(problem: BaseException) -> NotRun:
    described = f"{type(problem).__name__}: {problem}"[:300]
    return NotRun(reason=say("run-internal-error", problem=described))


def processors_of(slot: int, slots: int) -> frozenset[int]:
    """Return the processors of one slot: no other's, as long as there is one for each.

    A thousand processes of one program would otherwise leave its neighbour next to nothing, until the
    neighbour's time is over; what runs in a slot inherits them, and inside a sandbox cannot have others.
    """
    there = sorted(os.sched_getaffinity(0))
    return frozenset(there[slot::slots] or [there[slot % len(there)]])


def _begin_worker(parent: int, processors: frozenset[int]) -> None:
    """Keep to ``processors``, leave Ctrl-C to the parent, and die when it dies."""
    os.sched_setaffinity(0, processors)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked to be told
        os._exit(1)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while a worker is started: it inherits that until it can ignore it for good."""
    resource_tracker.ensure_running()  # would let it through once, when started by the first worker
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
