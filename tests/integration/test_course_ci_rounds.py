"""What a course expects of its programs, with real data and judging, and a sandbox that runs nothing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from grader.authoring.ci.programs import Program
from grader.authoring.ci.run_programs import run_programs
from grader.authoring.ci.run_zoo import QUICK, run_zoo
from grader.model.assignment import AuditSpec
from grader.model.expectation import Came, Expectation, Part
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.means import Means, Options
from grader.plugins.interfaces import Sandbox
from grader.storage.run_store import RunStore, open_store
from tests.fakes import DeadSandbox, RememberingProgress, fixed_clock
from tests.integration.played_class import Digits, tools_with
from tests.integration.test_selftest_rounds import ANSWERS, always_zero, whole_zoo

ZERO = {"ZERO = True": always_zero}


def _programs(folder: Path) -> tuple[Program, ...]:
    each = (
        (Part.REFERENCE, "reference", "RIGHT = True", None),
        (Part.STARTER, "starter", "ZERO = True", None),
        (Part.WRONG, "wrong-error-zero.py", "ZERO = True", "error"),
        (Part.WRONG, "wrong-error-right.py", "RIGHT = True  # who calls it wrong is wrong", "error"),
    )
    programs = []
    for part, name, text, check in each:
        path = folder / f"{name.removesuffix('.py')}.py"
        path.write_text(text, encoding="utf-8")
        programs.append(
            Program(assignment="digits", part=part, name=name, path=path, where=path.name, caught_by=check)
        )
    return tuple(programs)


class _Course:
    """The course with one assignment, whose programs a sandbox of ours runs; runs stay in one store."""

    def __init__(self, folder: Path, ground: Digits) -> None:
        self.folder = folder
        self.course, assignment, self.prepared = ground
        self.assignment = replace(assignment, audits=AuditSpec(pair=False, placebo=False, fresh=False))

    def programs(self, sandbox: Sandbox) -> Sequence[Expectation]:
        with open_store(self.folder / "store") as store:
            programs = _programs(self.folder)
            return run_programs(programs, self.course, [self.assignment], self._means(sandbox, store))

    def zoo(self, sandbox: Sandbox) -> Sequence[Expectation]:
        with open_store(self.folder / "store") as store:
            return tuple(run_zoo(self.course, self.assignment, self._means(sandbox, store)))

    def _means(self, sandbox: Sandbox, store: RunStore) -> Means:
        return Means(
            tools=tools_with(sandbox),
            options=Options(runs=1),
            executor=SerialExecutor(),
            store=store,
            progress=RememberingProgress(),
            clock=fixed_clock,
        )


@pytest.fixture
def course(tmp_path: Path, digits: Digits) -> _Course:
    return _Course(tmp_path, digits)


def test_each_program_is_held_against_what_is_expected_of_it_and_run_once(course: _Course) -> None:
    sandbox = whole_zoo(ZERO, course.prepared)
    came = [one.came for one in course.programs(sandbox)]
    assert came == [Came.HELD, Came.HELD, Came.HELD, Came.BROKEN]
    made = len(sandbox.calls)
    assert made >= 4
    assert [one.came for one in course.programs(sandbox)] == came
    assert len(sandbox.calls) == made


def test_nothing_is_known_of_a_course_where_the_sandbox_is_dead(course: _Course) -> None:
    assert {one.came for one in course.programs(DeadSandbox())} == {Came.LOST}
    assert {one.came for one in course.zoo(DeadSandbox())} == {Came.LOST}


def test_the_quick_zoo_is_caught_and_kept(course: _Course) -> None:
    sandbox = whole_zoo(ANSWERS, course.prepared)
    zoo = course.zoo(sandbox)
    assert {one.came for one in zoo} == {Came.HELD}
    assert len(zoo) == len(set(QUICK) - {"by-hand"})
    made = len(sandbox.calls)
    assert course.zoo(sandbox) == zoo
    assert len(sandbox.calls) == made
