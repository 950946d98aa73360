import os
import random
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model.order import Slot
from grader.model.run import NotRun
from grader.orchestration.executors import ProcessExecutor, SerialExecutor, _Places
from grader.orchestration.ports import Done, Job
from grader.worker.processes import WorkerProcesses, processors_of
from tests.unit.orchestration.small_jobs import Heard, Small, await_file, is_alive, perform

WITH_CTRL_C = ("env", "--default-signal=INT")
"""A shell that starts tests in the background has them ignore Ctrl-C; a person's shell does not."""


def _code(done: Done) -> str | None:
    assert isinstance(done.answer, NotRun)
    return done.answer.reason.code


def _jobs(folder: Path, *does: str) -> list[Small]:
    return [Small(name=f"{n} {what}", folder=folder, does=what) for n, what in enumerate(does)]


def _answers(executor: ProcessExecutor | SerialExecutor, jobs: list[Small]) -> dict[str, Done]:
    done = {jobs[d.index].does: d for d in executor.run(perform, jobs, Heard())}
    assert len(done) == len(jobs)
    return done


FAILING = ("answer", "unpicklable", "our error", "division")


def _assert_each_failure_is_its_own(done: dict[str, Done]) -> None:
    assert isinstance(done["answer"].answer, Path)
    assert _code(done["our error"]) == "GR800"
    assert _code(done["unpicklable"]) == _code(done["division"]) == "GR811"
    reason = done["division"].answer
    assert isinstance(reason, NotRun)
    assert "ZeroDivisionError: division" in reason.reason.pt


def test_one_after_another_the_answers_come_in_order(tmp_path: Path) -> None:
    progress = Heard()
    jobs = _jobs(tmp_path, "answer", "answer", "answer")
    assert [d.index for d in SerialExecutor().run(perform, jobs, progress)] == [0, 1, 2]
    assert progress.started_labels == progress.ended == [str(job) for job in jobs]


def test_one_after_another_a_mistake_of_ours_is_one_jobs_answer(tmp_path: Path) -> None:
    _assert_each_failure_is_its_own(_answers(SerialExecutor(), _jobs(tmp_path, *FAILING)))


def test_one_after_another_a_gpu_goes_to_whoever_wants_one(tmp_path: Path) -> None:
    jobs = [Small(name="a", folder=tmp_path, wants_gpu=True), Small(name="b", folder=tmp_path)]
    answers = [d.answer for d in SerialExecutor((3, 4)).run(perform, jobs, Heard())]
    assert [a.read_text().split()[1] for a in answers if isinstance(a, Path)] == ["3", "None"]


def test_a_worker_that_fails_or_dies_takes_only_its_own_job(tmp_path: Path) -> None:
    done = _answers(ProcessExecutor(2), _jobs(tmp_path, "exit", *FAILING, "killed", "system exit"))
    _assert_each_failure_is_its_own(done)
    assert _code(done["exit"]) == _code(done["killed"]) == "GR810"
    assert _code(done["system exit"]) == "GR811"


def test_answers_come_as_they_finish_and_a_worker_is_used_again(tmp_path: Path) -> None:
    jobs = [
        Small(name="slow", folder=tmp_path, does="wait"),
        *(Small(name=f"quick {n}", folder=tmp_path) for n in range(3)),
    ]
    progress = Heard()
    order = []
    for done in ProcessExecutor(2).run(perform, jobs, progress):
        order.append(done.index)
        if len(order) == 3:
            (tmp_path / "go").touch()
    assert order == [1, 2, 3, 0]
    assert progress.ended == ["quick 0", "quick 1", "quick 2", "slow"]
    places = {(tmp_path / f"quick {n}.done").read_text() for n in range(3)}
    assert len(places) == 1


def test_an_idle_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    slot, workers = Slot(number=0, gpu=None), WorkerProcesses(2)
    first = workers.submit(perform, Small(name="first", folder=tmp_path), slot).result()
    assert isinstance(first, Path)
    os.kill(int(first.read_text().split()[2]), signal.SIGKILL)
    pool = workers._pools[0]  # noqa: SLF001 - that it has noticed, it says nowhere else
    _await(lambda: bool(pool._broken))  # noqa: SLF001
    second = workers.submit(perform, Small(name="second", folder=tmp_path), slot)
    assert isinstance(workers.answer(second, slot), Path)
    workers.dismiss()


