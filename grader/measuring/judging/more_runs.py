"""Is one more run worth it: could it still change what the submission earns?"""

from grader.measuring.evidence.predictions import NothingDelivered
from grader.measuring.judging.facts import Facts
from grader.model.run import RunStatus


def more_runs_wanted(facts: Facts) -> bool:
    """Return whether one more run could still change what a check earns, with a chance of 1 % or more."""
    kinds, checks = facts.kinds, facts.assignment.checks
    if facts.runs[0].run.status not in (RunStatus.OK, RunStatus.ERROR):
        return False  # what ran into a limit has cost enough, and would again
    return _unlucky(facts) or any(kinds[spec.kind].more_runs_wanted(facts, spec) for spec in checks)


def _unlucky(facts: Facts) -> bool:
    """Return whether the only run so far trained and then delivered nothing, which may be its seed's doing.

    What fails before it trains fails with any seed, and what ran into a limit has cost enough.
    """
    first = facts.runs[0]
    if len(facts.runs) > 1 or not isinstance(first.delivered, NothingDelivered):
        return False
    trained = any(fit.epochs > 0 for fit in first.report.fits)
    return trained and first.run.status in (RunStatus.OK, RunStatus.ERROR)
