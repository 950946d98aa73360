"""From a graded result to its certificate: what is needed to make it again."""

from grader.model.certificate import (
    DIGESTS,
    Certificate,
    CertifiedCheck,
    CertifiedFile,
    CertifiedRun,
    CertifiedTraining,
)
from grader.model.result import RunResult, Status, SubmissionResult

_INSIDE = " (inside)"


def certify(result: SubmissionResult, *, grader: str, course: str, sandbox: str) -> Certificate | None:
    """Return the certificate of ``result``; None of what was not graded: there is nothing to make again.

    ``grader`` is the version that graded.
    """
    if result.status is not Status.GRADED or not result.runs:
        return None
    inside = {name.removesuffix(_INSIDE): told for name, told in result.record.items() if _INSIDE in name}
    return Certificate(
        grader=grader,
        course=course,
        student=result.student,
        id=result.id,
        assignment=result.assignment,
        attempt=result.attempt,
        main=result.main,
        files=tuple(CertifiedFile(name=file.name, sha256=file.sha256) for file in result.files),
        digests={name: result.record[name] for name in DIGESTS},
        runtime=result.record["runtime_name"],
        versions=inside,
        sandbox=sandbox,
        verdict=result.verdict,
        reason=result.reason,
        points=result.points,
        max_points=result.max_points,
        evidence=result.evidence,
        runs=tuple(certify_run(one) for one in result.runs),
        metrics=result.metrics,
        reference={summary.metric: summary.value for summary in result.reference},
        checks=tuple(
            CertifiedCheck(id=check.id, outcome=check.outcome, points=check.points) for check in result.checks
        ),
        audits={audit.audit: audit.outcome for audit in result.audits},
        trainings=tuple(_training(one) for one in (result.recipe.runs if result.recipe else ())),
        assurance=result.assurance,
    )


def _training(result: RunResult) -> CertifiedTraining:
    return CertifiedTraining(
        seed=result.run.seed, metrics=dict(result.metrics), predictions=result.predictions
    )


def certify_run(result: RunResult) -> CertifiedRun:
    """Return one run as a certificate tells it."""
    run = result.run
    return CertifiedRun(
        number=run.number,
        seed=run.seed,
        threads=run.threads,
        status=run.status,
        metrics=dict(result.metrics),
        predictions=result.predictions,
        key=result.key,
        memory_guard=run.memory_guard,
        conditions=result.conditions,
    )
