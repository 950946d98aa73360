"""The kind ``claim``: does the figure that the student states agree with the measured one?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.measuring.claims.statements import Statement
from grader.measuring.judging.facts import Facts
from grader.measuring.judging.measured_answers import why_unmeasured
from grader.measuring.judging.notes import disturbed
from grader.measuring.judging.stated_result import CLAIMABLE, hold_against, tell_comparison
from grader.measuring.judging.tell import tell_value
from grader.model.check import CheckResult, Outcome
from grader.model.message import Message
from grader.plugins.answers import answered, failed, passed, unearned
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable
from grader.plugins.written import WrittenCheck
from grader.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Does the error or accuracy that the student states agree with the measured one?"""


class ClaimKind(CheckKind[Spec]):
    """Holds what is stated against what was measured, within three combined standard errors."""

    name = "claim"
    table = Spec

    def mistakes(self, written: WrittenCheck) -> Iterator[Message]:
        """Yield that nothing is measured which a statement could be held against."""
        if not any(table.get("metric") in CLAIMABLE for table in written.others()):
            names = ", ".join(CLAIMABLE)
            yield say("claim-check-without-metric", file=written.file, key=written.key, names=names)

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Hold the statement against what decides: our own trainings, where there is a recipe."""
        return replace(self._held(facts, spec), by_recipe=facts.retrained)

    def _held(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed within three standard errors, failed when stated better, or when nothing is stated.

        Stated worse is inconclusive with the points: it harms nobody, and a figure typed at random should
        not pass unseen. So is stated better by a program that was disturbed by changed labels.
        """
        metric = _metric(facts)
        summary = facts.summaries.get(metric)
        if summary is None:
            return unearned(spec, Outcome.ERRORED, why_unmeasured(metric, facts))
        stated = facts.stated
        if stated is None or not stated.compared:
            return failed(spec, _missing(stated, metric))
        comparison = hold_against(stated, summary, facts.baseline)
        figures = tell_comparison(stated, summary, comparison)
        if comparison.better and disturbed(facts):
            kept = say("claim-overstated-test-rows-trained", **figures)
            return answered(spec, Outcome.INCONCLUSIVE, spec.points, kept)
        if comparison.better:
            return failed(spec, say("claim-overstated", **figures))
        if comparison.worse:
            return answered(spec, Outcome.INCONCLUSIVE, spec.points, say("claim-understated", **figures))
        return passed(spec, say("claim-agrees", **figures))


def _metric(facts: Facts) -> str:
    """Return the first metric of the assignment's checks that a statement can be held against."""
    named = (facts.kinds[check.kind].measures(check) for check in facts.assignment.checks)
    return next((name for name in named if name in CLAIMABLE), CLAIMABLE[0])


def _missing(stated: Statement | None, metric: str) -> Message:
    """Return how to state a result, and why what was found does not do."""
    error = metric == "error_rate"
    example = say("claim.example.error" if error else "claim.example.accuracy")
    if stated is None:
        return say("claim-not-found", example=example)
    claimed = tell_value(stated.value, counts_rows=True)
    key = "claim-only-printed" if stated.printed else "claim-ambiguous"
    return say(key, claimed=claimed, where=stated.where, example=example)
