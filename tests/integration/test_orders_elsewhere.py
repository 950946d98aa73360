"""An order is made by another process in another place as it is here: it names everything by content."""

import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.coursefiles.find_submissions import read_single
from grader.coursefiles.load_course import load_course
from grader.model.order import RunAnswer, RunOrder, Slot
from grader.model.run import Purpose, RunStatus
from grader.model.submission import Submission
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.ground import lay_ground
from grader.orchestration.means import Means, Options
from grader.orchestration.orders import order_of
from grader.storage.run_store import RunStore, open_store
from grader.wiring import Request, known_names, tools_for
from grader.worker.make_run import make_run
from tests.fakes import RememberingProgress, fixed_clock

ROOT = Path(__file__).parents[2]
PROGRAM = """
import numpy as np
ax = np.loadtxt("ax.txt", skiprows=1)
ay = np.loadtxt("ay.txt", skiprows=1).astype(int)
qx = np.loadtxt("qx.txt", skiprows=1)
middles = np.array([ax[ay == digit].mean(axis=0) for digit in range(10)])
QP = ((qx[:, None, :] - middles) ** 2).sum(axis=2).argmin(axis=1)
"""
ELSEWHERE = """
import pickle, sys
from grader.model.order import Slot
from grader.worker.make_run import make_run
with open(sys.argv[1], "rb") as stream:
    order, workplace = pickle.load(stream)
answer = make_run(order, Slot(number=1, gpu=None), workplace)
with open(sys.argv[2], "wb") as stream:
    pickle.dump((answer, [name for name in sys.modules if name.startswith("grader.measuring")]), stream)
"""

pytestmark = [pytest.mark.sandbox, pytest.mark.runtime]


def _ordered(store: RunStore, folder: Path) -> tuple[RunOrder, Means]:
    """Return the order for the first run of a small honest program, and the means of this machine."""
    file = folder / "digits.py"
    file.write_text(PROGRAM)
    assignment = load_course(ROOT, known_names()).assignment("digits")
    assert assignment is not None
    submission = read_single(file, "digits", student="Ana", intake=store.intake)
    assert isinstance(submission, Submission)
    means = Means(
        tools=tools_for(Request()),
        options=Options(),
        executor=SerialExecutor(),
        store=store,
        progress=RememberingProgress(),
        clock=fixed_clock,
    )
    return order_of(submission, lay_ground(assignment, means), 1, means), means


def _made_elsewhere(order: RunOrder, means: Means, folder: Path) -> RunAnswer:
    """Have another process, whose working directory is another, make the run."""
    asked, answered = folder / "order.pickle", folder / "answer.pickle"
    asked.write_bytes(pickle.dumps((order, means.workplace(ROOT))))
    away = folder / "away"
    away.mkdir()
    subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(asked), str(answered)], cwd=away, check=True, timeout=120
    )
    answer, measuring = pickle.loads(answered.read_bytes())  # noqa: S301 - our own bytes
    assert measuring == []
    assert isinstance(answer, RunAnswer)
    return answer


def test_a_run_ordered_here_is_the_same_when_another_process_makes_it(tmp_path: Path) -> None:
    with open_store(tmp_path / ".grader") as store:
        order, means = _ordered(store, tmp_path)
        here = make_run(order, Slot(number=0, gpu=None), means.workplace(ROOT))
        assert isinstance(here, RunAnswer)
        first = store.publish(order.key, store.scratch_path(order.key))
        assert first.run.status is RunStatus.OK
        again = replace(order, key="ab" * 32, purpose=Purpose.REPEAT, repeats=order.key)
        there = _made_elsewhere(again, means, tmp_path)
        second = store.publish(again.key, store.scratch_path(again.key))
    assert _same_bytes(here, there) >= {"order.npy", "canaries.npy", "predictions.npy", "output.bin"}
    assert {file.name for file in here.files} == {file.name for file in there.files}
    assert np.array_equal(*(np.load(run.folder / "predictions.npy") for run in (first, second)))
    record = json.loads((second.folder / "run.json").read_bytes())
    assert record["files"] == {file.name: file.sha256 for file in there.files}


def _same_bytes(one: RunAnswer, other: RunAnswer) -> set[str]:
    digests = {file.name: file.sha256 for file in other.files}
    return {file.name for file in one.files if digests[file.name] == file.sha256}


@pytest.mark.parametrize("changed", ["data", "runtime", "harness", "submission"])
def test_what_is_not_what_was_ordered_is_not_run(tmp_path: Path, changed: str) -> None:
    with open_store(tmp_path / ".grader") as store:
        order, means = _ordered(store, tmp_path)
        other = "cd" * 32
        orders = {
            "data": replace(order, data=replace(order.data, sha256=other)),
            "runtime": replace(order, runtime_sha256=other),
            "harness": replace(order, harness_sha256=other),
            "submission": replace(order, files=(replace(order.files[0], sha256=other),)),
        }
        executor = SerialExecutor()
        workplace = means.workplace(ROOT)
        (done,) = executor.run(
            lambda job, slot: make_run(job, slot, workplace), [orders[changed]], RememberingProgress()
        )
    why = done.answer.reason
    assert why.code == ("GR803" if changed == "submission" else "GR804")
