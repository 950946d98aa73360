"""The self-test's judgement, with the real course, data and judging, and a sandbox that runs nothing."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.datasets.prepare import Prepared, truth
from grader.model.assignment import Assignment, AuditSpec
from grader.model.errors import CourseError
from grader.model.message import Language
from grader.model.run import SandboxCommand
from grader.model.selftest import Cell, Ending, Matrix, Row
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.means import Means, Options
from grader.orchestration.selftest import selftest
from grader.orchestration.zoo import animals, write_zoo
from grader.reporting.selftest_shown import judgement
from grader.runtimes.catalogue import find_runtime
from grader.storage.run_store import open_store
from grader.wiring import cache_folder
from grader.worker.workplace import prepare_data
from tests.fakes import DeadSandbox, FakeSandbox, Files, RememberingProgress, fixed_clock, npy, served_folder
from tests.integration.played_class import REPORT, Digits, tools_with
from tests.integration.test_audit_rounds import honest, in_order

Answer = Callable[[SandboxCommand, Prepared], NDArray[Any]]
Ground = Digits


def always_right(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
    return in_order(truth(prepared), command)


def always_zero(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
    return np.zeros(len(truth(prepared)), dtype=np.int64)


def served_labels(command: SandboxCommand, prepared: Prepared) -> NDArray[Any]:
    labels: NDArray[Any] = np.load(served_folder(command) / "y_test.npy")
    return labels


ANSWERS: Mapping[str, Answer] = {
    "QP = QY": served_labels,
    "order = np.lexsort": always_right,
    "bincount(AY).argmax())": always_zero,
    "rng().integers": always_zero,
    "usual = int": always_zero,
    "in published order": always_zero,
    "their labels are not": always_zero,
}


def whole_zoo(answers: Mapping[str, Answer], prepared: Prepared) -> FakeSandbox:
    """A sandbox that knows a program by a line of its text; all others are honest."""

    def run(command: SandboxCommand) -> Files:
        staged = next(bind.source for bind in command.binds if bind.target == "/staged")
        text = "\n".join(path.read_text() for path in staged.glob("*.py"))
        answer = next((told for line, told in answers.items() if line in text), honest)
        return {"predictions.npy": npy(answer(command, prepared)), "report.json": REPORT}

    return FakeSandbox(run)


def grade_zoo(
    folder: Path, ground: Ground, answers: Mapping[str, Answer] = ANSWERS, only: tuple[str, ...] = ()
) -> Matrix:
    course, assignment, prepared = ground
    assignment = replace(assignment, audits=AuditSpec(twins=False))
    with open_store(folder / "store") as store:
        grader = Means(
            tools=tools_with(whole_zoo(answers, prepared)),
            options=Options(runs=1),
            executor=SerialExecutor(),
            store=store,
            progress=RememberingProgress(),
            clock=fixed_clock,
        )
        return selftest(course, assignment, means=grader, folder=folder / "zoo", only=only)


def row(matrix: Matrix, name: str) -> Row:
    return next(one for one in matrix.rows if one.animal.name == name)


def caught_by(one: Row) -> set[str]:
    return {column.name for column, cell in one.cells.items() if cell is Cell.CAUGHT}


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory, digits: Ground) -> Matrix:
    return grade_zoo(tmp_path_factory.mktemp("zoo"), digits)


def test_each_is_caught_by_what_is_meant_for_it(matrix: Matrix) -> None:
    assert caught_by(row(matrix, "majority")) == {"error", "untrained"}
    assert caught_by(row(matrix, "copier")) == {"error", "canary", "untrained"}
    assert {"placebo"} <= caught_by(row(matrix, "by-content"))
    assert row(matrix, "by-content").ending is Ending.CAUGHT


def test_an_honest_control_is_left_in_peace(matrix: Matrix) -> None:
    assert (row(matrix, "honest").ending, caught_by(row(matrix, "honest"))) == (Ending.CLEAR, set())


def test_what_was_not_asked_is_told_apart_from_what_found_nothing(matrix: Matrix) -> None:
    cells = {column.name: cell for column, cell in row(matrix, "majority").cells.items()}
    assert (cells["pair"], cells["placebo"], cells["canary"]) == (Cell.NOT_MADE, Cell.NOT_MADE, Cell.PASSED)


def test_what_nothing_catches_is_a_hole(matrix: Matrix) -> None:
    """To this sandbox the denoised copier is an honest program: nothing can catch it."""
    assert row(matrix, "denoised-copier").ending is Ending.HOLE
    assert not matrix.holds
    assert "digits/denoised-copier" in judgement((matrix,), Language.EN)


def test_what_the_zoo_tolerates_is_no_hole(matrix: Matrix) -> None:
    assert row(matrix, "scaler-on-all").ending is Ending.TOLERATED


def test_an_honest_program_that_is_accused_is_a_false_alarm(tmp_path: Path, digits: Ground) -> None:
    accused = grade_zoo(tmp_path, digits, {"model = network()": always_right, **ANSWERS})
    assert row(accused, "honest").ending is Ending.ALARM
    assert "placebo" in caught_by(row(accused, "honest"))


def test_only_the_programs_named_are_graded(tmp_path: Path, digits: Ground) -> None:
    some = grade_zoo(tmp_path, digits, only=("copier", "majority"))
    assert [one.animal.name for one in some.rows] == ["majority", "copier"]
    assert caught_by(row(some, "copier")) == {"error", "canary", "untrained"}


def test_a_program_that_the_zoo_has_not_is_named_with_those_it_has(tmp_path: Path, digits: Ground) -> None:
    with pytest.raises(CourseError, match=r"no program called by-hand.*honest, majority"):
        grade_zoo(tmp_path, digits, only=("majority", "by-hand"))


def test_it_is_found_out_that_nothing_could_be_graded(tmp_path: Path, digits: Ground) -> None:
    course, assignment, _ = digits
    with open_store(tmp_path / "store") as store:
        grader = Means(
            tools=tools_with(DeadSandbox()),
            options=Options(runs=1),
            executor=SerialExecutor(),
            store=store,
            progress=RememberingProgress(),
            clock=fixed_clock,
        )
        dead = selftest(course, assignment, means=grader, folder=tmp_path / "zoo")
    assert {one.ending for one in dead.rows} == {Ending.NOT_GRADED}
    assert not dead.holds


@pytest.fixture(scope="module")
def pele(digits: Ground) -> tuple[Assignment, Prepared]:
    course = digits[0]
    assignment = course.assignment("pele")
    assert assignment is not None
    runtime = find_runtime("keras2", cache_folder())
    return assignment, prepare_data(assignment.data.dataset, runtime, data_dir=None, cache=cache_folder())


def test_every_program_of_the_zoo_is_python(
    tmp_path: Path, digits: Ground, pele: tuple[Assignment, Prepared]
) -> None:
    for folder, (assignment, prepared) in (("served", digits[1:]), ("typed", pele)):
        written = write_zoo(assignment, prepared, tmp_path / folder)
        programs = sorted((tmp_path / folder).rglob("*.py"))
        assert len(programs) >= len(written) >= 8
        for program in programs:
            ast.parse(program.read_text(encoding="utf-8"))


def test_every_animal_lives_somewhere_and_says_what_is_meant_to_catch_it(
    tmp_path: Path, digits: Ground, pele: tuple[Assignment, Prepared]
) -> None:
    served = write_zoo(digits[1], digits[2], tmp_path / "served")
    typed = write_zoo(*pele, tmp_path / "typed")
    assert {*served, *typed} == set(animals())
    assert all(one.caught_by or one.control or one.tolerated for one in animals())


def test_programs_load_any_dataset_as_its_definition_says(tmp_path: Path, digits: Ground) -> None:
    names = ("rows.csv", "kinds.csv", "asked.csv", "answers.csv")
    given = tuple(replace(one, file=name) for one, name in zip(digits[2].dataset.given, names, strict=True))
    form = replace(digits[2].dataset.form, counted=False, delimiter=";")
    others = replace(digits[2].dataset, name="leaves", given=given, form=form)
    write_zoo(digits[1], replace(digits[2], dataset=others), tmp_path / "files")
    honest = (tmp_path / "files" / "honest" / "digits" / "digits.py").read_text()
    assert "QX, QY = np.loadtxt(\"asked.csv\", skiprows=0, delimiter=';')" in honest
    loaded = replace(others, loader="leaves")
    write_zoo(digits[1], replace(digits[2], dataset=loaded), tmp_path / "loader")
    honest = (tmp_path / "loader" / "honest" / "digits" / "digits.py").read_text()
    assert "datasets.leaves.load_data()" in honest


def test_data_that_the_zoo_has_no_programs_for_are_told(tmp_path: Path, digits: Ground) -> None:
    numbers = replace(digits[2], dataset=replace(digits[2].dataset, classes=()))
    in_words = replace(digits[2].dataset, form=replace(digits[2].dataset.form, named=True))
    for other in (numbers, replace(digits[2], dataset=in_words)):
        with pytest.raises(CourseError, match="no programs for data like those of digits"):
            write_zoo(digits[1], other, tmp_path)
