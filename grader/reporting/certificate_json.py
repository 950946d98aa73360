"""Writes a certificate (``grader/certificate/v1``): what is needed to make one result again."""

import json
from decimal import Decimal
from typing import Any

from grader.model.certificate import CERTIFICATE_SCHEMA, DIGESTS, Certificate, CertifiedRun
from grader.model.digest import digest_document
from grader.model.metric import MetricSummary
from grader.reporting.results_json import json_text


def certificate_json(certificate: Certificate) -> str:
    """Return ``certificate`` as JSON text; the same certificate is the same bytes."""
    bound = certificate.binding
    binding = {} if bound is None else {"binding": {"key": bound.key, "mark": bound.mark}}
    return json_text({**_document(certificate), **binding})


def certificate_digest(certificate: Certificate) -> str:
    """Return the digest of all that ``certificate`` says but its binding, as a reader of it reckons it."""
    # Through the text: what it cannot hold, such as half a letter, stands in it as something else.
    said: dict[str, Any] = json.loads(json_text(_document(certificate)))
    return digest_document(said)


def _document(certificate: Certificate) -> dict[str, Any]:
    return {
        "schema": CERTIFICATE_SCHEMA,
        "grader": certificate.grader,
        "course": certificate.course,
        "student": certificate.student,
        "id": certificate.id,
        "assignment": certificate.assignment,
        "attempt": certificate.attempt,
        "status": "graded",
        "verdict": certificate.verdict.value if certificate.verdict else None,
        "reason": certificate.reason.value if certificate.reason else None,
        "points": _points(certificate.points),
        "max_points": _points(certificate.max_points),
        "evidence": certificate.evidence.value if certificate.evidence else None,
        "main": certificate.main,
        "files": [{"path": file.name, "sha256": file.sha256} for file in certificate.files],
        "digests": {name: certificate.digests[name] for name in DIGESTS},
        "runtime": certificate.runtime,
        "versions": dict(certificate.versions),
        "sandbox": certificate.sandbox,
        "runs": [_run(run) for run in certificate.runs],
        "metrics": {summary.metric: _metric(summary) for summary in certificate.metrics},
        "reference": dict(certificate.reference),
        "checks": [
            {"id": check.id, "outcome": check.outcome.value, "points": _points(check.points)}
            for check in certificate.checks
        ],
        "audits": {name: outcome.value for name, outcome in certificate.audits.items()},
        "trainings": [
            {"seed": one.seed, "metrics": dict(one.metrics), "predictions": one.predictions}
            for one in certificate.trainings
        ],
        "assurance": certificate.assurance.value if certificate.assurance else None,
    }


def _run(run: CertifiedRun) -> dict[str, Any]:
    under = run.conditions
    return {
        "number": run.number,
        "seed": run.seed,
        "threads": run.threads,
        "status": run.status.value,
        "metrics": dict(run.metrics),
        "predictions": run.predictions,
        "key": run.key,
        "memory_guard": run.memory_guard.value,
        "conditions": None
        if under is None
        else {
            "processor": under.processor,
            "cores": under.cores,
            "gpu": under.gpu,
            "wall_seconds": under.wall_seconds,
            "memory_bytes": under.memory_bytes,
        },
    }


def _metric(summary: MetricSummary) -> dict[str, Any]:
    return {
        "value": summary.value,
        "n": summary.n,
        "values": list(summary.values),
        "rule": summary.rule.value,
    }


def _points(points: Decimal | None) -> float | None:
    return None if points is None else float(points)
