"""What kinds of one metric have in common: where it stands at a bar, an audit's doubt, no number at all."""

from decimal import Decimal

from grader.measuring.judging.facts import Facts
from grader.measuring.judging.measure import metric_name
from grader.measuring.judging.standing import Standing, spread_of, standing
from grader.model.assignment import OnClose
from grader.model.check import CheckResult, CheckSpec, Outcome
from grader.model.message import Message
from grader.model.metric import MetricSummary, Threshold
from grader.plugins.answers import answered
from grader.words import say


def stands_at(threshold: Threshold, summary: MetricSummary, facts: Facts) -> Standing:
    """Return where ``summary`` stands against ``threshold``, with what is known of the noise.

    A program that repeats itself with every seed is settled. One that fixes its own seed repeats itself too,
    and another seed would have done as well: it keeps its noise, where there is a measure of noise. In our
    own trainings the seeds are ours.
    """
    counts = facts.metrics[summary.metric].counts_rows
    own_seed = not facts.retrained and any(run.report.own_seed for run in facts.runs)
    noise = spread_of(summary, facts.baseline, bar=threshold.value if counts else None)
    return standing(
        threshold,
        summary,
        counts_rows=counts,
        baseline=facts.baseline,
        runs_max=facts.assignment.run.runs_max,
        exact=facts.repeats_itself and (noise is None or not own_seed),
    )


def generous(facts: Facts) -> bool:
    """Return whether luck gets the benefit of the doubt; copied labels never do."""
    return facts.copied is None and facts.assignment.verdict.on_close is OnClose.BENEFIT


def in_doubt(
    spec: CheckSpec,
    facts: Facts,
    points: Decimal,
    *,
    metric: str,
    threshold: Threshold | None,
    measured: Message,
    bar: Message,
) -> CheckResult:
    """Return the answer for a person to decide when an audit doubts where the predictions come from."""
    kept = generous(facts)
    message = say(
        "audit-doubt-points-kept" if kept else "audit-doubt-points-withheld",
        measured=measured,
        bar=bar,
        why=facts.doubted,
    )
    earned = points if kept else Decimal(0)
    return answered(spec, Outcome.INCONCLUSIVE, earned, message, metric=metric, threshold=threshold)


def unmeasured(spec: CheckSpec, facts: Facts, metric: str, threshold: Threshold | None = None) -> CheckResult:
    """Return an errored check: predictions were there, and we have no number for them."""
    why = why_unmeasured(metric, facts)
    return answered(spec, Outcome.ERRORED, Decimal(0), why, metric=metric, threshold=threshold)


def why_unmeasured(metric: str, facts: Facts) -> Message:
    """Return why there is no number of ``metric``."""
    found = facts.unmeasured.get(metric)
    return found.reason if found else say("metric-group-without-rows", metric=metric_name(metric), group="?")
