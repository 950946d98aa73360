"""Claims, answers by position, programs that err alike: the whole road, with a sandbox that runs nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.datasets.prepare import Prepared, truth
from grader.measuring.checks import claim
from grader.model.assignment import AuditSpec
from grader.model.message import Language
from grader.model.result import SubmissionResult
from grader.model.run import SandboxCommand
from grader.reporting.html import index_page, student_page
from grader.reporting.results_json import results_json
from tests.fakes import FakeSandbox, Files, npy, secret_order, served_folder
from tests.integration.played_class import REPORT, Class, Digits

AUDITS = AuditSpec(pair=False, placebo=False)
CLAIM = claim.Spec(id="claim", kind="claim", points=Decimal(1))


@pytest.fixture
def classroom(tmp_path: Path, digits: Digits) -> Class:
    course, assignment, _ = digits
    asked = replace(assignment, audits=AUDITS, checks=(*assignment.checks, CLAIM))
    return Class(tmp_path, course, replace(asked, points=asked.points + 1))


def answers(prepared: Prepared, wrong: int) -> NDArray[Any]:
    """The right answers, in the dataset's own order, but for ``wrong`` rows."""
    labels = truth(prepared)
    rows = np.random.default_rng(wrong).permutation(len(labels))[:wrong]
    labels[rows] = (labels[rows] + 1) % 10
    return labels


def program(answer: Callable[[SandboxCommand], NDArray[Any]], output: bytes = b"") -> FakeSandbox:
    def run(command: SandboxCommand) -> Files:
        return {"predictions.npy": npy(answer(command)), "report.json": REPORT}

    return FakeSandbox(run, output=output)


def wrong_on(prepared: Prepared, rows: int, output: bytes = b"") -> FakeSandbox:
    return program(lambda command: answers(prepared, rows)[secret_order(command)], output)


def codes(result: SubmissionResult) -> list[str]:
    return [finding.code for finding in result.findings]


def check(result: SubmissionResult) -> str | None:
    return next(c.message.code for c in result.checks if c.kind == "claim")


def without(classroom: Class, **switched: bool) -> Class:
    classroom.assignment = replace(classroom.assignment, audits=replace(AUDITS, **switched))
    return classroom


def test_a_claim_in_a_comment_stands_beside_the_measured_figure(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana", "x = 1\n# Erro de teste: 1,0 %\n")
    result = classroom.grade(wrong_on(digits[2], 9))["ana"]
    assert result.claimed is not None
    assert (result.claimed.metric, result.claimed.value, result.claimed.where) == (
        "error_rate",
        0.01,
        "digits.py:2",
    )
    assert check(result) == "GR270"
    grading = classroom.published[-1]
    row = json.loads(results_json(grading))["submissions"][0]
    assert row["claimed"] == {"error_rate": 0.01, "where": "digits.py:2"}
    assert "digits.py:2" in student_page(grading, result, Language.PT, {})


def test_a_stale_output_that_is_too_good_is_found(classroom: Class, digits: Digits) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": ["Test accuracy: 1.0\n"]}
    cell = {"cell_type": "code", "source": "print(acc)", "metadata": {}, "outputs": [output]}
    text = json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]})
    classroom.hand_in("ana", text, name="digits.ipynb")
    result = classroom.grade(wrong_on(digits[2], 120), runs=1)["ana"]
    assert "GR410" in codes(result)
    assert check(result) == "GR271"
    assert result.claimed is not None
    assert result.claimed.where == "digits.ipynb[1] out:1"


