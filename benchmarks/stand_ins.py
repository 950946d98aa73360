"""A class of stand-ins: all of a grading but the programs; a sandbox that runs nothing answers for them.

What is measured with it is the grader's own: intake, orders, store, judging, pages. Everybody hands in
another file and has answers of their own.
"""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from grader.coursefiles.find_submissions import find_submissions
from grader.coursefiles.load_course import load_course
from grader.datasets.prepare import truth
from grader.model.assignment import Assignment, AuditSpec, Course
from grader.model.message import Language
from grader.model.run import SandboxCommand
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.grade import grade_course
from grader.orchestration.means import Means, Options, Tools
from grader.orchestration.publish import Publisher
from grader.runtimes.catalogue import find_runtime
from grader.storage.course_key import key_of
from grader.storage.kept_pages import KeptPages
from grader.storage.run_store import open_store
from grader.wiring import cache_folder, exporters, known_names
from grader.worker.workplace import prepare_data
from tests.fakes import FakeSandbox, Files, RememberingProgress, fixed_clock, npy, secret_order

ROOT = Path(__file__).parents[1]
REPORT = json.dumps({"protocol": 1, "finished": True, "errors": [], "sources": {}}).encode()
WRONG_ROWS = 20


class StandIns:
    """A class below ``folder`` that can be graded again and again, each time with one store."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder = folder
        self._known = known_names()
        self._course, self._assignment = _course(self._known)
        for number in range(count):
            place = folder / "submissions" / f"student{number:05}" / self._assignment.slug
            place.mkdir(parents=True)
            (place / f"{self._assignment.slug}.py").write_text(f"x = {number}\n", encoding="utf-8")

    @property
    def reports(self) -> Path:
        """Where the pages are."""
        return self._folder / "reports"

    def grade(self) -> int:
        """Grade the class; return how many runs were made."""
        sandbox = FakeSandbox(self._answering())
        with open_store(self._folder / ".grader") as store:
            found = find_submissions(
                self._folder / "submissions", [self._assignment.slug], intake=store.intake
            )
            publisher = Publisher(
                reports=self.reports,
                language=Language.PT,
                exporters=exporters(),
                key=key_of(store.folder),
                kept=KeptPages(file=store.folder / "pages.json", reports=self.reports),
            )
            grade_course(
                self._course,
                [self._assignment],
                found,
                means=Means(
                    tools=self._tools(sandbox),
                    options=Options(runs=1),
                    executor=SerialExecutor(),
                    store=store,
                    progress=RememberingProgress(),
                    clock=fixed_clock,
                ),
                publish=publisher.publish,
            )
        return len(sandbox.calls)

    def _tools(self, sandbox: FakeSandbox) -> Tools:
        return Tools(
            metrics=self._known.metrics,
            checks=self._known.kinds,
            sandbox=sandbox,
            cache=cache_folder(),
            data_dir=None,
            gpus=(),
            gpu_names=(),
            cpus=1,
            version="0",
        )

    def _answering(self) -> Any:
        runtime = find_runtime("keras3", cache_folder())
        prepared = prepare_data(self._assignment.data.dataset, runtime, data_dir=None, cache=cache_folder())
        labels = truth(prepared)

        def program(command: SandboxCommand) -> Files:
            text = next(Path(command.binds[0].source).glob("*.py")).read_text(encoding="utf-8")
            answers, source = labels.copy(), np.random.default_rng(int(text.split()[-1]))
            wrong = source.permutation(len(labels))[:WRONG_ROWS]
            answers[wrong] = (answers[wrong] + 1) % 10
            return {"predictions.npy": npy(answers[secret_order(command)]), "report.json": REPORT}

        return program


def _course(known: Any) -> tuple[Course, Assignment]:
    """Return the shipped digits assignment with the checks that predictions alone answer, without audits."""
    course = load_course(ROOT, known)
    whole = course.assignment("digits")
    if whole is None:
        raise LookupError("digits")
    checks = tuple(check for check in whole.checks if check.kind in ("metric", "runs"))
    points = sum((check.points for check in checks), Decimal(0))
    quiet = AuditSpec(order=False, canary=False, pair=False, placebo=False, fresh=False)
    return course, replace(whole, checks=checks, points=points, reference=None, audits=quiet)
