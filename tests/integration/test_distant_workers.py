"""Runs made by worker processes that a real scheduler reaches; their sandbox runs nothing, which is quick."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from distributed import Client

from grader.coursefiles.find_submissions import read_single
from grader.coursefiles.load_course import load_course
from grader.model.assignment import Assignment
from grader.model.errors import SchedulerUnavailable
from grader.model.order import RunOrder, Slot
from grader.model.run import NotRun, Purpose
from grader.model.submission import Submission
from grader.orchestration.cluster import AskedCluster, open_cluster
from grader.orchestration.dask_executor import DaskExecutor
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.ground import Ground, lay_ground
from grader.orchestration.means import Means, Options, Tools
from grader.orchestration.orders import order_of
from grader.orchestration.runs_of import Made, runs_of
from grader.plugins.registry import CHECKS, METRICS, load_plugins
from grader.storage.run_store import RunStore, open_store
from grader.wiring import cache_folder, known_names
from grader.words import say
from grader.worker.make_run import make_run
from grader.worker.work import Work
from tests.fakes import RememberingProgress, fixed_clock
from tests.integration.stand_in_worker import StandInSandbox
from tests.unit.orchestration.small_jobs import is_alive

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.runtime, pytest.mark.takes(90, "worker processes are started, and one is killed")]


@dataclass
class Lab:
    """A scheduler, and a folder where workers and programs leave signs."""

    address: str
    folder: Path
    workers: dict[str, "subprocess.Popen[bytes]"]

    def begin(self, name: str) -> None:
        """Start a worker and wait until it is ready."""
        command = (sys.executable, "-m", "tests.integration.stand_in_worker", self.address)
        self.workers[name] = subprocess.Popen([*command, str(self.folder), name], cwd=ROOT)
        _await((self.folder / f"{name}.ready").exists)

    def signs(self, word: str) -> list[tuple[str, int]]:
        """Return which worker began ``word`` in which process."""
        found = sorted(self.folder.glob(f"{word}.begun.*"), key=lambda path: path.stat().st_mtime_ns)
        return [(path.name.split(".")[2], int(path.name.split(".")[3])) for path in found]

    def end(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """End a worker, politely or not."""
        process = self.workers.pop(name)
        process.send_signal(number)
        process.wait(60)


def _await(comes_true: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not comes_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    told = tmp_path_factory.mktemp("scheduler") / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told))
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(told.is_file)
        _await(lambda: told.stat().st_size > 0)
        yield json.loads(told.read_text())["address"]
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="module")
def lab(scheduler: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Two workers that all tests share; a test that kills one starts another."""
    lab = Lab(scheduler, tmp_path_factory.mktemp("lab"), {})
    try:
        for name in ("one", "two"):
            lab.begin(name)
        yield lab
    finally:
        for name in list(lab.workers):
            lab.end(name)


@pytest.fixture(scope="module")
def digits() -> Assignment:
    assignment = load_course(ROOT, known_names()).assignment("digits")
    assert assignment is not None
    return assignment


@dataclass
class Desk:
    """Where a grading sits: its means, and the ground its orders stand on."""

    means: Means
    ground: Ground
    folder: Path

    @property
    def work(self) -> Work:
        return Work(workplace=self.means.workplace(ROOT))

    def order(self, word: str) -> RunOrder:
        """Return the order for a program that does ``word``."""
        file = self.folder / f"{word}.py"
        file.write_text(f"# do: {word}\n")
        read = read_single(file, "digits", student=word, intake=self.means.store.intake)
        assert isinstance(read, Submission)
        return order_of(read, self.ground, 1, self.means)

    def made(self, *orders: RunOrder) -> Made:
        return runs_of(orders, self.means, course=ROOT, what=say("progress.audits"))


