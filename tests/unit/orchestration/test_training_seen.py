"""Where nothing of a course could show that a program learns, a training that was seen is enough."""

import numpy as np
import pytest

from grader.model.assignment import AuditSpec
from grader.model.submission import Severity
from grader.orchestration.signs_in_runs import Seen, find_signs
from tests import builders as a
from tests.unit.measuring.made import report as a_report

ANSWERS = np.zeros(60, dtype=np.int64)


@pytest.mark.parametrize(
    ("estimators", "placebo", "asked"),
    [
        ((), True, True),
        ((), False, True),
        (("SVC",), True, True),  # the placebo will say
        (("SVC",), False, False),
    ],
)
def test_a_person_is_asked_where_something_can_still_tell_or_nothing_was_seen(
    *, estimators: tuple[str, ...], placebo: bool, asked: bool
) -> None:
    report = a_report(fits=(), estimators=estimators)
    seen = Seen(run=a.a_run(), report=report, own=ANSWERS, canaries=None)
    signs = find_signs([seen], ANSWERS, audits=AuditSpec(placebo=placebo))
    found = [finding.code for finding in signs.findings if finding.severity is Severity.REVIEW]
    assert found == (["GR403"] if asked else [])


def test_what_the_placebo_shows_needs_no_look() -> None:
    seen = Seen(run=a.a_run(), report=a_report(fits=()), own=ANSWERS, canaries=None)
    assert find_signs([seen], ANSWERS, audits=AuditSpec(), learns=True).findings == ()
