"""A class graded with the real course, data, judging and store, and a sandbox that runs nothing."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from grader.coursefiles.find_submissions import find_submissions
from grader.coursefiles.load_course import Known, load_course
from grader.datasets.prepare import Prepared, truth
from grader.model.assignment import Assignment, AuditSpec, Course
from grader.model.result import Grading, SubmissionResult
from grader.model.run import SandboxCommand
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.grade import grade_course
from grader.orchestration.means import Means, Options, Tools
from grader.plugins.interfaces import Sandbox
from grader.plugins.registry import CHECKS, METRICS, load_plugins
from grader.runtimes.catalogue import find_runtime
from grader.storage.run_store import open_store
from grader.wiring import cache_folder
from grader.worker.workplace import prepare_data
from tests.fakes import (
    FakeSandbox,
    Files,
    RememberingProgress,
    fixed_clock,
    npy,
    secret_order,
)

ROOT = Path(__file__).parents[2]
Digits = tuple[Course, Assignment, Prepared]
REPORT = json.dumps({"protocol": 1, "finished": True, "errors": [], "sources": {}}).encode()


def small_digits() -> Digits:
    """The shipped digits assignment without its model checks: nothing here trains a model."""
    known = Known(
        datasets=("digits", "mnist", "fashion-mnist", "noisynote", "pele"),
        metrics=load_plugins(METRICS),
        runtimes=("keras3", "keras2"),
        kinds=load_plugins(CHECKS),
    )
    course = load_course(ROOT, known, only=("digits",))
    whole = course.assignment("digits")
    assert whole is not None
    checks = tuple(c for c in whole.checks if c.kind in ("metric", "runs"))
    points = sum((c.points for c in checks), Decimal(0))
    quiet = AuditSpec(pair=False, placebo=False)
    assignment = replace(whole, checks=checks, points=points, reference=None, audits=quiet)
    runtime = find_runtime("keras3", cache_folder())
    return (
        course,
        assignment,
        prepare_data(assignment.data.dataset, runtime, data_dir=None, cache=cache_folder()),
    )


def tools_with(sandbox: Sandbox) -> Tools:
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


class Class:
    """A folder of submissions to grade again and again with one store."""

    def __init__(self, folder: Path, course: Course, assignment: Assignment) -> None:
        self.folder = folder
        self.course = course
        self.assignment = assignment
        self.published: list[Grading] = []
        self.progress = RememberingProgress()

    def hand_in(self, student: str, text: str = "x = 1\n", name: str = "digits.py") -> None:
        place = self.folder / "submissions" / student / "digits"
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)

    def grade(self, sandbox: Sandbox, **options: object) -> dict[str, SubmissionResult]:
        with open_store(self.folder / ".grader") as store:
            found = find_submissions(self.folder / "submissions", ["digits"], intake=store.intake)
            grader = Means(
                tools=tools_with(sandbox),
                options=Options(**options),  # type: ignore[arg-type]
                executor=SerialExecutor(),
                store=store,
                progress=self.progress,
                clock=fixed_clock,
            )
            grading = grade_course(
                self.course,
                [self.assignment],
                found,
                means=grader,
                publish=self.published.append,
            )
        return {result.student: result for result in grading.submissions}


@contextmanager
def errors_in(rows: int, prepared: Prepared) -> Iterator[FakeSandbox]:
    """A sandbox whose program gets exactly ``rows`` test rows wrong, others in each run."""
    runs = iter(range(1000))

    def program(command: SandboxCommand) -> Files:
        labels = truth(prepared)
        wrong = np.random.default_rng(next(runs)).permutation(len(labels))[:rows]
        labels[wrong] = (labels[wrong] + 1) % 10
        return {"predictions.npy": npy(labels[secret_order(command)]), "report.json": REPORT}

    yield FakeSandbox(program)


def errors_allowed(assignment: Assignment) -> int:
    """Return the errors that just meet the digits threshold."""
    threshold = next(c.threshold.value for c in assignment.checks if c.kind == "metric")  # type: ignore[attr-defined]
    return int(np.ceil(threshold * 898)) - 1


def model_archive(*layers: str) -> bytes:
    """Return a well-formed .keras archive with made-up weights: nobody of ours loads it."""
    config = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "layers": [{"module": "keras.layers", "class_name": name, "config": {}} for name in layers]
        },
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        made.writestr("config.json", json.dumps(config))
        made.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(64))
    return buffer.getvalue()
