"""What a person should look at in one submission, in the order in which it is told."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from grader.measuring.audits.training import is_untrained
from grader.measuring.judging.facts import Facts
from grader.measuring.judging.judge import Judgement
from grader.measuring.judging.stated_result import overstated
from grader.model.result import AuditResult, Verdict
from grader.model.submission import Finding, Severity, Submission
from grader.orchestration.audit import findings_of
from grader.orchestration.signs_in_runs import Signs
from grader.orchestration.tables_in_program import tables_in


def findings_told(
    submission: Submission,
    facts: Facts,
    signs: Signs,
    audits: Sequence[AuditResult],
    judgement: Judgement,
    *,
    served: Collection[str],
) -> tuple[Finding, ...]:
    """Return what a person should look at, in the order in which it is told.

    How a program that failed was trained changes nothing: told, and nobody is asked. ``served`` are the
    names of the files that it was given.
    """
    failed = judgement.verdict is Verdict.FAILED
    claim = overstated(facts) if facts.assignment.audits.claim else None
    return (
        *submission.findings,
        *(
            replace(one, severity=Severity.INFO) if failed and is_untrained(one) else one
            for one in signs.findings
        ),
        *tables_in(submission, facts.assignment.audits, served),
        *findings_of(audits),
        *([claim] if claim else []),
    )
