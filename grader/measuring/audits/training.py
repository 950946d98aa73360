"""Was a model trained in this run, and on rows that it may be trained on?"""

from grader.model.evidence import HarnessReport
from grader.model.run import Run
from grader.model.submission import Finding, Severity
from grader.words import say

LEAST_CPU_SECONDS = 1.0
"""A run that trained spends more: importing TensorFlow alone takes several."""

_UNTRAINED = "training-not-seen"


def trained_on_test_rows(report: HarnessReport) -> Finding | None:
    """Return the finding that ``fit`` was given served test rows, as training or validation data.

    As validation data that no callback looks at they change nothing: that is an information.
    """
    numbered = list(enumerate(report.fits, 1))
    changing = [number for number, fit in numbered if fit.disturbed]
    shown = [number for number, fit in numbered if fit.on_test_rows]
    if not shown:
        return None
    key = "test-rows-in-training" if changing else "test-rows-only-shown"
    message = say(key, fits=", ".join(str(number) for number in changing or shown))
    return Finding(severity=Severity.REVIEW if changing else Severity.INFO, message=message)


def trained_on_asked_rows(rows: int) -> Finding | None:
    """Return the finding that test rows of the statement were typed into the training; None for none."""
    if not rows:
        return None
    return Finding(severity=Severity.REVIEW, message=say("typed-test-rows-in-training", rows=rows))


def untrained(report: HarnessReport, delivered: bool) -> Finding | None:  # noqa: FBT001 - the one question
    """Return the finding that predictions were delivered by a run in which no ``fit`` of Keras was seen.

    Loaded weights, a model typed by hand, or scikit-learn, a loop of one's own: a person should look.
    """
    if not delivered or _trained(report):
        return None
    return Finding(severity=Severity.REVIEW, message=say(_UNTRAINED))


def is_untrained(finding: Finding) -> bool:
    """Return whether ``finding`` is that of :func:`untrained`."""
    return finding.message.key == _UNTRAINED


def implausible_training(run: Run, report: HarnessReport) -> Finding | None:
    """Return the finding that ``fit`` is claimed by a run that took too little time to import a library."""
    if not _trained(report) or run.cpu_seconds >= LEAST_CPU_SECONDS:
        return None
    epochs = sum(fit.epochs for fit in report.fits)
    message = say("training-report-implausible", epochs=epochs, seconds=run.cpu_seconds)
    return Finding(severity=Severity.REVIEW, message=message)


def _trained(report: HarnessReport) -> bool:
    return any(fit.epochs > 0 for fit in report.fits)
