"""The reference's record, with the real course, data and store, and a sandbox that runs nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.coursefiles.load_course import load_course
from grader.datasets.prepare import Prepared, truth
from grader.model.assignment import Assignment, VerdictSpec
from grader.model.metric import Rule
from grader.model.run import NotRun, SandboxCommand
from grader.orchestration.baseline import ReferenceRuns, reference_of, run_reference, write_reference_record
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.ground import Ground, Reference
from grader.orchestration.means import Means, Options, Tools
from grader.plugins.registry import CHECKS, METRICS, load_plugins
from grader.runtimes.catalogue import find_runtime
from grader.storage.run_store import open_store
from grader.wiring import cache_folder, known_names
from grader.worker.workplace import prepare_data
from tests.fakes import FakeSandbox, Files, RememberingProgress, fixed_clock, npy, secret_order

ROOT = Path(__file__).parents[2]
REPORT = json.dumps({"protocol": 1, "finished": True, "errors": [], "sources": {}}).encode()
RUNTIME = find_runtime("keras3", cache_folder())


def tools(sandbox: Any) -> Tools:
    return Tools(
        metrics=load_plugins(METRICS),
        checks=load_plugins(CHECKS),
        sandbox=sandbox,
        cache=cache_folder(),
        data_dir=None,
        gpus=(),
        gpu_names=(),
        cpus=2,
        version="0",
    )


@pytest.fixture
def digits(tmp_path: Path) -> Assignment:
    """The shipped digits assignment, its reference solution a file of one line."""
    shipped = load_course(ROOT, known_names()).assignment("digits")
    assert shipped is not None
    solution = tmp_path / "reference_solutions" / "digits" / "solution.py"
    solution.parent.mkdir(parents=True)
    solution.write_text("QP = 1\n")
    return replace(shipped, reference=solution)


@pytest.fixture
def prepared(digits: Assignment) -> Prepared:
    return prepare_data(digits.data.dataset, RUNTIME, data_dir=None, cache=cache_folder())


def ground_of(assignment: Assignment, prepared: Prepared) -> Ground:
    return Ground(assignment=assignment, prepared=prepared, runtime=RUNTIME)


@contextmanager
def grader_at(folder: Path, prepared: Prepared, wrong: list[int]) -> Iterator[Means]:
    """A grader whose sandbox gets the first ``wrong[0]`` test rows wrong in run 1, and so on."""
    runs = iter(wrong)

    def program(command: SandboxCommand) -> Files:
        labels = truth(prepared)
        rows = slice(0, next(runs))
        labels[rows] = (labels[rows] + 1) % 10
        return {"predictions.npy": npy(labels[secret_order(command)]), "report.json": REPORT}

    with open_store(folder / ".grader") as store:
        yield Means(
            tools=tools(FakeSandbox(program)),
            options=Options(),
            executor=SerialExecutor(),
            store=store,
            progress=RememberingProgress(),
            clock=fixed_clock,
        )


def calibrated(folder: Path, assignment: Assignment, prepared: Prepared, wrong: list[int]) -> Path:
    with grader_at(folder, prepared, wrong) as grader:
        ran = run_reference(ground_of(assignment, prepared), len(wrong), grader)
        assert isinstance(ran, ReferenceRuns)
        return write_reference_record(ran)


def known(folder: Path, assignment: Assignment, prepared: Prepared) -> Reference:
    with grader_at(folder, prepared, []) as grader:
        found = reference_of(ground_of(assignment, prepared), grader)
    assert not isinstance(found, NotRun)
    return found


def test_the_record_keeps_the_rows_of_its_first_run(
    tmp_path: Path, digits: Assignment, prepared: Prepared
) -> None:
    calibrated(tmp_path, digits, prepared, [30, 20])
    found = known(tmp_path / "elsewhere", digits, prepared)
    assert found.answers is not None
    wrong = np.flatnonzero(found.answers != truth(prepared))
    assert wrong.tolist() == list(range(30))
    assert found.baseline is not None
    assert found.baseline.summaries[0].values == (30 / 898, 20 / 898)


def test_a_record_from_before_rows_were_kept_stays_good(
    tmp_path: Path, digits: Assignment, prepared: Prepared
) -> None:
    path = calibrated(tmp_path, digits, prepared, [30, 20])
    record = json.loads(path.read_text())
    del record["rows"]
    for summary in record["metrics"]:
        del summary["rule"]
    path.write_text(json.dumps(record))
    found = known(tmp_path / "elsewhere", digits, prepared)
    assert found.answers is None
    assert found.baseline is not None


def test_the_reference_is_told_by_the_mean_whatever_the_rule(
    tmp_path: Path, digits: Assignment, prepared: Prepared
) -> None:
    best = replace(digits, verdict=VerdictSpec(rule=Rule.BEST))
    path = calibrated(tmp_path, best, prepared, [30, 20])
    (summary,) = json.loads(path.read_text())["metrics"]
    assert summary["rule"] == "mean"
    assert summary["value"] == pytest.approx(25 / 898)


def test_kept_runs_of_the_reference_are_not_made_again(
    tmp_path: Path, digits: Assignment, prepared: Prepared
) -> None:
    calibrated(tmp_path, digits, prepared, [30, 20])
    with grader_at(tmp_path, prepared, [10]) as grader:
        ran = run_reference(ground_of(digits, prepared), 3, grader)
        assert isinstance(ran, ReferenceRuns)
        assert ran.assessed.result.metrics[0].values == (30 / 898, 20 / 898, 10 / 898)
