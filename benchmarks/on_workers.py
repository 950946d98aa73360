"""Runs on two workers that a dask scheduler reaches, beside the same runs by two local processes."""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from grader.coursefiles.find_submissions import read_single
from grader.coursefiles.load_course import load_course
from grader.model.message import Message
from grader.model.order import RunOrder
from grader.model.run import NotRun
from grader.model.submission import Submission
from grader.orchestration.cluster import AskedCluster, open_cluster
from grader.orchestration.executors import ProcessExecutor
from grader.orchestration.ground import lay_ground
from grader.orchestration.means import Means, Options
from grader.orchestration.orders import order_of
from grader.orchestration.ports import Executor
from grader.storage.run_store import open_store
from grader.wiring import Request, known_names, tools_for
from grader.worker.work import Work

ROOT = Path(__file__).parents[1]
PROGRAM = """
import numpy as np
ax = np.loadtxt("ax.txt", skiprows=1)
ay = np.loadtxt("ay.txt", skiprows=1).astype(int)
qx = np.loadtxt("qx.txt", skiprows=1)
middles = np.array([ax[ay == digit].mean(axis=0) for digit in range(10)])
QP = ((qx[:, None, :] - middles) ** 2).sum(axis=2).argmin(axis=1)
"""
RUNS = 24
"""A pair takes a minute: the program is over in about a second, so what is between the runs counts."""


class _Quiet:
    def say(self, message: Message) -> None:
        """Say nothing."""

    def begin(self, total: int, what: Message) -> None:
        """Say nothing."""

    def started(self, label: str) -> None:
        """Say nothing."""

    def advance(self, label: str, seconds: float) -> None:
        """Say nothing."""

    def printed(self, piece: bytes) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


def throughput_on_workers(pairs: int) -> list[float]:
    """Return, for each pair, the throughput of two workers of a scheduler ÷ that of two local processes."""
    ratios = []
    with _ordered() as (work, order), _workers() as distant:
        for pair in range(pairs):
            local = ProcessExecutor(2)
            ways: list[Executor] = [local, distant] if pair % 2 else [distant, local]
            seconds = {way: _seconds(way, work, order) for way in ways}
            ratios.append(seconds[local] / seconds[distant])
    return ratios


@contextmanager
def _workers() -> Iterator[Executor]:
    asked = AskedCluster(scheduler="local")
    with open_cluster(asked, _Quiet(), jobs=2, arguments=("--gpu", "none")) as cluster:
        yield cluster.executor


@contextmanager
def _ordered() -> Iterator[tuple[Work, RunOrder]]:
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "store") as store:
        file = Path(folder) / "digits.py"
        file.write_text(PROGRAM, encoding="utf-8")
        assignment = load_course(ROOT, known_names(), only=("digits",)).assignment("digits")
        read = read_single(file, "digits", student="one", intake=store.intake)
        if assignment is None or not isinstance(read, Submission):
            raise SystemExit("the shipped digits cannot be graded")
        means = Means(
            tools=tools_for(Request(gpu="none")),
            options=Options(jobs=2),
            executor=ProcessExecutor(2),
            store=store,
            progress=_Quiet(),
            clock=lambda: datetime.now(UTC),
        )
        order = order_of(read, lay_ground(assignment, means), 1, means)
        yield Work(workplace=means.workplace(ROOT)), order


def _seconds(executor: Executor, work: Work, order: RunOrder) -> float:
    orders = [replace(order, key=f"{random.getrandbits(256):064x}") for _ in range(RUNS)]
    begun = time.perf_counter()
    for done in executor.run(work, orders, _Quiet()):
        if isinstance(done.answer, NotRun):
            raise SystemExit(done.answer.reason.en)
    return time.perf_counter() - begun
