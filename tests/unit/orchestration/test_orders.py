import pickle
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from grader.coursefiles.load_course import load_course
from grader.datasets.prepare import prepare
from grader.model.assignment import Assignment
from grader.model.evidence import Source
from grader.model.message import Text
from grader.model.order import RunOrder
from grader.model.run import Purpose
from grader.model.submission import FileKind, Submission
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.ground import Ground
from grader.orchestration.means import Means, Options, Tools
from grader.orchestration.orders import audit_order_of, limits_of, order_of, threads_for
from grader.runtimes.catalogue import Runtime
from grader.storage.run_store import RunStore, StoredRun
from tests.fakes import FakeSandbox, RememberingProgress, fixed_clock
from tests.unit.coursefiles.written import KNOWN, VALID, a_course
from tests.unit.measuring.made import run

SUBMISSION = Submission(
    id="ana",
    student="Ana",
    assignment="mnist-dense",
    attempt=1,
    files=(),
    main="a.py",
    kind=FileKind.SCRIPT,
    digest="aa" * 32,
)
RUNTIME = Runtime(
    name="keras3",
    python=Path("/opt/runtime/bin/python"),
    binds=(),
    environment=(),
    site_packages="/opt/runtime/lib",
    site_packages_here=Path("/nowhere"),
    digest="bb" * 32,
)


def _assignment(folder: Path, text: str = VALID) -> Assignment:
    return load_course(a_course(folder, text), KNOWN).assignments[0]


def _tools(**fields: Any) -> Tools:
    made = Tools(
        metrics=KNOWN.metrics,
        checks=KNOWN.kinds,
        sandbox=FakeSandbox(lambda _: {}),
        cache=Path("/nowhere"),
        data_dir=None,
        gpus=(),
        gpu_names=(),
        cpus=2,
        version="0",
    )
    return replace(made, **fields)


def _means(folder: Path, **changed: Any) -> Means:
    options = Options(jobs=changed.pop("jobs", 1), **changed.pop("limits", {}))
    return Means(
        tools=_tools(**changed),
        options=options,
        executor=SerialExecutor(),
        store=RunStore(folder),
        progress=RememberingProgress(),
        clock=fixed_clock,
    )


def _order(folder: Path, assignment: Assignment, **changed: Any) -> RunOrder:
    """Return the order for a run, as it is or with one thing changed."""
    parts: dict[str, Any] = {"prepared": prepare("pele", data_dir=None, cache=folder), "runtime": RUNTIME}
    parts |= {name: changed.pop(name) for name in list(changed) if name in parts}
    number, submission = changed.pop("number", 1), changed.pop("submission", SUBMISSION)
    ground = Ground(assignment=assignment, **parts)
    return order_of(submission, ground, number, _means(folder, **changed))


def test_limits_are_the_assignments_unless_lower_ones_are_asked_for(tmp_path: Path) -> None:
    assignment = _assignment(tmp_path)
    whole = limits_of(assignment, Options(), reference_seconds=10)
    assert (whole.wall_seconds, whole.memory_bytes) == (1200, 4 * 2**30)
    lower = limits_of(assignment, Options(timeout_seconds=30, memory_bytes=2**30), reference_seconds=10)
    assert (lower.wall_seconds, lower.memory_bytes) == (30, 2**30)
    higher = limits_of(assignment, Options(timeout_seconds=9e9, memory_bytes=2**50), reference_seconds=10)
    assert higher == whole


@pytest.mark.parametrize(("reference", "limit"), [(100.0, 500), (1.0, 60), (None, 3600)])
def test_a_limit_told_by_the_reference_follows_its_time(
    tmp_path: Path, reference: float | None, limit: float
) -> None:
    assignment = _assignment(tmp_path, VALID.replace('"20 min"', '"5 x reference"'))
    assert limits_of(assignment, Options(), reference_seconds=reference).wall_seconds == limit


def test_a_runs_key_names_all_that_the_run_depends_on(tmp_path: Path) -> None:
    assignment = _assignment(tmp_path / "course")
    other_data = _assignment(tmp_path / "other", VALID.replace('"mnist"', '"digits"'))
    changes: list[dict[str, Any]] = [
        {},
        {"submission": replace(SUBMISSION, digest="cc" * 32)},
        {"number": 2},
        {"runtime": replace(RUNTIME, digest="dd" * 32)},
        {"runtime": replace(RUNTIME, environment=(("TF_USE_LEGACY_KERAS", "1"),))},
        {"limits": {"timeout_seconds": 61}},
        {"limits": {"memory_bytes": 2**31}},
        {"sandbox": FakeSandbox(lambda _: {}, name="none")},
        {"prepared": prepare("abc", data_dir=None, cache=tmp_path)},
    ]
    keys = [_order(tmp_path, assignment, **change).key for change in changes]
    keys.append(_order(tmp_path, other_data).key)
    assert len(set(keys)) == len(keys)


def test_a_runs_key_does_not_depend_on_who_handed_in_or_how_many_run_at_a_time(tmp_path: Path) -> None:
    assignment = _assignment(tmp_path / "course")
    renamed = replace(assignment, title=Text("Outro", "Other"))
    key = _order(tmp_path, assignment).key
    assert _order(tmp_path, renamed, jobs=2).key == key
    assert _order(tmp_path, assignment, submission=replace(SUBMISSION, student="Bia", id="bia")).key == key


def test_an_order_holds_no_place_and_no_name_of_this_machine(tmp_path: Path) -> None:
    order = _order(tmp_path, _assignment(tmp_path / "course"), number=3)
    assert str(order) == "Ana · mnist-dense · 3"
    told = repr(asdict(order))
    assert str(tmp_path) not in told
    assert "Path(" not in told
    assert pickle.loads(pickle.dumps(order)) == order  # noqa: S301 - our own bytes


@pytest.mark.parametrize(("cpus", "jobs", "threads"), [(8, 2, 4), (2, 1, 2), (2, 4, 1), (3, 2, 1), (4, 0, 4)])
def test_processors_are_shared_fairly(tmp_path: Path, cpus: int, jobs: int, threads: int) -> None:
    assert threads_for(_means(tmp_path, cpus=cpus, jobs=jobs)) == threads


@pytest.mark.parametrize("purpose", [Purpose.PAIR, Purpose.REPEAT, Purpose.PLACEBO])
@pytest.mark.parametrize("evidence", [Source.PREDICTIONS, Source.MODEL])
def test_an_extra_run_is_asked_for_the_same_and_its_model_applied_only_where_that_answers(
    tmp_path: Path, purpose: Purpose, evidence: Source
) -> None:
    every = VALID.replace('"predictions"]', '"predictions", "captured", "model"]')
    graded = _order(tmp_path, _assignment(tmp_path / "course", every))
    first = StoredRun(run=run(), refused=(), folder=tmp_path, extra={})
    extra = audit_order_of(graded, first, purpose, SUBMISSION, evidence)
    assert extra.asks == graded.asks, "the program can read what is asked for"
    assert extra.applies_model == (evidence is Source.MODEL)
