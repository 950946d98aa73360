"""Signs of dishonesty or of disturbed training in one run, told to the instructor; never a zero."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.measuring.audits import canary_agreement, copied_labels, trained_on_test_rows
from grader.model.evidence import HarnessReport
from grader.model.message import Message
from grader.model.submission import Finding

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Irregularities:
    """What was found; ``copied`` is the sentence that explains a failed metric when labels were copied."""

    findings: tuple[Finding, ...] = ()
    copied: Message | None = None


def find_irregularities(
    report: HarnessReport,
    *,
    own: "np.ndarray[Any, Any] | None",
    truth: "np.ndarray[Any, Any]",
    canaries: "np.ndarray[Any, Any] | None",
) -> Irregularities:
    """Return what one run shows: canaries agreed with, served test rows in ``fit``.

    ``own`` are the decoded predictions and ``truth`` the labels in the dataset's own order; ``canaries``
    holds (row, label shown) pairs.
    """
    import numpy as np

    copied = None
    if own is not None and canaries is not None and len(canaries) and truth.dtype == np.int64:
        served = truth.copy()
        rows = canaries[:, 0].astype(np.int64)
        served[rows] = canaries[:, 1]
        flipped = np.zeros(len(truth), dtype=bool)
        flipped[rows] = True
        copied = copied_labels(canary_agreement(own, served, truth, flipped))
    watched = trained_on_test_rows(report)
    return Irregularities(
        findings=tuple(finding for finding in (copied, watched) if finding is not None),
        copied=copied.message if copied is not None else None,
    )
