"""Values and states in words, for pages and exports: one small function each, in both languages."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from grader.model.check import Outcome
from grader.model.evidence import LedgerEntry, Place, Source, SourceReport, SourceState
from grader.model.message import Joined, Message, Text
from grader.model.metric import Direction, MetricSummary, Threshold
from grader.model.result import Reason, Verdict
from grader.model.run import Run, RunStatus
from grader.words.catalogue import keys, say

_MIB = 1024 * 1024


def same(text: str) -> Message:
    """Return ``text`` as a message that reads alike in every language: names, digests, versions."""
    return Text(text, text)


def ledger_told(entry: LedgerEntry) -> Message:
    """Return what was neutralised and why, in one line; the program's text is quoted, never followed."""
    what = " ".join(entry.what.split())
    if entry.place != Place():
        place = place_told(entry.place)
        described: Message = Joined("", (same(f"{what} ("), place, same(")")))
    else:
        described = same(what)
    if known(f"ledger.{entry.kind}"):
        return say(f"ledger.{entry.kind}", what=described)
    return say("ledger.other", what=described, kind=entry.kind)


def place_told(place: Place) -> Message:
    """Return ``cell 7, line 12``; an empty text for no place."""
    if place.cell is not None and place.line is not None:
        return say("page.place.cell_line", cell=place.cell, line=place.line)
    if place.cell is not None:
        return say("page.place.cell", cell=place.cell)
    return same("") if place.line is None else say("page.place.line", line=place.line)


def source_told(report: SourceReport, taken: Source | None, *, stopped: bool = False) -> Message:
    """Return what became of one source of predictions; ``stopped``: the program never came to its end."""
    if report.source is taken:
        return say("page.source.taken")
    if stopped and report.state is SourceState.ABSENT:
        return say("page.source.not_reached")
    if report.state is not SourceState.PASSED_OVER:
        return say(f"page.source.{report.state.value}")
    key = f"why.{report.why}"
    why: Message = say(key if known(key) else "why.other")
    if report.detail:
        why = Joined(" ", (why, same(f"({report.detail})")))
    return say("page.source.passed_over", why=why)


def verdict_told(verdict: Verdict | None) -> Message:
    """Return the verdict in a word or two; without one, ``not graded``."""
    return say(f"verdict.{verdict.value}" if verdict else "verdict.not_graded")


def counted_told(verdict: Verdict | None, n: int) -> Message:
    """Return what is written under the number ``n`` of submissions with that verdict."""
    return say(f"counted.{verdict.value}" if verdict else "counted.not_graded", n=n)


def outcome_told(outcome: Outcome) -> Message:
    """Return the outcome of a check in a word or two."""
    return say(f"outcome.{outcome.value}")


def reason_told(reason: Reason) -> Message:
    """Return why there is no measurement, in a sentence."""
    return say(f"reason.{reason.value}")


def status_told(run: Run) -> Message:
    """Return how a run ended, with the signal or exit code where there is one to tell."""
    status = say(f"status.{run.status.value}")
    if run.signal is not None:
        return say("page.runs.signal", status=status, signal=run.signal)
    if run.status is not RunStatus.OK and run.exit_code:
        return say("page.runs.exit", status=status, code=run.exit_code)
    return status


def metric_told(name: str) -> Message:
    """Return the metric's name in words; the name itself for a metric of a plugin."""
    key = f"verdict.metric.{name}"
    return say(key) if known(key) else same(name)


def is_share(summary: MetricSummary) -> bool:
    """Return whether a metric is a share of rows, to be told in per cent."""
    return summary.sampling_low is not None


def value_told(value: float, *, share: bool) -> Message:
    """Return a metric's value: per cent for shares of rows, else up to four digits."""
    if not math.isfinite(value):
        return say("page.value.none")
    return say("page.value.pct" if share else "page.value.num", x=value)


def range_told(low: float, high: float, *, share: bool) -> Message:
    """Return ``1.39 % to 1.90 %``."""
    ends = {"low": value_told(low, share=share), "high": value_told(high, share=share)}
    return say("page.value.range", **ends)


def rows_told(summary: MetricSummary) -> Message:
    """Return a metric's value as a count of errors where it is one: ``= 2 errors in 686 test rows``."""
    runs = len(summary.values)
    if summary.wrong is None or not math.isfinite(summary.wrong):
        key = f"page.rows.{summary.rule.value}" if runs > 1 else "page.rows.one_run"
        return say(key, n=summary.n, runs=runs)
    if runs > 1:
        # A mean of runs is told with its fraction: 163.0 errors is not a count of rows.
        wrong_rows = round(summary.wrong, 1)
        return say(f"page.errors.{summary.rule.value}", runs=runs, wrong=wrong_rows, n=summary.n)
    wrong = round(summary.wrong)
    return say("page.errors.one" if wrong == 1 else "page.errors.many", wrong=wrong, n=summary.n)


def threshold_told(threshold: Threshold, *, share: bool) -> Message:
    """Return ``below 1.61 %``."""
    side = "below" if threshold.direction is Direction.LOWER_IS_BETTER else "above"
    return say(f"page.threshold.{side}", value=value_told(threshold.value, share=share))


def number_told(value: Decimal | float) -> Message:
    """Return points, or another number, with the language's decimal mark."""
    return say("page.value.points", x=value)


def seconds_told(seconds: float) -> Message:
    """Return a duration: ``2 min 51 s``."""
    return say("page.value.secs", x=seconds)


def bytes_told(size: int) -> Message:
    """Return a memory size in MiB, from 1 GiB on in GiB."""
    gib = size / (1024 * _MIB)
    if gib >= 1:
        return say("page.value.gib", x=round(gib, 2))
    return say("page.value.mib", x=round(size / _MIB))


def moment_told(moment: datetime) -> Message:
    """Return a time in UTC, to the minute."""
    utc = moment.astimezone(UTC)
    return Text(utc.strftime("%d/%m/%Y %H:%M UTC"), utc.strftime("%Y-%m-%d %H:%M UTC"))


@cache
def _keys() -> frozenset[str]:
    return frozenset(keys())


def known(key: str) -> bool:
    """Return whether the catalogue has ``key``; keys made of a program's own words may be unknown."""
    return key in _keys()
