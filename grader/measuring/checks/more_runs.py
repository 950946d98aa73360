"""Is one more run worth it: could it still change what a check earns?"""

from grader.measuring.checks.metric_checks import more_runs_for_threshold
from grader.measuring.checks.scale_check import more_runs_for_scale
from grader.measuring.judging.facts import Facts
from grader.model.check import CheckSpec, MetricCheck, ScaleCheck


def more_runs_wanted(spec: CheckSpec, facts: Facts) -> bool:
    """Return whether one more run could still change what ``spec`` earns, with a chance of 1 % or more."""
    match spec:
        case MetricCheck():
            return more_runs_for_threshold(spec, facts)
        case ScaleCheck():
            return more_runs_for_scale(spec, facts)
    return False
