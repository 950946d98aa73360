"""What a page must add to a measured figure: copied labels, disturbed training, runs without one."""

from grader.measuring.evidence.predictions import NothingDelivered
from grader.measuring.judging.facts import Facts
from grader.measuring.judging.standing import undecided_within
from grader.model.assignment import Labels
from grader.model.message import Message
from grader.model.metric import MetricSummary, Rule, Threshold
from grader.words import say

_WIDE = 0.02
"""A band of two points on each side of the bar is more than the shipped courses have; fewer rows make it."""


def note_of(facts: Facts) -> Message:
    """Return the sentence to add, empty when there is nothing to say."""
    if facts.copied is not None:
        return say("verdict.note.copied", why=facts.copied)
    if disturbed(facts):
        return say("verdict.note.test_rows")
    if some_empty(facts):
        empty = sum(isinstance(run.delivered, NothingDelivered) for run in facts.runs)
        return say("verdict.note.empty_runs", empty=empty, runs=len(facts.runs))
    return say("verdict.note.none")


def few_rows(threshold: Threshold, summary: MetricSummary, facts: Facts) -> Message:
    """Return what few test rows have to do with a bar that is too close; empty where they are many."""
    runs = facts.assignment.run.runs_max
    if facts.metrics[summary.metric].counts_rows and summary.rule in (Rule.MEAN, Rule.MEDIAN):
        band = undecided_within(threshold, summary, facts.baseline, runs_max=runs)
        if band >= _WIDE:
            return say("verdict.note.few_rows", n=summary.n, band=band, runs=runs)
    return say("verdict.note.none")


def some_empty(facts: Facts) -> bool:
    """Return whether a run delivered nothing: what the others alone show could be a chosen part."""
    return any(isinstance(run.delivered, NothingDelivered) for run in facts.runs)


def disturbed(facts: Facts) -> bool:
    """Return whether training was given served test rows, whose labels were partly changed, to watch.

    A program that repeats those labels is no victim of them: it stays failed. So does one that had them as
    validation data without a callback that looks: these change nothing.
    """
    if facts.copied is not None or facts.assignment.data.labels is not Labels.CANARY:
        return False
    return any(fit.disturbed for run in facts.runs for fit in run.report.fits)
