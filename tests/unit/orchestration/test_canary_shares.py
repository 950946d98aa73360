from pathlib import Path

import pytest

from grader.coursefiles.load_course import Known, load_course
from grader.datasets.catalogue import dataset
from grader.datasets.catalogue import names as dataset_names
from grader.datasets.serve import canary_count
from grader.measuring.judging.standing import standing
from grader.measuring.judging.statistics import summarise
from grader.model.assignment import Assignment
from grader.model.check import MetricCheck, ScaleCheck
from grader.model.metric import Measurement, Threshold
from grader.orchestration.orders import loosest_error
from grader.plugins.registry import METRICS, load_plugins
from grader.runtimes.catalogue import names as runtime_names

PLUGINS = load_plugins(METRICS)
COURSE = load_course(
    Path(__file__).parents[3],
    Known(datasets=dataset_names(), metrics=tuple(PLUGINS), runtimes=runtime_names()),
)
SERVED = [a for a in COURSE.assignments if not dataset(a.data.dataset).typed]


def bars_of(check: MetricCheck | ScaleCheck) -> tuple[Threshold, ...]:
    if isinstance(check, MetricCheck):
        return (check.threshold, *(tier.threshold for tier in check.partial))
    return (Threshold(value=check.start, direction=PLUGINS[check.metric].direction),)


@pytest.mark.parametrize("assignment", SERVED, ids=lambda a: a.slug)
def test_copied_labels_earn_nothing_not_even_as_too_close_to_call(assignment: Assignment) -> None:
    data = dataset(assignment.data.dataset)
    rows = data.groups["test"][1]
    wrong = canary_count(data, rows, loosest_error(assignment, rows))
    for check in assignment.checks:
        if not isinstance(check, MetricCheck | ScaleCheck):
            continue
        measured = Measurement(metric=check.metric, value=wrong / rows, n=rows, wrong=wrong)
        summary = summarise(PLUGINS[check.metric], [measured])
        for bar in bars_of(check):
            found = standing(bar, summary, counts_rows=True, baseline=None, runs_max=assignment.run.runs_max)
            assert found.settled
            assert not found.met
