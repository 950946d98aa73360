"""Executors: one after another, or in worker processes, one sandbox and at most one GPU each."""

import ctypes
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from grader.model.run import NotRun
from grader.orchestration.ports import Done, Job, Progress, Slot
from grader.words import say

_PR_SET_PDEATHSIG = 1
Perform = Callable[[Any, Slot], Path | NotRun]


class SerialExecutor:
    """Runs the jobs one after another in this process; for ``check`` and for tests."""

    def __init__(self, gpus: tuple[int, ...] = ()) -> None:
        self._gpus = gpus

    def run(self, perform: Perform, jobs: Iterable[Job], progress: Progress) -> Iterator[Done]:
        """Yield the answers in the order of the jobs."""
        for index, job in enumerate(jobs):
            gpu = self._gpus[0] if self._gpus and job.wants_gpu else None
            progress.started(str(job))
            begun = time.monotonic()
            answer = perform(job, Slot(number=0, gpu=gpu))
            progress.advance(str(job), time.monotonic() - begun)
            yield Done(index=index, answer=answer)


class ProcessExecutor:
    """Runs up to ``workers`` jobs at a time, each in a worker process; a GPU is lent to one run at a time.

    A worker that dies takes only its own job with it, which becomes a :class:`NotRun`. When this process
    dies, by whatever signal, the workers and their sandboxes die with it.
    """

    def __init__(self, workers: int, gpus: tuple[int, ...] = ()) -> None:
        self._workers = workers
        self._gpus = gpus

    def run(self, perform: Perform, jobs: Iterable[Job], progress: Progress) -> Iterator[Done]:
        """Yield the answers as they come."""
        waiting = deque(enumerate(jobs))
        places = _Places(self._workers, self._gpus)
        pools: dict[int, ProcessPoolExecutor] = {}
        running: dict[Future[Path | NotRun], tuple[int, Job, Slot, float]] = {}
        try:
            while waiting or running:
                for index, job, slot in places.fill(waiting):
                    progress.started(str(job))
                    # One pool per slot: a worker that dies must not break its neighbours' futures.
                    pool = pools.setdefault(slot.number, _pool())
                    running[pool.submit(perform, job, slot)] = (index, job, slot, time.monotonic())
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    index, job, slot, begun = running.pop(future)
                    answer, died = _answer(future)
                    if died:
                        pools.pop(slot.number).shutdown(wait=False, cancel_futures=True)
                    places.give_back(slot)
                    progress.advance(str(job), time.monotonic() - begun)
                    yield Done(index=index, answer=answer)
        except BaseException:
            for pool in pools.values():
                _kill(pool)
            raise
        for pool in pools.values():
            pool.shutdown()


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        max_workers=1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin_worker,
    )


class _Places:
    """Which slots and GPUs are free."""

    def __init__(self, workers: int, gpus: tuple[int, ...]) -> None:
        self._numbers = list(range(workers))
        self._gpus = list(gpus)
        self._has_gpus = bool(gpus)

    def fill(self, waiting: deque[tuple[int, Job]]) -> Iterator[tuple[int, Job, Slot]]:
        """Take from ``waiting`` what there is a place for now, in order as far as GPUs allow."""
        passed_over: list[tuple[int, Job]] = []
        while waiting and self._numbers:
            index, job = waiting.popleft()
            if job.wants_gpu and self._has_gpus and not self._gpus:
                passed_over.append((index, job))
                continue
            gpu = self._gpus.pop(0) if job.wants_gpu and self._has_gpus else None
            yield index, job, Slot(number=self._numbers.pop(0), gpu=gpu)
        waiting.extendleft(reversed(passed_over))

    def give_back(self, slot: Slot) -> None:
        """Return ``slot`` for the next job."""
        self._numbers.append(slot.number)
        if slot.gpu is not None:
            self._gpus.append(slot.gpu)


def _answer(future: Future[Path | NotRun]) -> tuple[Path | NotRun, bool]:
    """Return the job's answer, and whether the worker died over it."""
    try:
        return future.result(), False
    except BrokenProcessPool:
        return NotRun(reason=say("GR810")), True
    except Exception as problem:  # noqa: BLE001 - a mistake of ours in one job must not stop the batch
        described = f"{type(problem).__name__}: {problem}"[:300]
        return NotRun(reason=say("GR811", problem=described)), False


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, and die when it dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _kill(pool: ProcessPoolExecutor) -> None:
    """End the workers now: their sandboxes die with them."""
    for process in list((pool._processes or {}).values()):  # noqa: SLF001 - 3.14 has kill_workers()
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)
