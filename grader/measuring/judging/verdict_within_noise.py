"""Whether a result made again has another verdict only because it stands beside a bar.

A program that is random in itself and stands near its bar is now passed, now inconclusive, with the same
points. That is noise, if either verdict is what the values on its own side give; else nobody measured it.
"""

from collections.abc import Mapping
from typing import Any

from grader.measuring.judging.judge import worst_of
from grader.measuring.judging.standing import standing
from grader.measuring.judging.statistics import summarise
from grader.model.assignment import Assignment
from grader.model.certificate import Certificate, CertifiedCheck
from grader.model.check import CheckSpec, Outcome
from grader.model.metric import Baseline, Measurement
from grader.model.result import Verdict
from grader.plugins.interfaces import CheckKind, Metric


def only_beside_a_bar(
    certified: Certificate,
    now: Certificate,
    assignment: Assignment,
    *,
    metrics: Mapping[str, Metric],
    kinds: Mapping[str, CheckKind[Any]],
    baseline: Baseline | None,
) -> bool:
    """Return whether the verdicts differ by one step, and both follow from what was measured.

    The points of every check must be the same, and each check that came out otherwise must be of a kind with
    a bar, with the outcome that the values of its own certificate give.
    """
    if certified.verdict is now.verdict or Verdict.INCONCLUSIVE not in (certified.verdict, now.verdict):
        return False
    then, again = ({check.id: check for check in one.checks} for one in (certified, now))
    specs = {spec.id: spec for spec in assignment.checks}
    if not then.keys() == again.keys() == specs.keys():
        return False
    for one, checks in ((certified, then), (now, again)):
        required = [i for i in checks if specs[i].required] or list(checks)
        if one.verdict is not worst_of({checks[i].outcome for i in required}):
            return False
    for name, check in then.items():
        spec, other = specs[name], again[name]
        if check.points != other.points:
            return False
        if check.outcome is not other.outcome and not (
            kinds[spec.kind].has_bar
            and _follows(check, spec, certified, assignment, metrics=metrics, kinds=kinds, baseline=baseline)
            and _follows(other, spec, now, assignment, metrics=metrics, kinds=kinds, baseline=baseline)
        ):
            return False
    return True


def _follows(
    check: CertifiedCheck,
    spec: CheckSpec,
    certificate: Certificate,
    assignment: Assignment,
    *,
    metrics: Mapping[str, Metric],
    kinds: Mapping[str, CheckKind[Any]],
    baseline: Baseline | None,
) -> bool:
    """Return whether ``check`` came out as the values in ``certificate`` say, and these as its runs say."""
    name = kinds[spec.kind].measures(spec)
    summary = next((one for one in certificate.metrics if one.metric == name), None)
    made = [one.metrics for one in certificate.runs] + [one.metrics for one in certificate.trainings]
    measured = {found.get(summary.metric) for found in made} if summary is not None else set()
    if summary is None or not summary.values or not set(summary.values) <= measured:
        return False
    runs = [Measurement(metric=summary.metric, value=value, n=summary.n) for value in summary.values]
    metric = metrics[summary.metric]
    stands = standing(
        kinds[spec.kind].bars(spec, metric)[0],
        summarise(metric, runs, assignment.verdict.rule),
        counts_rows=metric.counts_rows,
        baseline=baseline,
        runs_max=assignment.run.runs_max,
    )
    if not stands.settled:
        return check.outcome is Outcome.INCONCLUSIVE
    return check.outcome is (Outcome.PASSED if stands.met else Outcome.FAILED)
