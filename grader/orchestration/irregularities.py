"""Signs of dishonesty or of disturbed training in one run, told to the instructor; never a zero."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.measuring.facts import RunFacts
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
    facts: RunFacts,
    *,
    own: "np.ndarray[Any, Any] | None",
    truth: "np.ndarray[Any, Any]",
    canaries: "np.ndarray[Any, Any] | None",
) -> Irregularities:
    """Return what one run shows: canaries agreed with, served test rows in ``fit``."""
    return Irregularities()
