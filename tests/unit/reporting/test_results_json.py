import json
import math
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from grader.model.check import Outcome
from grader.model.evidence import LedgerEntry, Place
from grader.model.metric import Paired, Rule
from grader.model.result import Grading, Reason, Status
from grader.model.run import RunStatus
from grader.reporting.results_json import results_json
from grader.words import say
from tests import builders as a


def _schema() -> dict[str, Any]:
    file = resources.files("grader.reporting") / "schemas" / "results-v1.schema.json"
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


def test_every_key_of_a_submission_stands_in_the_reference_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "results.md").read_text(encoding="utf-8")
    table = page.partition("### A submission")[2].partition("###")[0]
    told = {key for row in table.splitlines() for key in re.findall(r"`(\w+)`", row[1:].partition("|")[0])}
    assert set(_schema()["$defs"]["submission"]["properties"]) - told == set()


def _written(grading: Grading) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    document: dict[str, Any] = json.loads(results_json(grading), parse_constant=refuse)
    jsonschema.Draft202012Validator(_schema()).validate(document)
    return document


def _one(**fields: Any) -> dict[str, Any]:
    submission: dict[str, Any] = _written(a.a_grading(submissions=(a.a_result(**fields),)))["submissions"][0]
    return submission


NOT_GRADED: dict[str, Any] = {
    "status": Status.NOT_GRADED,
    "verdict": None,
    "reason": Reason.INFRASTRUCTURE,
    "points": None,
    "evidence": None,
    "runs": (),
    "metrics": (),
    "checks": (),
}


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(_schema())


def test_every_key_of_the_contract_is_written() -> None:
    document = _written(a.a_grading())
    assert list(document) == ["schema", "grader", "course", "started", "finished", "machine", "submissions"]
    assert document["machine"] == {
        "cpus": 2, "gpus": [], "sandbox": "bubblewrap", "memory_limit": "cgroup-v2",
    }  # fmt: skip
    assert list(document["submissions"][0]) == [
        "student", "assignment", "attempt", "files", "status", "verdict", "reason", "message", "code",
        "points", "max_points", "evidence", "runs", "assurance", "recipe", "metrics",
        "reference", "mcnemar", "claimed", "checks", "findings", "audits", "notes", "ledger", "model",
        "report", "log", "certificate",
    ]  # fmt: skip


def test_the_example_of_the_contract_comes_out_as_printed_there() -> None:
    row = _one()
    assert row["status"] == "graded"
    assert row["verdict"] == "inconclusive"
    assert (row["points"], row["max_points"]) == (9.0, 10.0)
    assert row["evidence"] == "captured"
    assert row["runs"][0] == {
        "origin": "program", "seed": 0, "status": "ok", "seconds": 171.2, "cpu_seconds": 320.0,
        "peak_memory_bytes": 731906048, "gpu": None, "metrics": {"error_rate": 0.0156},
    }  # fmt: skip
    assert row["metrics"]["error_rate"] == {
        "value": 0.0163, "n": 10000, "runs": 5, "values": [0.0156, 0.0176, 0.0179, 0.0163, 0.0141],
        "mean": pytest.approx(0.0163), "rule": "mean",
        "sampling": {"low": 0.0139, "high": 0.0190}, "seed": {"sd": 0.0015, "low": 0.0144, "high": 0.0182},
    }  # fmt: skip
    assert row["reference"] == {"error_rate": {"value": 0.0118, "runs": 5}}
    assert row["mcnemar"] is None
    assert row["claimed"] == {"error_rate": 0.012, "where": "mlp2.py:38"}
    assert row["checks"][0]["code"] == "GR201"
    assert set(row["checks"][0]["message"]) == {"pt-BR", "en"}
    assert row["findings"][0]["p_value"] == 1e-9
    assert (row["report"], row["log"]) == ("mnist-dense/ana.html", "mnist-dense/ana.log")


def test_a_run_paired_with_the_references_is_written() -> None:
    row = _one(paired=Paired(n=10_000, own_only=84, reference_only=65, p_value=0.14))
    assert row["mcnemar"] == {"n": 10000, "own_only": 84, "reference_only": 65, "p_value": 0.14}