def test_what_the_graded_run_prints_is_shown_and_not_compared(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana")
    result = classroom.grade(wrong_on(digits[2], 120, b"Test accuracy: 1.0\n"), runs=1)["ana"]
    assert "GR410" not in codes(result)
    assert check(result) == "GR274"
    page = student_page(classroom.published[-1], result, Language.EN, {})
    assert "printed while graded" in page


def test_the_statement_copied_into_a_program_is_no_claim(classroom: Class, digits: Any) -> None:
    text = (classroom.assignment.folder / "README.md").read_text(encoding="utf-8")
    comments = "".join(f"# {line}\n" for line in text.split("\n"))
    classroom.hand_in("ana", comments)
    assert classroom.grade(wrong_on(digits[2], 120), runs=1)["ana"].claimed is None


def test_the_claim_audit_can_be_switched_off(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana", "# erro: 0,0 %\n")
    sandbox = wrong_on(digits[2], 120)
    assert "GR410" in codes(classroom.grade(sandbox, runs=1)["ana"])
    assert "GR410" not in codes(without(classroom, claim=False).grade(sandbox, runs=1)["ana"])


def test_a_table_of_answers_is_told_with_its_place_in_a_module_beside_it_too(
    classroom: Class, digits: Digits
) -> None:
    table = "Y = " + str(np.random.default_rng(2).integers(0, 10, 6000).tolist())
    classroom.hand_in("ana", f"x = 1\n{table}\n")
    classroom.hand_in("bia", "import answers\n")
    classroom.hand_in("bia", f"{table}\n", name="answers.py")
    classroom.hand_in("caio", f"x = 2\n# {table}\n")
    sandbox = wrong_on(digits[2], 9)
    assert "GR417" not in codes(classroom.grade(sandbox, runs=1)["ana"])
    looked = without(classroom, placebo=True)
    found = looked.grade(program(lambda _: np.zeros(898, dtype=np.int64)), runs=1, force=True)
    assert [name for name, result in found.items() if "GR417" in codes(result)] == ["ana", "bia"]
    places = [f.message.en for result in found.values() for f in result.findings if f.code == "GR417"]
    assert ["digits.py:2" in places[0], "answers.py:1" in places[1]] == [True, True]


def test_answers_by_position_are_found_and_can_be_left_unlooked_at(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana")
    sandbox = program(lambda _: truth(digits[2]))
    result = classroom.grade(sandbox)["ana"]
    assert "GR411" in codes(result)
    finding = next(f for f in result.findings if f.code == "GR411")
    assert finding.p_value is not None
    assert finding.p_value < 1e-50
    assert "GR411" not in codes(without(classroom, order=False).grade(sandbox)["ana"])


def test_copied_labels_are_not_looked_for_where_the_course_says_so(classroom: Class) -> None:
    classroom.hand_in("ana")
    sandbox = program(lambda command: np.load(served_folder(command) / "y_test.npy"))
    assert "GR402" in codes(classroom.grade(sandbox)["ana"])
    assert "GR402" not in codes(without(classroom, canary=False).grade(sandbox)["ana"])


def test_an_honest_program_has_none_of_these_findings(classroom: Class, digits: Digits) -> None:
    classroom.hand_in("ana", "# acurácia: 99,0 %\n")
    assert codes(classroom.grade(wrong_on(digits[2], 9))["ana"]) == ["GR403"]


NOTES = (Path(__file__).parents[1] / "course_programs" / "mnist" / "programa5.py").read_text(encoding="utf-8")


def own_program(number: int) -> str:
    """A program that nobody else wrote."""
    chance = np.random.default_rng(number)
    return "".join(f"x{i}.add(n{i}.kind({chance.integers(10_000)}))\n" for i in range(60))


def copied_class(classroom: Class, prepared: Prepared) -> FakeSandbox:
    """Six students; bia hands in ana's program under other names, and so both err alike."""
    classroom.hand_in("ana", NOTES)
    classroom.hand_in("bia", NOTES.replace("model", "rede").replace("AX", "x_train") + "\nprint('fim')\n")
    for number in range(4):
        classroom.hand_in(f"student {number}", own_program(number))

    def answer(command: SandboxCommand) -> NDArray[Any]:
        staged = next(b.source for b in command.binds if b.target == "/staged")
        text = (staged / "digits.py").read_text(encoding="utf-8")
        seed = 0 if "Sequential" in text else len(text) % 1000 + 1
        labels = truth(prepared)
        rows = np.random.default_rng(seed).permutation(len(labels))[:80]
        labels[rows] = (labels[rows] + 1) % 10
        answers: NDArray[Any] = labels[secret_order(command)]
        return answers

    return program(answer)


def test_a_copied_program_is_told_on_both_to_the_instructor_alone(classroom: Class, digits: Digits) -> None:
    results = classroom.grade(copied_class(classroom, digits[2]), runs=1)
    named = {name for name, result in results.items() if "GR412" in codes(result)}
    assert named == {"ana", "bia"}
    grading = classroom.published[-1]
    for language in Language:
        assert "GR412" in index_page(grading, language)
        for name, other in (("ana", "bia"), ("bia", "ana")):
            page = student_page(grading, results[name], language, {})
            assert other not in page
            assert "GR412" not in page
    rows = json.loads(results_json(grading))["submissions"]
    assert [f["code"] for f in rows[0]["findings"]].count("GR412") == 1


def test_twins_are_not_looked_for_where_the_course_says_so(classroom: Class, digits: Digits) -> None:
    sandbox = copied_class(classroom, digits[2])
    results = without(classroom, twins=False).grade(sandbox, runs=1)
    assert not [name for name, result in results.items() if "GR412" in codes(result)]


def test_the_same_program_is_information_and_stands_on_the_class_page(
    classroom: Class, digits: Digits
) -> None:
    classroom.hand_in("ana", NOTES)
    classroom.hand_in("bia", "# bia\n" + NOTES)
    results = classroom.grade(wrong_on(digits[2], 30), runs=1)
    assert [code for code in codes(results["ana"]) if code.startswith("GR41")] == ["GR413"]
    page = index_page(classroom.published[-1], Language.EN)
    assert "same as that of bia" in page
    assert "bia" not in student_page(classroom.published[-1], results["ana"], Language.EN, {})


def test_a_handed_in_reference_solution_is_told(classroom: Class, digits: Digits, tmp_path: Path) -> None:
    solution = tmp_path / "reference_solutions" / "digits" / "solution.py"
    solution.parent.mkdir(parents=True)
    solution.write_text(NOTES)
    classroom.assignment = replace(classroom.assignment, reference=solution)
    classroom.hand_in("ana", NOTES)
    classroom.hand_in("bia", own_program(1))
    results = classroom.grade(wrong_on(digits[2], 30), runs=1)
    (finding,) = [f for f in results["ana"].findings if f.code == "GR413"]
    assert "reference_solutions/digits/solution.py" in finding.message.en
