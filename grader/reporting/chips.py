"""The chips of the pages: each state has a style, a sign and a word, so colour is never alone."""

from grader.model.check import Outcome
from grader.model.message import Message
from grader.model.result import AuditOutcome, Verdict
from grader.model.run import Run, RunStatus
from grader.model.submission import Severity
from grader.reporting.in_words import counted_told, outcome_told, status_told, verdict_told
from grader.reporting.views import Chip
from grader.words.catalogue import say

_SIGNS = {"passed": "✓", "failed": "✗", "inconclusive": "≈", "none": "?", "quiet": "·", "review": "!"}
_OUTCOME_STYLES = {Outcome.SKIPPED: "quiet", Outcome.ERRORED: "none"}


def verdict_chip(verdict: Verdict | None) -> Chip:
    """Return the chip of a verdict; without one, that of *not graded*."""
    return _chip(verdict.value if verdict else "none", verdict_told(verdict))


def counted_chip(verdict: Verdict | None, n: int) -> Chip:
    """Return the chip under the number ``n`` of submissions with that verdict."""
    return _chip(verdict.value if verdict else "none", counted_told(verdict, n))


def outcome_chip(outcome: Outcome) -> Chip:
    """Return the chip of one check's outcome."""
    return _chip(_OUTCOME_STYLES.get(outcome, outcome.value), outcome_told(outcome))


def run_chip(run: Run) -> Chip:
    """Return the chip of how a run ended."""
    return _chip("passed" if run.status is RunStatus.OK else "failed", status_told(run))


def severity_chip(severity: Severity) -> Chip:
    """Return the chip of a finding's severity."""
    style = "quiet" if severity is Severity.INFO else "review"
    return _chip(style, say(f"page.severity.{severity.value}"))


def audit_chip(outcome: AuditOutcome) -> Chip:
    """Return the chip of what an audit came to."""
    styles = {AuditOutcome.CLEAR: "passed", AuditOutcome.FOUND: "review"}
    return _chip(styles.get(outcome, "quiet"), say(f"page.audit.{outcome.value}"))


def _chip(style: str, word: Message) -> Chip:
    return Chip(style=style, sign=_SIGNS[style], word=word)
