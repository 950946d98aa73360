"""One course with its reports, where programs that are only played are graded and made again."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.coursefiles.find_submissions import find_submissions
from grader.coursefiles.read_certificate import load_certificate
from grader.datasets.prepare import Prepared, truth
from grader.model.assignment import Assignment, AuditSpec, Course
from grader.model.certificate import Certificate, Verification
from grader.model.run import SandboxCommand
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.grade import grade_course
from grader.orchestration.means import Means, Options
from grader.orchestration.verify import verify
from grader.plugins.interfaces import Sandbox
from grader.storage.course_key import key_of
from grader.storage.run_store import RunStore, open_store
from tests.builders import a_publisher
from tests.fakes import (
    FakeSandbox,
    Files,
    RememberingProgress,
    fixed_clock,
    npy,
    secret_order,
    served_folder,
)
from tests.integration.played_class import REPORT, tools_with

Answers = Callable[[SandboxCommand, Prepared], NDArray[Any]]
RUNS = 3


def seed_of(command: SandboxCommand) -> int:
    job = next(bind.source for bind in command.binds if bind.target == "/job") / "job.json"
    seed: int = json.loads(job.read_bytes())["seed"]
    return seed


def wrong_in(labels: NDArray[Any], rows: int, randomness: np.random.Generator) -> NDArray[Any]:
    wrong = randomness.permutation(len(labels))[:rows]
    labels[wrong] = (labels[wrong] + 1) % 10
    return labels


def seeded(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
    """Twenty rows wrong: which ones, its seed and the order of its training rows say, as in any training."""
    x_train = np.load(served_folder(command) / "x_train.npy")
    learnt = int(np.dot(np.arange(len(x_train)), x_train.astype(np.int64)).sum())
    return wrong_in(truth(prepared), 20, np.random.default_rng([seed_of(command), learnt]))


def reads_labels(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
    """Twenty rows wrong: which ones, the served test labels and their order say."""
    shown = np.load(served_folder(command) / "y_test.npy").astype(np.int64)
    drawn = int(np.dot(np.arange(len(shown)), shown))
    return wrong_in(truth(prepared), 20, np.random.default_rng(drawn))


def random_itself(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
    """Some twenty rows wrong, others every time."""
    randomness = np.random.default_rng()
    return wrong_in(truth(prepared), int(randomness.integers(18, 23)), randomness)


def worse_now(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
    """Four in five wrong."""
    return wrong_in(truth(prepared), 700, np.random.default_rng())


class Desk:
    """One course with its reports, where a class is graded and results are made again."""

    def __init__(self, folder: Path, course: Course, assignment: Assignment, prepared: Prepared) -> None:
        self.folder = folder
        self.course = course
        self.assignment = replace(assignment, audits=AuditSpec(pair=False, placebo=False))
        self.prepared = prepared
        self.progress = RememberingProgress()

    @property
    def certificate(self) -> Path:
        return self.folder / "reports" / "digits" / "ana.certificate.json"

    def hand_in(self, text: str = "x = 1\n") -> None:
        place = self.folder / "submissions" / "ana" / "digits"
        place.mkdir(parents=True, exist_ok=True)
        (place / "digits.py").write_text(text)

    def sandbox(self, answers: Answers) -> FakeSandbox:
        def program(command: SandboxCommand) -> Files:
            own = answers(command, self.prepared)
            return {"predictions.npy": npy(own[secret_order(command)]), "report.json": REPORT}

        return FakeSandbox(program)

    def grader(self, sandbox: Sandbox, store: RunStore, **options: Any) -> Means:
        return Means(
            tools=tools_with(sandbox),
            options=Options(**options),
            executor=SerialExecutor(),
            store=store,
            progress=self.progress,
            clock=fixed_clock,
        )

    def grade(self, answers: Answers, *, runs: int = RUNS) -> Certificate:
        self.hand_in()
        with open_store(self.folder / ".grader") as store:
            publisher = replace(a_publisher(self.folder / "reports"), key=key_of(store.folder))
            found = find_submissions(self.folder / "submissions", ["digits"], intake=store.intake)
            grader = self.grader(self.sandbox(answers), store, runs=runs)
            grade_course(self.course, [self.assignment], found, means=grader, publish=publisher.publish)
        return load_certificate(self.certificate)

    def verify(self, certificate: Certificate, sandbox: Sandbox) -> Verification:
        with open_store(self.folder / ".grader") as store:
            found = find_submissions(self.folder / "submissions", ["digits"], intake=store.intake)
            grader = self.grader(sandbox, store)
            return verify(certificate, found.submissions[0], self.assignment, means=grader)
