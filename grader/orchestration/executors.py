"""Executors: one after another, or in worker processes, one sandbox and at most one GPU each."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

from grader.model.order import Slot
from grader.orchestration.ports import Done, Job, Progress
from grader.worker.processes import Perform, WorkerProcesses, perform_safely


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
            answer = perform_safely(perform, job, Slot(number=0, gpu=gpu))
            progress.advance(str(job), time.monotonic() - begun)
            yield Done(index=index, answer=answer)


class ProcessExecutor:
    """Runs up to ``workers`` jobs at a time, each in a worker process; a GPU is lent to one run at a time.

    A worker that dies takes only its own job with it, which becomes a :class:`NotRun`. When this process
    dies, by whatever signal, the workers and their sandboxes die with it; so they do when the answers are
    no longer wanted.
    """

    def __init__(self, workers: int, gpus: tuple[int, ...] = ()) -> None:
        self._workers = workers
        self._gpus = gpus

    def run(self, perform: Perform, jobs: Iterable[Job], progress: Progress) -> Iterator[Done]:
        """Yield the answers as they come."""
        waiting = deque(enumerate(jobs))
        places = _Places(self._workers, self._gpus)
        workers = WorkerProcesses(self._workers)
        running: dict[Future[Any], tuple[int, Job, Slot, float]] = {}
        try:
            while waiting or running:
                for index, job, slot in places.fill(waiting):
                    progress.started(str(job))
                    running[workers.submit(perform, job, slot)] = (index, job, slot, time.monotonic())
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    index, job, slot, begun = running.pop(future)
                    answer = workers.answer(future, slot)
                    places.give_back(slot)
                    progress.advance(str(job), time.monotonic() - begun)
                    yield Done(index=index, answer=answer)
        except BaseException:
            workers.kill()
            raise
        workers.dismiss()


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
            wants = job.wants_gpu and self._has_gpus
            if wants and not self._gpus:
                passed_over.append((index, job))
                continue
            gpu = self._gpus.pop(0) if wants else None
            yield index, job, Slot(number=self._numbers.pop(0), gpu=gpu)
        waiting.extendleft(reversed(passed_over))

    def give_back(self, slot: Slot) -> None:
        """Return ``slot`` for the next job."""
        self._numbers.append(slot.number)
        if slot.gpu is not None:
            self._gpus.append(slot.gpu)
