"""Was a model trained in this run, and on rows that it may be trained on?"""

from grader.model.evidence import HarnessReport
from grader.model.run import Run
from grader.model.submission import Finding, Severity
from grader.words import say

_LEAST_CPU_SECONDS = 1.0
"""A run that trained spends more: importing TensorFlow alone takes several."""


def trained_on_test_rows(report: HarnessReport) -> Finding | None:
    """Return the finding that ``fit`` was given served test rows, as training or validation data."""
    watching = [number for number, fit in enumerate(report.fits, 1) if fit.on_test_rows]
    if not watching:
        return None
    message = say("test-rows-in-training", fits=", ".join(str(number) for number in watching))
    return Finding(severity=Severity.REVIEW, message=message)


def trained_on_asked_rows(rows: int) -> Finding | None:
    """Return the finding that test rows of the statement were typed into the training; None for none."""
    if not rows:
        return None
    return Finding(severity=Severity.REVIEW, message=say("typed-test-rows-in-training", rows=rows))


def untrained(report: HarnessReport, delivered: bool) -> Finding | None:  # noqa: FBT001 - the one question
    """Return the finding that predictions were delivered by a run in which no ``fit`` was seen.

    Loaded weights, a model typed by hand, or a training loop of one's own: a person should look.
    """
    if not delivered or _trained(report):
        return None
    return Finding(severity=Severity.REVIEW, message=say("training-not-seen"))


def implausible_training(run: Run, report: HarnessReport) -> Finding | None:
    """Return the finding that ``fit`` is claimed by a run that took too little time to import a library."""
    if not _trained(report) or run.cpu_seconds >= _LEAST_CPU_SECONDS:
        return None
    epochs = sum(fit.epochs for fit in report.fits)
    message = say("training-report-implausible", epochs=epochs, seconds=run.cpu_seconds)
    return Finding(severity=Severity.REVIEW, message=message)


def _trained(report: HarnessReport) -> bool:
    return any(fit.epochs > 0 for fit in report.fits)
