from decimal import Decimal

import pytest

from grader.measuring.checks import reference
from grader.measuring.judging.judge import gather
from grader.measuring.judging.measure import metrics_wanted
from grader.model.check import CheckSpec, Outcome
from tests.unit.measuring.made import (
    KINDS,
    METRICS,
    assignment,
    baseline,
    counted,
    error_check,
    run_facts,
    scale_check,
)

WITHOUT_METRIC = reference.Spec(id="reference", kind="reference", points=Decimal(1), margin=0.005)


@pytest.mark.parametrize("bar", [error_check(), scale_check()], ids=["metric", "scale"])
def test_a_reference_check_without_a_metric_takes_that_of_the_only_bar(bar: CheckSpec) -> None:
    asked = assignment(WITHOUT_METRIC, bar)
    facts = gather(
        asked,
        [run_facts(counted("error_rate", 110, 10_000))],
        metrics=METRICS,
        kinds=KINDS,
        baseline=baseline("error_rate", 0.0118, sd=0.001),
    )
    found = KINDS["reference"].answer(facts, WITHOUT_METRIC)
    assert (found.outcome, found.metric) == (Outcome.PASSED, "error_rate")
    assert metrics_wanted(asked.checks, KINDS) == ("error_rate",)