def test_the_rule_is_written_beside_the_mean() -> None:
    worst = a.a_summary(value=0.0179, rule=Rule.EACH)
    found = _one(metrics=(worst,))["metrics"]["error_rate"]
    assert (found["value"], found["rule"]) == (0.0179, "each")
    assert found["mean"] == pytest.approx(0.0163)


def test_a_submission_that_was_not_graded_has_a_row_without_points() -> None:
    row = _one(**NOT_GRADED)
    assert (row["status"], row["verdict"], row["points"]) == ("not_graded", None, None)


def test_the_schema_refuses_a_zero_for_what_was_not_graded() -> None:
    document = _written(a.a_grading(submissions=(a.a_result(**NOT_GRADED),)))
    document["submissions"][0]["points"] = 0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(_schema()).validate(document)


@pytest.mark.parametrize("where", ["submission", "run", "check"])
def test_the_schema_refuses_a_key_the_contract_does_not_have(where: str) -> None:
    document = _written(a.a_grading())
    row = document["submissions"][0]
    {"submission": row, "run": row["runs"][0], "check": row["checks"][0]}[where]["extra"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(_schema()).validate(document)


def test_every_run_status_and_every_outcome_is_in_the_schema() -> None:
    runs = tuple(a.a_run_result(run=a.a_run(status=status)) for status in RunStatus)
    checks = tuple(a.a_check(outcome=outcome) for outcome in Outcome)
    row = _one(runs=runs, checks=checks)
    assert [run["status"] for run in row["runs"]] == [status.value for status in RunStatus]
    assert [check["outcome"] for check in row["checks"]] == [outcome.value for outcome in Outcome]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_null(number: float) -> None:
    row = _one(
        runs=(a.a_run_result(metrics={"rmse": number}),),
        metrics=(a.a_summary(metric="rmse", value=number, values=(number,)),),
    )
    assert row["runs"][0]["metrics"] == {"rmse": None}
    assert row["metrics"]["rmse"]["values"] == [None]


def test_times_are_utc_whatever_zone_they_came_in() -> None:
    brasilia = timezone(timedelta(hours=-3))
    document = _written(a.a_grading(started=datetime(2026, 11, 21, 22, 0, tzinfo=brasilia)))
    assert document["started"] == "2026-11-22T01:00:00Z"


def test_points_are_numbers_as_written() -> None:
    row = _one(points=Decimal("8.35"), checks=(a.a_check(points=Decimal("0.1")),))
    assert row["points"] == 8.35
    assert row["checks"][0]["points"] == 0.1


def test_the_ledger_is_told_in_sentences() -> None:
    row = _one(
        ledger=(
            LedgerEntry(kind="pip", what="!pip install x", place=Place()),
            LedgerEntry(kind="of a later harness", what="{kind}", place=Place(line=3)),
        )
    )
    assert row["ledger"] == [
        "!pip install x was not run: packages are fixed by the runtime",
        "{kind} (line 3) was neutralised (of a later harness)",
    ]


@pytest.mark.parametrize(
    "name",
    ["<img src=x onerror=alert(1)>", "a\u202eb", "O'Brien-=", "Null", "=Ö", "\u2028", 'tab\tquote"\\'],
)
def test_a_name_comes_back_as_it_was_and_stands_there_without_markup(name: str) -> None:
    text = results_json(a.a_grading(submissions=(a.a_result(student=name),)))
    assert json.loads(text)["submissions"][0]["student"] == name
    assert not set(text) & set("<>&\u202e\u2028")


def test_a_file_name_that_is_no_text_can_be_written_as_utf8() -> None:
    text = results_json(a.a_grading(submissions=(a.a_result(files=(a.a_file(name="\udcff.py"),)),)))
    assert json.loads(text.encode())["submissions"][0]["files"][0]["path"] == "\ufffd.py"


def test_the_reason_of_a_failure_is_told_in_both_languages_with_its_code() -> None:
    why = say("run-exited-without-predictions", where=say("run.place.line", line=3))
    told = _one(reason=Reason.NOTHING_DELIVERED, reason_message=why)
    assert told["message"] == {"pt-BR": why.pt, "en": why.en}
    assert told["code"] == "GR303"
    passed = _one(reason=None, reason_message=None)
    assert (passed["message"], passed["code"]) == (None, None)
