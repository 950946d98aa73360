"""From what was measured to checks, points and a verdict; can be repeated without running anything again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from grader.measuring.claims.statements import Statement
from grader.measuring.evidence.predictions import NothingDelivered
from grader.measuring.judging.diagnose import explain_failure
from grader.measuring.judging.facts import Facts, RunFacts
from grader.measuring.judging.statistics import summarise
from grader.measuring.judging.unseen_model import unseen_model
from grader.model.assignment import Assignment
from grader.model.check import CheckResult, CheckSpec, Outcome
from grader.model.message import Message
from grader.model.metric import Baseline, Measurement, MetricSummary, Rule, Unmeasured
from grader.model.result import Reason, Status, Verdict
from grader.model.submission import FileKind
from grader.plugins.answers import unearned
from grader.plugins.guard import Broken, ask
from grader.plugins.interfaces import CheckKind, Metric
from grader.words import say

NOT_HERE = "not-measured-here"
"""The key of what is said of a metric whose labels are hidden and not on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one submission earned and why; ``points`` is None exactly when it could not be graded."""

    status: Status
    verdict: Verdict | None
    reason: Reason | None
    reason_message: Message | None
    points: Decimal | None
    checks: tuple[CheckResult, ...]
    metrics: tuple[MetricSummary, ...]


def judge(facts: Facts, *, kind: FileKind | None = None, without_code: bool = False) -> Judgement:
    """Return checks, points and verdict of one submission from what is known of its graded runs.

    Args:
        facts: of at least one graded run; a program with a fixed seed counts once.
        kind: notebook or script, so that an empty notebook is told as one.
        without_code: a script with nothing in it that could run.

    When an assignment asks for predictions and no run delivered any, nothing is earned: checks of
    predictions fail, the others are skipped, because they rest on the submission's word alone. Where all
    that is missing is a model that we do not open, nothing fails: a person must look.
    """
    checks = facts.assignment.checks
    asked = any(facts.kinds[spec.kind].needs_predictions for spec in checks)
    if asked and all(isinstance(one.delivered, NothingDelivered) for one in facts.runs):
        unseen = unseen_model(facts)
        return _nothing(facts, kind, without_code=without_code) if unseen is None else _kept(facts, unseen)
    results = tuple(_answer(facts.kinds[spec.kind], spec, facts) for spec in checks)
    summaries = tuple(facts.summaries.values())
    broken = next((r for r in results if r.outcome is Outcome.ERRORED), None)
    if broken is not None:
        return Judgement(
            status=Status.NOT_GRADED,
            verdict=None,
            reason=Reason.INFRASTRUCTURE,
            reason_message=say("check-errored", check=broken.id, why=broken.message),
            points=None,
            checks=results,
            metrics=summaries,
        )
    return Judgement(
        status=Status.GRADED,
        verdict=verdict_of(results),
        reason=None,
        reason_message=None,
        points=sum((r.points for r in results), Decimal(0)),
        checks=results,
        metrics=summaries,
    )


def gather(
    assignment: Assignment,
    runs: Sequence[RunFacts],
    *,
    metrics: Mapping[str, Metric],
    kinds: Mapping[str, CheckKind[Any]],
    baseline: Baseline | None = None,
    copied: Message | None = None,
    doubted: Message | None = None,
    stated: Statement | None = None,
    repeats_itself: bool = False,
    waits: Message | None = None,
) -> Facts:
    """Return the facts that checks are answered from: each metric summarised over the runs that delivered."""
    measured = [one.measurements for one in runs]
    summaries, unmeasured = summarised(measured, metrics, assignment.verdict.rule)
    return Facts(
        assignment=assignment,
        runs=tuple(runs),
        metrics=metrics,
        kinds=kinds,
        summaries=summaries,
        unmeasured=unmeasured,
        baseline=baseline,
        copied=copied,
        doubted=doubted,
        stated=stated,
        repeats_itself=repeats_itself,
        waits=waits,
    )


def summarised(
    measured: Sequence[Mapping[str, Measurement | Unmeasured]], metrics: Mapping[str, Metric], rule: Rule
) -> tuple[dict[str, MetricSummary], dict[str, Unmeasured]]:
    """Return each metric summarised over what was ``measured`` of each run, and those that have no number."""
    summaries: dict[str, MetricSummary] = {}
    unmeasured: dict[str, Unmeasured] = {}
    for name in dict.fromkeys(name for one in measured for name in one):
        found = [one[name] for one in measured if name in one]
        lost = next((m for m in found if isinstance(m, Unmeasured)), None)
        if lost is not None:
            unmeasured[name] = lost
        else:
            known = [m for m in found if isinstance(m, Measurement)]
            summaries[name] = summarise(metrics[name], known, rule)
    return summaries, unmeasured


def verdict_of(results: Sequence[CheckResult]) -> Verdict:
    """Return the worst of the required checks; of all checks where none is required."""
    required = [r for r in results if r.required] or list(results)
    return worst_of({r.outcome for r in required})


def worst_of(outcomes: Collection[Outcome]) -> Verdict:
    """Return the verdict that ``outcomes`` of the checks that count make."""
    if Outcome.FAILED in outcomes:
        return Verdict.FAILED
    return Verdict.INCONCLUSIVE if Outcome.INCONCLUSIVE in outcomes else Verdict.PASSED


def _answer(kind: CheckKind[Any], spec: CheckSpec, facts: Facts) -> CheckResult:
    answer = ask(spec.kind, lambda: kind.answer(facts, spec))
    if isinstance(answer, Broken):
        return unearned(spec, Outcome.ERRORED, answer.reason)
    if answer.outcome is not Outcome.ERRORED:
        return _waiting(replace(answer, measured_only=kind.measured_only), facts)
    # Where the labels are elsewhere nothing broke: it is answered there.
    elsewhere = answer.message.key == NOT_HERE
    return replace(answer, outcome=Outcome.INCONCLUSIVE, measured_only=True) if elsewhere else answer


def _unasked(spec: CheckSpec, outcome: Outcome, message: Message) -> CheckResult:
    """Return what becomes of a check that nobody asked: the sentence is ours."""
    return replace(unearned(spec, outcome, message), measured_only=True)


def _waiting(answer: CheckResult, facts: Facts) -> CheckResult:
    """Return ``answer``, what a metric earned withheld for a person where a required recipe is missing."""
    if facts.waits is None or answer.metric is None or not answer.points:
        return answer
    message = say("recipe-asked-for-points-wait", said=answer.message, why=facts.waits, points=answer.points)
    # The reason may name what the program is made of.
    return replace(
        answer, outcome=Outcome.INCONCLUSIVE, points=Decimal(0), message=message, measured_only=False
    )


def _kept(facts: Facts, why: Message) -> Judgement:
    """Return the judgement of a submission whose model only a person can look at: no points, and no zero."""
    waits = say("check-waits-for-a-person")
    return Judgement(
        status=Status.NOT_GRADED,
        verdict=None,
        reason=Reason.UNREADABLE,
        reason_message=why,
        points=None,
        checks=tuple(_unasked(spec, Outcome.INCONCLUSIVE, waits) for spec in facts.assignment.checks),
        metrics=(),
    )


def _nothing(facts: Facts, kind: FileKind | None, *, without_code: bool) -> Judgement:
    """Return the judgement of a submission of which no run delivered predictions."""
    first, assignment = facts.runs[0], facts.assignment
    nothing = first.delivered if isinstance(first.delivered, NothingDelivered) else None
    failed, skipped = say("check-failed-without-predictions"), say("check-skipped-without-predictions")
    results = tuple(
        _unasked(spec, Outcome.FAILED, failed)
        if facts.kinds[spec.kind].needs_predictions
        else _unasked(spec, Outcome.SKIPPED, skipped)
        for spec in assignment.checks
    )
    refused = nothing is not None and nothing.refused
    return Judgement(
        status=Status.GRADED,
        verdict=Verdict.FAILED,
        reason=Reason.REFUSED if refused else Reason.NOTHING_DELIVERED,
        reason_message=explain_failure(
            first.run,
            first.report,
            nothing=nothing,
            deliver=assignment.deliver,
            kind=kind,
            without_code=without_code,
        ),
        points=Decimal(0),
        checks=results,
        metrics=(),
    )
