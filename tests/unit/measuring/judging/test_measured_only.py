"""Whose sentences a student reads where test rows are hidden: each kind of check says it of its own."""

from decimal import Decimal
from typing import Any

import pytest

from grader.measuring.checks import runs
from grader.measuring.evidence.predictions import NothingDelivered
from grader.measuring.judging.facts import Facts, RunFacts
from grader.measuring.judging.judge import gather, judge
from grader.model.check import CheckResult
from grader.model.message import Text
from grader.plugins.answers import passed
from grader.plugins.interfaces import CheckKind
from tests.unit.measuring.made import KINDS, METRICS, assignment, counted, error_check, run_facts

OWN = runs.Spec(id="own", kind="own", points=Decimal(1), required=False)


class OwnKind(CheckKind[runs.Spec]):
    """Somebody else's kind."""

    name = "own"
    table = runs.Spec
    needs_predictions = False

    def answer(self, facts: Facts, spec: runs.Spec) -> CheckResult:  # noqa: ARG002 - alike for every program
        return passed(spec, Text("Medido.", "Measured."))


class OutsideKind(OwnKind):
    """One that says nothing but what was measured."""

    measured_only = True


class BrokenKind(OutsideKind):
    """One that fails, with who knows what in its error."""

    def answer(self, facts: Facts, spec: runs.Spec) -> CheckResult:
        raise ZeroDivisionError(f"{facts.runs[0].delivered} {spec.id}")


def judged(kind: CheckKind[Any], facts: RunFacts) -> list[bool]:
    """Return of the check of a metric and of one of ``kind`` whether their sentences are ours alone."""
    asked = assignment(error_check(), OWN)
    told = judge(gather(asked, [facts], metrics=METRICS, kinds={**KINDS, "own": kind}))
    return [check.measured_only for check in told.checks]


@pytest.mark.parametrize(
    ("kind", "shown"), [(OwnKind(), False), (OutsideKind(), True), (BrokenKind(), False)]
)
def test_a_kind_says_whether_its_sentences_are_of_measured_things_alone(
    kind: CheckKind[Any], *, shown: bool
) -> None:
    assert judged(kind, run_facts(counted("error_rate", 0, 10_000))) == [True, shown]


def test_what_is_said_of_a_check_that_nobody_asked_is_ours() -> None:
    assert judged(OwnKind(), run_facts(nothing=NothingDelivered(reasons=()))) == [True, True]
