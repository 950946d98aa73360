"""A few bad programs of the zoo, for assignments with data: a course's checks are to catch them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.model.assignment import Assignment, Course
from grader.model.errors import CourseError, DataMissing
from grader.model.expectation import Came, Expectation, Part
from grader.model.message import Message
from grader.model.selftest import Ending, Row
from grader.orchestration.ground import lay_ground
from grader.orchestration.means import Means
from grader.orchestration.selftest import selftest
from grader.orchestration.zoo import animals_for
from grader.words import say

QUICK = ("majority", "by-position", "copier", "by-hand")
"""One program for each way of not learning that takes no training; the whole zoo is ``grader selftest``'s."""
_CAME = {Ending.HOLE: Came.BROKEN, Ending.ALARM: Came.BROKEN, Ending.NOT_GRADED: Came.LOST}


def run_zoo(course: Course, assignment: Assignment, means: Means) -> Iterator[Expectation]:
    """Yield what the quick part of the zoo came to; nothing where it has no programs for such data.

    Runs are kept as those of others are: the programs are the same each time.
    """
    if not assignment.data.given:
        return
    try:
        only = [a.name for a in animals_for(lay_ground(assignment, means).prepared.dataset)]
        only = [name for name in only if name in QUICK]
        if not only:
            return
        with tempfile.TemporaryDirectory(prefix="grader-ci-") as place:
            matrix = selftest(course, assignment, means=means, folder=Path(place) / "zoo", only=only)
    except (CourseError, DataMissing) as error:
        yield _expectation(assignment, "zoo", Came.LOST, error.message)
        return
    for row in matrix.rows:
        yield _expectation(assignment, row.animal.name, _CAME.get(row.ending, Came.HELD), _ending(row))


def _ending(row: Row) -> Message:
    return say(f"ending.{row.ending.value}")


def _expectation(assignment: Assignment, program: str, came: Came, happened: Message) -> Expectation:
    return Expectation(
        assignment=assignment.slug,
        part=Part.ZOO,
        came=came,
        expected=say("ci.expected.zoo", program=program),
        happened=happened,
        short=happened,
        file=f"assignments/{assignment.slug}/assignment.toml",
    )
