"""Silence: a program that delivered in its graded run and delivers nothing in an audit's run.

Dodging an audit must cost what being caught costs, else every audit can be left by an ``exit()``. What may be
our own doing, or the machine's, says nothing: a run that could not be made, one that met a limit which the
graded run had nearly met.
"""

from grader.model.message import Message
from grader.model.run import Conditions, Run, RunStatus
from grader.words import say

_NEAR = 0.5
"""A graded run that used so much of a limit may cross it the next time by the machine's doing alone."""
_MET = (RunStatus.TIMEOUT, RunStatus.MEMORY)


def silence(graded: Run, extra: Run, conditions: Conditions | None, *, error: str = "") -> Message | None:
    """Return how ``extra`` ended that left no answers; None where that may be no doing of the program's.

    ``conditions`` are those of the graded run, which answered. ``error`` is the type of what the program
    raised.
    """
    if extra.status in _MET and not _far_from_limit(graded, extra, conditions):
        return None
    if error and extra.status in (RunStatus.OK, RunStatus.ERROR):
        return say("audit.silence.raised", error=error)
    return say(f"audit.silence.{extra.status.value}")


def _far_from_limit(graded: Run, extra: Run, conditions: Conditions | None) -> bool:
    if conditions is None:
        return False
    if extra.status is RunStatus.TIMEOUT:
        return graded.seconds < _NEAR * conditions.wall_seconds
    return graded.peak_memory_bytes < _NEAR * conditions.memory_bytes
