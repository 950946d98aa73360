"""The measured metrics as cards: the figure, the two uncertainties apart, threshold and reference."""

from grader.model.message import Message
from grader.model.metric import Direction, MetricSummary, Paired, Rule, Threshold
from grader.model.result import SubmissionResult
from grader.reporting.charts import Bar, Row, strip
from grader.reporting.in_words import (
    is_share,
    metric_told,
    range_told,
    rows_told,
    threshold_told,
    value_told,
)
from grader.reporting.recipe_view import trained_again
from grader.reporting.views import MetricCard, Pair
from grader.words.catalogue import say


def metric_cards(result: SubmissionResult) -> tuple[MetricCard, ...]:
    """Return one card per measured metric, in the order they were measured."""
    return tuple(_card(number, summary, result) for number, summary in enumerate(result.metrics, 1))


def _card(number: int, summary: MetricSummary, result: SubmissionResult) -> MetricCard:
    share = is_share(summary)
    reference = next((s for s in result.reference if s.metric == summary.metric), None)
    threshold = next((c.threshold for c in result.checks if c.metric == summary.metric and c.threshold), None)
    identity = f"metric-{number}"
    return MetricCard(
        id=identity,
        name=metric_told(summary.metric),
        value=value_told(summary.value, share=share),
        rows=rows_told(summary),
        facts=(
            *_facts(summary, reference, threshold, share=share),
            *trained_again(result, summary.metric, share=share),
            *_paired(result.paired, summary),
        ),
        svg=strip(
            _strip_rows(summary, reference),
            _bar(threshold, share=share),
            labelled_by=identity,
            percent=share,
        ),
    )


def _facts(
    summary: MetricSummary,
    reference: MetricSummary | None,
    threshold: Threshold | None,
    *,
    share: bool,
) -> tuple[Pair, ...]:
    facts = []
    if threshold:
        text = threshold_told(threshold, share=share)
        facts.append(Pair(label=say("page.threshold"), text=text))
    if summary.sampling_low is not None and summary.sampling_high is not None:
        ends = range_told(summary.sampling_low, summary.sampling_high, share=share)
        facts.append(Pair(label=say("page.sampling"), text=say("page.sampling.note", range=ends)))
    facts.append(Pair(label=say("page.seed"), text=_seed(summary, share=share)))
    if reference:
        value = value_told(reference.value, share=share)
        key = "page.reference.note" if len(reference.values) > 1 else "page.reference.one"
        text = say(key, value=value, runs=len(reference.values))
        facts.append(Pair(label=say("page.reference"), text=text))
    return tuple(facts)


def _paired(paired: Paired | None, summary: MetricSummary) -> tuple[Pair, ...]:
    """Return McNemar's test beside a count of the rows that a run is paired with the reference's on."""
    if paired is None or summary.wrong is None or summary.n != paired.n:
        return ()
    fields = {"own": paired.own_only, "theirs": paired.reference_only, "n": paired.n, "p": paired.p_value}
    return (Pair(label=say("page.mcnemar"), text=say("page.mcnemar.note", **fields)),)


def _seed(summary: MetricSummary, *, share: bool) -> Message:
    if summary.seed_sd is None or summary.seed_low is None or summary.seed_high is None:
        return say("page.seed.unmeasured")
    ends = range_told(summary.seed_low, summary.seed_high, share=share)
    return say("page.seed.note", range=ends, sd=value_told(summary.seed_sd, share=share))


def _strip_rows(summary: MetricSummary, reference: MetricSummary | None) -> list[Row]:
    # The mean stands on the row of its spread, where it hides no run; what another rule makes of the runs
    # stands among them.
    apart = summary.seed_low is None or summary.rule is not Rule.MEAN
    mean = summary.value if len(summary.values) > 1 and apart else None
    rows = [Row(label=say("page.runs.short"), style="run", dots=summary.values, mean=mean)]
    if summary.seed_low is not None:
        rows.append(
            Row(
                label=say("page.seed.short"),
                style="seed",
                low=summary.seed_low,
                high=summary.seed_high,
                mean=summary.mean,
            )
        )
    if summary.sampling_low is not None:
        rows.append(
            Row(
                label=say("page.sampling.short"),
                style="sampling",
                low=summary.sampling_low,
                high=summary.sampling_high,
                mean=summary.value,
            )
        )
    if reference:
        rows.append(
            Row(
                label=say("page.reference.short"),
                style="ref",
                low=reference.seed_low,
                high=reference.seed_high,
                mean=reference.value,
            )
        )
    return rows


def _bar(threshold: Threshold | None, *, share: bool) -> Bar | None:
    if threshold is None:
        return None
    return Bar(
        value=threshold.value,
        label=threshold_told(threshold, share=share),
        lower_is_good=threshold.direction is Direction.LOWER_IS_BETTER,
    )