def _await(comes_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not comes_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _await_death(*pids: int) -> None:
    _await(lambda: not any(is_alive(pid) for pid in pids))


def _two_that_never_end(folder: Path) -> tuple[Iterator[Done], list[Small]]:
    jobs = [*_jobs(folder, "answer", "for ever"), Small(name="waiting", folder=folder)]
    return ProcessExecutor(2).run(perform, jobs, Heard()), jobs


@pytest.mark.parametrize("how", ["closed", "interrupted"])
def test_workers_die_when_nobody_wants_their_answers(tmp_path: Path, how: str) -> None:
    answers, _ = _two_that_never_end(tmp_path)
    next(answers)
    worker = int(await_file(tmp_path / "1 for ever.begun"))
    if how == "closed":
        answers.close()  # type: ignore[attr-defined]
    else:
        with pytest.raises(KeyboardInterrupt):
            answers.throw(KeyboardInterrupt)  # type: ignore[attr-defined]
    _await_death(worker)


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_die_with_their_grader(tmp_path: Path, ending: signal.Signals) -> None:
    command = [*WITH_CTRL_C, sys.executable, "-m", "tests.unit.orchestration.small_jobs", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as grader:
        workers = [int(await_file(tmp_path / f"{name}.begun")) for name in ("one", "two")]
        assert all(is_alive(worker) for worker in workers)
        grader.send_signal(ending)
        _, said = grader.communicate(timeout=20)
    _await_death(*workers)
    assert (b"KeyboardInterrupt" in said) == (ending is signal.SIGINT)
    assert said.count(b"Traceback") == (ending is signal.SIGINT)


def test_ctrl_c_at_a_terminal_reaches_only_the_grader(tmp_path: Path) -> None:
    """A terminal sends it to every process of the group, workers and those just starting included."""
    command = [*WITH_CTRL_C, sys.executable, "-m", "tests.unit.orchestration.small_jobs", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as grader:
        await_file(tmp_path / "one.begun")
        os.killpg(grader.pid, signal.SIGINT)
        _, said = grader.communicate(timeout=20)
    assert said.count(b"Traceback") == 1


@pytest.mark.attack("gpu_hog", "gpu_peek")
def test_gpus_are_lent_to_one_at_a_time(tmp_path: Path) -> None:
    jobs = [
        Small(name="gpu 1", folder=tmp_path, does="wait", wants_gpu=True),
        Small(name="gpu 2", folder=tmp_path, wants_gpu=True),
        Small(name="plain", folder=tmp_path),
    ]
    order = []
    for done in ProcessExecutor(2, (5,)).run(perform, jobs, Heard()):
        order.append(done.index)
        (tmp_path / "go").touch()
    assert order == [2, 0, 1]
    lent = [(tmp_path / f"{job.name}.done").read_text().split()[1] for job in jobs]
    assert lent == ["5", "5", "None"]


@given(
    st.lists(st.booleans(), max_size=20),
    st.integers(1, 5),
    st.integers(0, 3),
    st.randoms(use_true_random=False),
)
def test_every_job_gets_a_place_and_no_place_is_given_twice(
    wants: list[bool], workers: int, gpus: int, chance: random.Random
) -> None:
    jobs: list[tuple[int, Job]] = [
        (n, Small(name=str(n), folder=Path(), wants_gpu=wanted)) for n, wanted in enumerate(wants)
    ]
    waiting, places = deque(jobs), _Places(workers, tuple(range(gpus)))
    running: dict[int, Slot] = {}
    seen: list[int] = []
    while waiting or running:
        for index, _, slot in places.fill(waiting):
            running[index] = slot
            seen.append(index)
        assert running
        lent = [s.gpu for s in running.values() if s.gpu is not None]
        assert len({s.number for s in running.values()}) == len(running) <= workers
        assert len(set(lent)) == len(lent)
        assert all((s.gpu is not None) == (wants[i] and gpus > 0) for i, s in running.items())
        places.give_back(running.pop(chance.choice(sorted(running))))
    assert sorted(seen) == list(range(len(wants)))


@pytest.mark.parametrize("slots", [1, 2, 3, 5])
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_each_slot_has_processors_that_no_other_has_where_there_are_enough(
    monkeypatch: pytest.MonkeyPatch, slots: int, count: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(10, 10 + count)))
    shares = [processors_of(slot, slots) for slot in range(slots)]
    assert all(shares)
    assert frozenset().union(*shares) == set(range(10, 10 + count))
    if slots <= count:
        assert sum(len(share) for share in shares) == count


def test_what_runs_in_a_worker_keeps_to_its_processors(tmp_path: Path) -> None:
    jobs = [Small(name=f"{n}", folder=tmp_path, does="processors") for n in range(2)]
    answers = [d.answer for d in ProcessExecutor(2).run(perform, jobs, Heard())]
    told = [tuple(map(int, a.read_text().split())) for a in answers if isinstance(a, Path)]
    for slot, *processors in told:
        assert set(processors) == processors_of(slot, 2)
    assert len(told) == 2
