"""Figures in words, for the sentences of checks: values, whole rows, bars."""

from grader.measuring.judging.facts import Facts
from grader.measuring.judging.measure import metric_name
from grader.measuring.judging.statistics import errors_allowed
from grader.model.message import Message
from grader.model.metric import Direction, MetricSummary, Threshold
from grader.words import say


def tell_value(value: float, counts_rows: bool) -> Message:  # noqa: FBT001 - a metric's own attribute
    """Return a value of a metric in words: per cent where it counts rows, else a number."""
    return say("verdict.value.share" if counts_rows else "verdict.value.number", value=value)


def tell_errors(count: int) -> Message:
    """Return "1 error", "2 errors"."""
    return say("verdict.errors.one" if count == 1 else "verdict.errors.many", count=count)


def tell_measured(summary: MetricSummary, facts: Facts) -> Message:
    """Return what was measured: of one run with whole rows where they are counted, of more by the rule."""
    metric = facts.metrics[summary.metric]
    name, runs = metric_name(summary.metric), len(summary.values)
    value = tell_value(summary.value, metric.counts_rows)
    if runs > 1:
        key = f"verdict.measured.{summary.rule.value}"
        return say(key, metric=name, value=value, n=summary.n, runs=runs)
    if not metric.counts_rows:
        return say("verdict.measured.number", metric=name, value=value, n=summary.n)
    counted = round(summary.value * summary.n)
    wrong = counted if metric.direction is Direction.LOWER_IS_BETTER else summary.n - counted
    return say("verdict.measured.rows", metric=name, value=value, n=summary.n, errors=tell_errors(wrong))


def tell_bar(threshold: Threshold, summary: MetricSummary, counts_rows: bool) -> Message:  # noqa: FBT001 - as above
    """Return what was asked, as a whole count of rows where the metric counts them."""
    side = "below" if threshold.direction is Direction.LOWER_IS_BETTER else "above"
    value = tell_value(threshold.value, counts_rows)
    allowed = errors_allowed(threshold, summary.n) if counts_rows else None
    if allowed is None:
        return say(f"verdict.bar.{side}", value=value)
    if allowed == 0:
        return say(f"verdict.bar.{side}.none", value=value, n=summary.n)
    return say(f"verdict.bar.{side}.rows", value=value, n=summary.n, errors=tell_errors(allowed))
