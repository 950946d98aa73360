from dataclasses import replace
from pathlib import Path

import pytest

from grader.coursefiles.load_course import load_course
from grader.datasets.catalogue import dataset
from grader.datasets.serve import canary_count
from grader.measuring.judging.loosest_error import loosest_error
from grader.measuring.judging.standing import standing
from grader.measuring.judging.statistics import summarise
from grader.measuring.metrics import ErrorRate, Rmse
from grader.model.assignment import Assignment
from grader.model.metric import Measurement
from grader.plugins.interfaces import Metric
from grader.wiring import known_names
from tests.unit.measuring.made import assignment, error_check

KNOWN = known_names()
COURSE = load_course(Path(__file__).parents[3], KNOWN)
SERVED = [
    a
    for a in COURSE.assignments
    if a.data.given and not dataset(a.data.dataset).typed and dataset(a.data.dataset).classes
]
"""Of numbers that are handed back, one of the wrong answers of california tells."""


@pytest.mark.parametrize("asked", SERVED, ids=lambda a: a.slug)
def test_copied_labels_earn_nothing_not_even_as_too_close_to_call(asked: Assignment) -> None:
    data = dataset(asked.data.dataset)
    rows = data.groups["test"][1]
    least = loosest_error(asked, rows, kinds=KNOWN.kinds, metrics=KNOWN.metrics)
    wrong = canary_count(data, rows, least)
    for check in asked.checks:
        kind = KNOWN.kinds[check.kind]
        if not kind.has_bar:
            continue
        metric = KNOWN.metrics[kind.measures(check) or ""]
        measured = Measurement(metric=metric.name, value=wrong / rows, n=rows, wrong=wrong)
        summary = summarise(metric, [measured])
        for bar in kind.bars(check, metric):
            found = standing(bar, summary, counts_rows=True, baseline=None, runs_max=asked.run.runs_max)
            assert found.settled
            assert not found.met


class TopTwo(ErrorRate):
    """A share of the test rows that nobody here knows by name."""

    name = "top_two"


class OfTheNoise(TopTwo):
    """A share of other rows: no label that is served says anything of them."""

    name = "of_the_noise"
    group = "noise"


@pytest.mark.parametrize(("metric", "reckoned"), [(TopTwo(), True), (OfTheNoise(), False), (Rmse(), False)])
def test_every_share_of_the_test_rows_is_reckoned_with_whatever_its_name(
    metric: Metric,
    reckoned: bool,  # noqa: FBT001 - a case
) -> None:
    asked = assignment(replace(error_check(0.2, partial=((0.3, 1),)), metric=metric.name))
    least = loosest_error(asked, 10_000, kinds=KNOWN.kinds, metrics={metric.name: metric})
    assert least == (pytest.approx(0.3160, abs=1e-4) if reckoned else 0)