@contextmanager
def _desk(store: RunStore, folder: Path, digits: Assignment, executor: DaskExecutor) -> Iterator[Desk]:
    tools = Tools(
        metrics=load_plugins(METRICS),
        checks=load_plugins(CHECKS),
        sandbox=StandInSandbox(folder, "here"),
        cache=cache_folder(),
        data_dir=None,
        gpus=(),
        gpu_names=(),
        cpus=2,
        version="0",
    )
    means = Means(
        tools=tools,
        options=Options(jobs=2),
        executor=executor,
        store=store,
        progress=RememberingProgress(),
        clock=fixed_clock,
    )
    yield Desk(means, lay_ground(digits, means), folder)


@pytest.fixture
def desk(lab: Lab, tmp_path: Path, digits: Assignment) -> Iterator[Desk]:
    with (
        open_store(tmp_path / ".grader") as store,
        Client(lab.address, set_as_default=False) as client,
        _desk(store, tmp_path, digits, DaskExecutor(client, patience=5)) as desk,
    ):
        yield desk


def test_a_run_made_elsewhere_is_the_same_folder_under_the_same_key(lab: Lab, desk: Desk) -> None:
    graded = desk.order("answers")
    here = make_run(graded, Slot(number=0, gpu=None), desk.means.workplace(ROOT))
    assert not isinstance(here, NotRun)
    first = desk.means.store.publish(graded.key, desk.means.store.scratch_path(graded.key))
    again = replace(graded, key="ab" * 32, purpose=Purpose.REPEAT, repeats=graded.key)
    second = desk.made(again).runs[again.key]
    assert len(lab.signs("answers")) == 1  # the other was made here
    names = {path.name for path in first.folder.iterdir()}
    assert {path.name for path in second.folder.iterdir()} == names
    assert names >= {"order.npy", "canaries.npy", "predictions.npy", "output.bin", "run.json"}
    assert all(first.read(name) == second.read(name) for name in names - {"run.json"})
    records = [json.loads(run.read("run.json") or b"") for run in (first, second)]
    assert [record["files"] for record in records] == [{f.name: f.sha256 for f in here.files}] * 2
    assert records[0]["extra"] == records[1]["extra"]
    assert np.load(second.folder / "predictions.npy").shape == (898,)


@pytest.mark.slow
def test_a_file_is_sent_to_a_worker_once(desk: Desk) -> None:
    one = desk.order("once")
    executor = desk.means.executor
    assert isinstance(executor, DaskExecutor)
    first = desk.made(one)
    hands = list(executor._hands.values())  # noqa: SLF001 - what was sent, it says nowhere else
    (sha256,) = [file.sha256 for file in one.files]
    sent = [len(hand.sent) for hand in hands if sha256 in hand.sent]
    again = desk.made(*(replace(one, key=f"{n:064x}") for n in range(6)))
    assert len(first.runs) == len(sent) == 1
    assert len(again.runs) == 6
    assert {len(hand.sent) for hand in hands} == {1}


def test_a_killed_worker_loses_nothing_and_its_run_is_made_by_another(lab: Lab, desk: Desk) -> None:
    lab.begin("doomed")
    orders = [desk.order(f"waits-{n}") for n in range(3)]
    progress = desk.means.progress
    seen: list[str] = []

    def begun() -> bool:
        return sum(bool(lab.signs(f"waits-{n}")) for n in range(3)) == 3

    executor = desk.means.executor
    answers = executor.run(desk.work, orders, progress)

    def kill() -> None:
        _await(begun)
        seen.extend(word for n in range(3) if lab.signs(word := f"waits-{n}")[0][0] == "doomed")
        lab.end("doomed", signal.SIGKILL)
        for n in range(3):
            (lab.folder / f"waits-{n}.go").touch()

    killer = threading.Thread(target=kill)
    killer.start()
    done = list(answers)
    killer.join()
    assert sorted(one.index for one in done) == [0, 1, 2]
    assert not any(isinstance(one.answer, NotRun) for one in done)
    (word,) = seen
    (first, orphan), (second, _) = lab.signs(word)
    assert first == "doomed" != second
    _await(lambda: not is_alive(orphan))


