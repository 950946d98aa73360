"""Writes ``results.json`` (``grader/results/v1``): what other programs rely on."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from grader.model.assurance import MadeAgain, Origin
from grader.model.check import CheckResult
from grader.model.message import Language, Message
from grader.model.metric import MetricSummary, Paired
from grader.model.result import (
    AuditResult,
    Grading,
    ModelTable,
    RecipeTold,
    RunResult,
    SubmissionResult,
)
from grader.model.run import Run
from grader.model.submission import Finding
from grader.reporting.cleaning import replace_surrogates
from grader.reporting.in_words import ledger_told

SCHEMA = "grader/results/v1"
_MOST_LAYERS = 1000

# Inside JSON strings these are written as \uXXXX: markup for whoever pastes the file into a page, and
# characters that reorder or hide what a person reads. A JSON reader gets back exactly what was there.
_ESCAPED = re.compile("[<>&\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


def results_json(grading: Grading) -> str:
    """Return ``grading`` as the text of results.json: UTF-8, two spaces, a newline at the end.

    Every submission has its row. Numbers are finite: one that is not is ``null``. Times are UTC with
    ``Z``, to the second.
    """
    document = {
        "schema": SCHEMA,
        "grader": grading.grader,
        "course": grading.course,
        "started": _time(grading.started),
        "finished": _time(grading.finished),
        "machine": {
            "cpus": grading.machine.cpus,
            "gpus": list(grading.machine.gpus),
            "sandbox": grading.machine.sandbox,
            "memory_limit": grading.machine.memory_limit,
        },
        "submissions": [_submission(result) for result in grading.submissions],
    }
    return json_text(document)


def json_text(document: dict[str, Any]) -> str:
    """Return a document that people and programs read: nothing in it is markup, nothing is hidden."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", replace_surrogates(text)) + "\n"


def _submission(result: SubmissionResult) -> dict[str, Any]:
    return {
        "student": result.student,
        "assignment": result.assignment,
        "attempt": result.attempt,
        "files": [{"path": file.name, "sha256": file.sha256} for file in result.files],
        "status": result.status.value,
        "verdict": result.verdict.value if result.verdict else None,
        "reason": result.reason.value if result.reason else None,
        "message": _message(result.reason_message) if result.reason_message else None,
        "code": result.reason_message.code if result.reason_message else None,
        "points": _points(result.points),
        "max_points": _points(result.max_points),
        "evidence": result.evidence.value if result.evidence else None,
        "runs": [_run(each) for each in (*result.runs, *(result.recipe.runs if result.recipe else ()))],
        "assurance": result.assurance.value if result.assurance else None,
        "recipe": _recipe(result.recipe),
        "metrics": {summary.metric: _summary(summary) for summary in result.metrics},
        "reference": {
            summary.metric: {"value": _finite(summary.value), "runs": len(summary.values)}
            for summary in result.reference
        },
        "mcnemar": _paired(result.paired),
        "claimed": _claimed(result),
        "checks": [_check(check) for check in result.checks],
        "findings": [_finding(finding) for finding in result.findings],
        "audits": [_audit(one) for one in result.audits],
        "notes": [{"code": note.code, "message": _message(note)} for note in result.shown.notes],
        "ledger": [ledger_told(entry).told_in(Language.EN) for entry in result.ledger],
        "model": _model(result.model),
        "report": result.report,
        "log": result.log,
        "certificate": result.certificate,
    }


def _model(table: ModelTable | None) -> dict[str, Any] | None:
    if table is None:
        return None
    layers = [
        {"name": layer.name, "class": layer.kind, "parameters": layer.parameters}
        for layer in table.layers[:_MOST_LAYERS]
    ]
    return {"parameters": table.parameters, "layers": layers}


def _run(result: RunResult) -> dict[str, Any]:
    run = result.run
    return {
        "origin": result.origin.value,
        "seed": run.seed,
        "status": run.status.value,
        "seconds": _finite(round(run.seconds, 3)),
        "cpu_seconds": _finite(round(run.cpu_seconds, 3)),
        "peak_memory_bytes": None if result.origin is Origin.RECIPE else run.peak_memory_bytes,
        "gpu": run.gpu,
        **_start(run),
        "metrics": {name: _finite(value) for name, value in result.metrics.items()},
    }


def _start(run: Run) -> dict[str, Any]:
    """Return how a run was started, where warm starts were asked for."""
    if not run.warm and run.cold is None:
        return {}
    return {"warm": run.warm, "cold": run.cold.value if run.cold else None}


def _recipe(told: RecipeTold | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {
        "decides": told.decides,
        "beside": {one.metric: _beside(one) for one in told.beside},
        "code": told.why.code if told.why else None,
        "message": _message(told.why) if told.why else None,
        "avoidable": told.avoidable,
    }


def _beside(one: MadeAgain) -> dict[str, Any]:
    return {
        "delivered": _finite(one.delivered),
        "retrained": [_finite(value) for value in one.retrained],
        "stands": one.beside.value,
        "p_value": _finite(one.p_value),
        "better_half": one.better_half,
    }


def _summary(summary: MetricSummary) -> dict[str, Any]:
    sampling = seed = None
    if summary.sampling_low is not None and summary.sampling_high is not None:
        sampling = {"low": _finite(summary.sampling_low), "high": _finite(summary.sampling_high)}
    if summary.seed_sd is not None:
        seed = {
            "sd": _finite(summary.seed_sd),
            "low": _finite(summary.seed_low),
            "high": _finite(summary.seed_high),
        }
    return {
        "value": _finite(summary.value),
        "n": summary.n,
        "runs": len(summary.values),
        "values": [_finite(value) for value in summary.values],
        "mean": _finite(summary.mean) if summary.values else None,
        "rule": summary.rule.value,
        "sampling": sampling,
        "seed": seed,
    }


def _paired(paired: Paired | None) -> dict[str, Any] | None:
    if paired is None:
        return None
    return {
        "n": paired.n,
        "own_only": paired.own_only,
        "reference_only": paired.reference_only,
        "p_value": _finite(paired.p_value),
    }


def _claimed(result: SubmissionResult) -> Mapping[str, Any] | None:
    claim = result.claimed
    return {claim.metric: _finite(claim.value), "where": claim.where} if claim else None


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "outcome": check.outcome.value,
        "points": _points(check.points),
        "max_points": _points(check.max_points),
        "assurance": check.assurance.value if check.assurance else None,
        "code": check.message.code,
        "message": _message(check.message),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "p_value": _finite(finding.p_value),
        "message": _message(finding.message),
    }


def _audit(audit: AuditResult) -> dict[str, Any]:
    return {
        "audit": audit.audit,
        "outcome": audit.outcome.value,
        "p_value": _finite(audit.p_value),
        "cpu_seconds": _finite(round(audit.cpu_seconds, 3)),
        "message": _message(audit.message),
    }


def _message(message: Message) -> dict[str, str]:
    return {language.value: message.told_in(language) for language in Language}


def _points(points: Decimal | None) -> float | None:
    return None if points is None else float(points)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
