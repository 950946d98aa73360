"""What a course expects of its own files, and what came of it: lint, references, starters, wrong answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from grader.model.evidence import Place
from grader.model.flaw import Linted
from grader.model.message import Message

_NOWHERE = Place()


class Part(Enum):
    """Which of a course's files something is expected of."""

    LINT = "lint"
    REFERENCE = "reference"
    STARTER = "starter"
    WRONG = "wrong"
    ZOO = "zoo"


class Came(Enum):
    """What came of an expectation.

    HELD: as expected. BROKEN: otherwise. UNSURE: too close to a bar to say. LOST: our failure, nothing is
    known.
    """

    HELD = "held"
    UNSURE = "unsure"
    LOST = "lost"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What was expected of one file of one assignment, and what happened.

    ``short`` says it in a word or two, for a table. ``file`` is named from the course's folder.
    ``assignment`` is empty for what belongs to the whole course.
    """

    assignment: str
    part: Part
    came: Came
    expected: Message
    happened: Message
    short: Message
    file: str = ""
    place: Place = _NOWHERE
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseTried:
    """A course held against all that it expects of itself.

    ``broken`` are assignments whose spec cannot be read; of the whole course it is the empty name. ``quick``:
    no program was run.
    """

    course: str
    assignments: tuple[str, ...]
    expectations: tuple[Expectation, ...]
    linted: Linted
    broken: tuple[str, ...]
    quick: bool
    seconds: float

    @property
    def came(self) -> Came:
        """The worst of all: what is known to be broken stays so, whatever could not be tried."""
        return worst(one.came for one in self.expectations)

    def of(self, assignment: str, part: Part) -> tuple[Expectation, ...]:
        """Return what was expected of one part of one assignment."""
        return tuple(one for one in self.expectations if (one.assignment, one.part) == (assignment, part))


def worst(each: Iterable[Came]) -> Came:
    """Return the worst of ``each``, HELD where there is none."""
    order = list(Came)
    return max(each, key=order.index, default=Came.HELD)