@pytest.mark.slow
def test_a_program_that_kills_every_worker_process_is_given_up_and_is_no_zero(lab: Lab, desk: Desk) -> None:
    bad, good = desk.order("dies"), desk.order("lives")
    made = desk.made(bad, good)
    assert set(made.runs) == {good.key}
    assert made.lost[bad.key].code == "GR888"
    assert "3 times" in made.lost[bad.key].en
    assert len(lab.signs("dies")) == 3


@pytest.mark.slow
def test_a_grading_that_is_given_up_ends_its_runs(lab: Lab, desk: Desk) -> None:
    orders = [desk.order("waits-for-ever"), desk.order("first")]
    for done in desk.means.executor.run(desk.work, orders, desk.means.progress):
        assert done.index == 1
        _await(lambda: bool(lab.signs("waits-for-ever")))
        break
    ((_, process),) = lab.signs("waits-for-ever")
    _await(lambda: not is_alive(process))
    assert len(desk.made(*(desk.order(f"after-{n}") for n in range(2))).runs) == 2


OTHER = "cd" * 32


@pytest.mark.parametrize(
    ("changed", "code", "remedy"),
    [
        ("harness", "GR882", "same version of grader"),
        ("runtime", "GR884", "grader runtime install keras3"),
        ("data", "GR885", "grader data verify digits"),
        ("own data", "GR886", "-C COURSE"),
        ("sandbox", "GR883", "--sandbox bubblewrap"),
    ],
)
def test_a_worker_that_has_other_things_is_refused_with_the_remedy(
    desk: Desk, changed: str, code: str, remedy: str
) -> None:
    order = desk.order("never")
    orders = {
        "harness": replace(order, harness_sha256=OTHER),
        "runtime": replace(order, runtime_sha256=OTHER),
        "data": replace(order, data=replace(order.data, sha256=OTHER)),
        "own data": replace(order, data=replace(order.data, sha256=OTHER, own=True)),
        "sandbox": replace(order, sandbox="bubblewrap"),
    }
    with pytest.raises(SchedulerUnavailable) as refused:
        desk.made(orders[changed])
    assert refused.value.message.code == "GR880"
    assert remedy in refused.value.message.en
    progress = desk.means.progress
    assert isinstance(progress, RememberingProgress)
    assert [said.code for said in progress.said] == ["GR881"] * 2
    assert {said.fields["worker"] for said in progress.said} == {"one", "two"}  # type: ignore[attr-defined]
    assert {said.fields["reason"].code for said in progress.said} == {code}  # type: ignore[attr-defined]


@pytest.mark.slow
def test_what_no_worker_has_costs_the_others_of_a_batch_nothing(desk: Desk) -> None:
    well, other = desk.order("well"), desk.order("unwell")
    made = desk.made(replace(other, runtime_sha256=OTHER), well)
    assert set(made.runs) == {well.key}
    assert made.lost[other.key].code == "GR880"


def test_whoever_asks_for_a_cluster_is_told_how_many_work_there(lab: Lab) -> None:
    progress = RememberingProgress()
    with open_cluster(AskedCluster(scheduler=lab.address), progress, jobs=1) as cluster:
        assert cluster.slots == 2
        assert cluster.processors >= 2
        assert cluster.gpu_names == ()
    assert progress.said[0].en == "Workers: 2; programs at a time: 2."


@pytest.mark.parametrize("address", ["host:8786", "tcp://host", "ftp://host:1", "slurms", "tcp://host:port"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with (
        pytest.raises(SchedulerUnavailable) as refused,
        open_cluster(AskedCluster(scheduler=address), RememberingProgress(), jobs=1),
    ):
        raise AssertionError
    assert refused.value.message.code == "GR875"


def test_the_same_work_is_done_here_by_whoever_needs_no_scheduler(desk: Desk) -> None:
    order = desk.order("local")
    (done,) = SerialExecutor().run(desk.work, [order], desk.means.progress)
    assert done.answer.key == order.key
    assert desk.means.store.scratch_path(order.key).is_dir()
