from pathlib import Path

import pytest

from grader.coursefiles.load_course import load_course
from grader.datasets.catalogue import dataset
from grader.datasets.serve import canary_count
from grader.measuring.judging.loosest_error import loosest_error
from grader.measuring.judging.standing import standing
from grader.measuring.judging.statistics import summarise
from grader.model.assignment import Assignment
from grader.model.metric import Measurement
from grader.wiring import known_names

KNOWN = known_names()
COURSE = load_course(Path(__file__).parents[3], KNOWN)
SERVED = [a for a in COURSE.assignments if not dataset(a.data.dataset).typed]


@pytest.mark.parametrize("assignment", SERVED, ids=lambda a: a.slug)
def test_copied_labels_earn_nothing_not_even_as_too_close_to_call(assignment: Assignment) -> None:
    data = dataset(assignment.data.dataset)
    rows = data.groups["test"][1]
    least = loosest_error(assignment, rows, kinds=KNOWN.kinds, metrics=KNOWN.metrics)
    wrong = canary_count(data, rows, least)
    for check in assignment.checks:
        kind = KNOWN.kinds[check.kind]
        if not kind.has_bar:
            continue
        metric = KNOWN.metrics[kind.measures(check) or ""]
        measured = Measurement(metric=metric.name, value=wrong / rows, n=rows, wrong=wrong)
        summary = summarise(metric, [measured])
        for bar in kind.bars(check, metric):
            found = standing(bar, summary, counts_rows=True, baseline=None, runs_max=assignment.run.runs_max)
            assert found.settled
            assert not found.met
