"""A kind of check that asks for variables: from its table in a course to its answer."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import pytest

from grader.coursefiles.find_submissions import find_submissions
from grader.coursefiles.load_course import Known, load_course
from grader.measuring.judging.facts import Facts
from grader.model.ask import Ask
from grader.model.check import CheckResult, Outcome
from grader.model.errors import CourseError
from grader.model.message import Text
from grader.model.result import SubmissionResult
from grader.model.run import SandboxCommand
from grader.orchestration.executors import SerialExecutor
from grader.orchestration.grade import grade_course
from grader.orchestration.means import Means, Options
from grader.plugins.answers import failed, passed
from grader.plugins.interfaces import CheckKind
from grader.plugins.registry import CHECKS, METRICS, load_plugins
from grader.plugins.tables import CheckTable, Field, Name
from grader.readers.refused import Refused
from grader.storage.run_store import open_store
from tests.crossing import written
from tests.fakes import FakeSandbox, Files, RememberingProgress, fixed_clock
from tests.integration.played_class import REPORT, tools_with

FILE = """
[assignment]
title = { pt-BR = "A conta", en = "The sum" }
points = 2

[data]
dataset = "digits"

[run]
runtime = "keras3"

[audits]
pair = false
placebo = false

[deliver]
from = ["predictions"]

[[check]]
id = "sum"
kind = "value"
of = "C"
equals = 42
points = 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Does the variable ``of`` hold the number ``equals``?"""

    of: Name
    equals: Annotated[float, Field(allow_inf_nan=False)]


class ValueKind(CheckKind[Spec]):
    """Compares one variable with one number."""

    name = "value"
    table = Spec
    needs_predictions = False
    asked = "values"

    def needs(self, spec: Spec) -> tuple[Ask, ...]:
        return (Ask(kind=self.asked, names=(spec.of,)),)

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        value = facts.runs[0].values[spec.of]
        if isinstance(value, Refused):
            return failed(spec, value.reason)
        told = Text(f"{spec.of} = {value!r}", f"{spec.of} is {value!r}")
        right = type(value) in (int, float) and value == spec.equals
        return passed(spec, told) if right else failed(spec, told)


class TelepathicKind(ValueKind):
    asked = "valeus"


def a_course(folder: Path, kind: CheckKind[Any], text: str = FILE) -> Any:
    file = folder / "assignments" / "sum" / "assignment.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    known = Known(
        datasets=("digits",),
        metrics=load_plugins(METRICS),
        runtimes=("keras3",),
        kinds={**load_plugins(CHECKS), "value": kind},
    )
    return load_course(folder, known)


def graded(folder: Path, program: Any) -> tuple[SubmissionResult, FakeSandbox]:
    """Grade one submission of a course with the kind ``value``."""
    course = a_course(folder, ValueKind())
    place = folder / "submissions" / "ana" / "sum"
    place.mkdir(parents=True)
    (place / "sum.py").write_text("C = 42\n")
    sandbox = FakeSandbox(program)
    tools = tools_with(sandbox)
    tools = replace(tools, checks={**tools.checks, "value": ValueKind()})
    with open_store(folder / ".grader") as store:
        grader = Means(
            tools=tools,
            options=Options(),
            executor=SerialExecutor(),
            store=store,
            progress=RememberingProgress(),
            clock=fixed_clock,
        )
        found = find_submissions(folder / "submissions", ["sum"], intake=store.intake)
        grading = grade_course(course, list(course.assignments), found, means=grader, publish=lambda _: None)
    (result,) = grading.submissions
    return result, sandbox


def leaving(value: object, report: bytes = REPORT) -> Any:
    def program(_: SandboxCommand) -> Files:
        return {"values.json": written(value), "report.json": report}

    return program


@pytest.mark.parametrize(
    ("value", "outcome", "told"),
    [
        (42, Outcome.PASSED, "C is 42"),
        (42.0, Outcome.PASSED, "C is 42.0"),
        (41, Outcome.FAILED, "C is 41"),
        ([42], Outcome.FAILED, "C is [42]"),
    ],
)
def test_a_check_of_a_variable_is_answered_from_what_the_run_was_asked_for(
    tmp_path: Path, value: object, outcome: Outcome, told: str
) -> None:
    result, sandbox = graded(tmp_path, leaving(value))
    (check,) = result.checks
    assert (check.outcome, check.message.en) == (outcome, told)
    wanted = {wanted.name for wanted in sandbox.calls[0].wanted}
    assert {"values.json", "predictions.npy"} <= wanted
    assert not {"model.keras", "captured.npy", "predict.npy"} & wanted


def test_the_order_of_a_run_names_the_variables(tmp_path: Path) -> None:
    asked: list[Any] = []

    def program(command: SandboxCommand) -> Files:
        job = next(bind.source for bind in command.binds if bind.target == "/job") / "job.json"
        asked.append(json.loads(job.read_text())["asks"])
        return {"report.json": REPORT}

    result, _ = graded(tmp_path, program)
    assert asked[0] == [
        {"kind": "values", "names": ["C"]},
        {"kind": "figures", "names": []},
        {"kind": "predictions", "names": ["QP", "qp", "y_pred"]},
    ]
    assert "could not be read" in result.checks[0].message.en


def test_variables_of_a_run_that_did_not_finish_are_not_believed(tmp_path: Path) -> None:
    unfinished = json.dumps({"protocol": 2, "finished": False, "errors": [], "sources": {}}).encode()
    result, _ = graded(tmp_path, leaving(42, unfinished))
    assert result.checks[0].outcome is Outcome.FAILED
    assert "could not be read" in result.checks[0].message.en


def test_a_kind_that_asks_for_what_nothing_takes_is_a_mistake_of_the_course(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as refused:
        a_course(tmp_path, TelepathicKind())
    (message,) = refused.value.messages
    assert message.code == "GR298"
    assert "check.sum: the kind of check 'value' asks of runs \"valeus\"" in message.en
    assert "did you mean 'values'?" in message.en


def test_another_variable_is_another_run_and_another_number_is_not(tmp_path: Path) -> None:
    (one,) = a_course(tmp_path / "a", ValueKind()).assignments
    (other,) = a_course(tmp_path / "b", ValueKind(), FILE.replace('"C"', '"D"')).assignments
    (number,) = a_course(tmp_path / "c", ValueKind(), FILE.replace("42", "43")).assignments
    assert one.run_version != other.run_version
    assert one.run_version == number.run_version
    assert one.version != number.version
