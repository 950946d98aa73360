"""Signs of dishonesty or of disturbed training in the graded runs, told to the instructor; never a zero."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.measuring.audits.canary import CanaryAgreement, canary_agreement, copied_labels
from grader.measuring.audits.order import answered_by_position, position_agreement
from grader.measuring.audits.significance import most_suspicious
from grader.measuring.audits.training import (
    implausible_training,
    trained_on_asked_rows,
    trained_on_test_rows,
    untrained,
)
from grader.model.assignment import AuditSpec
from grader.model.evidence import HarnessReport
from grader.model.message import Message
from grader.model.run import Run
from grader.model.submission import Finding

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What one run shows: its decoded predictions in the dataset's own order, (row, label shown) pairs.

    ``order`` is the secret one in which the rows were served; None where none were. ``asked_rows``: how many
    test rows were typed into the training.
    """

    run: Run
    report: HarnessReport
    own: "np.ndarray[Any, Any] | None"
    canaries: "np.ndarray[Any, Any] | None"
    order: "np.ndarray[Any, Any] | None" = None
    asked_rows: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What was found; ``copied`` is the sentence that explains a failed metric when labels were copied."""

    findings: tuple[Finding, ...] = ()
    copied: Message | None = None


def find_signs(
    runs: Sequence[Seen],
    truth: "np.ndarray[Any, Any]",
    *,
    audits: AuditSpec,
    learns: bool = False,
) -> Signs:
    """Return what the graded runs show, every one of them: a program can behave in all but one.

    ``truth`` holds the labels in the dataset's own order. ``learns``: the placebo showed that the program's
    skill comes from its training, so that a training that was not seen needs no look. ``audits`` says which
    tests the course makes.
    """
    agreements = [found for run in runs if audits.canary and (found := _agreement(run, truth)) is not None]
    worst = most_suspicious(agreements)
    copied = copied_labels(worst) if worst is not None else None
    findings = [] if copied is None else [copied]
    findings += _by_position(runs, truth) if audits.order else []
    findings += _first(trained_on_test_rows(one.report) for one in runs)
    findings += _first(trained_on_asked_rows(one.asked_rows) for one in runs)
    if not learns:
        findings += _first(_untrained(one, audits) for one in runs)
    # No honest training is so short: that the program learns, too, does not explain it.
    findings += _first(implausible_training(one.run, one.report) for one in runs)
    return Signs(findings=tuple(findings), copied=copied.message if copied is not None else None)


def _untrained(one: Seen, audits: AuditSpec) -> Finding | None:
    """Return the finding that no training was seen, where something of this course could still show it.

    Where the course makes no placebo, an estimator's ``fit`` that was seen is as good as one of Keras.
    """
    if one.report.estimators and not audits.placebo:
        return None
    return untrained(one.report, delivered=one.own is not None)


def _first(found: Iterable[Finding | None]) -> list[Finding]:
    """Return the first finding there is, as a list of one or none: the same thing is told once."""
    return [finding for finding in found if finding is not None][:1]


def _by_position(runs: Sequence[Seen], truth: "np.ndarray[Any, Any]") -> list[Finding]:
    """Return the finding that the answers fit the labels in published order, as a list of one or none."""
    import numpy as np

    if truth.dtype != np.int64:
        return []
    found = [
        position_agreement(run.own[run.order], truth, run.order)
        for run in runs
        if run.own is not None and run.order is not None
    ]
    worst = most_suspicious(found)
    return [] if worst is None else _first([answered_by_position(worst)])


def _agreement(one: Seen, truth: "np.ndarray[Any, Any]") -> CanaryAgreement | None:
    import numpy as np

    if one.own is None or one.canaries is None or not len(one.canaries) or truth.dtype != np.int64:
        return None
    served = truth.copy()
    rows = one.canaries[:, 0].astype(np.int64)
    served[rows] = one.canaries[:, 1]
    flipped = np.zeros(len(truth), dtype=bool)
    flipped[rows] = True
    return canary_agreement(one.own, served, truth, flipped)
