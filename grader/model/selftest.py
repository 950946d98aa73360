"""What a self-test shows: which check and which audit catches which bad program, and what got through."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from grader.model.result import Verdict


class Cell(Enum):
    """What one check or audit made of one program.

    CAUGHT: a check failed, or an audit has a finding for a person. UNSURE: inconclusive or undecided.
    NOT_MADE: it was not asked, as the extra runs of audits are not of who fails.
    """

    CAUGHT = "caught"
    PASSED = "passed"
    UNSURE = "unsure"
    NOT_MADE = "not_made"


class Ending(Enum):
    """What a program of the zoo came to.

    CAUGHT: by a check or audit that is meant to catch it, or failed by a required check. TOLERATED: nothing
    catches it, and the zoo says why nothing should. HOLE: nothing did. CLEAR: a control that was left in
    peace; ALARM: one that was not. NOT_GRADED: our failure, nothing is known.
    """

    CAUGHT = "caught"
    TOLERATED = "tolerated"
    HOLE = "hole"
    CLEAR = "clear"
    ALARM = "alarm"
    NOT_GRADED = "not_graded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Animal:
    """One program of the zoo; ``caught_by`` are the kinds of checks and the audits meant to catch it.

    A ``control`` is an honest program that nothing may catch. A ``tolerated`` one is bad manners that move
    no figure. ``files`` are made to lie beside it.
    """

    name: str
    control: bool = False
    tolerated: bool = False
    caught_by: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A check of the assignment, by its ``name`` (its id) and kind, or an audit: both are its name.

    ``has_bar``: it holds a metric against a bar, so whoever is meant to be caught by ``metric`` is by it.
    """

    name: str
    kind: str
    audit: bool
    has_bar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of one program; ``cells`` by the names of columns, checks and audits apart."""

    animal: Animal
    verdict: Verdict | None
    points: Decimal | None
    cells: Mapping[Column, Cell]
    codes: tuple[str, ...]
    ending: Ending
    cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The self-test of one assignment."""

    assignment: str
    max_points: Decimal
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def cpu_seconds(self) -> float:
        """The processor time of all runs, extra ones included."""
        return sum(row.cpu_seconds for row in self.rows)

    @property
    def holds(self) -> bool:
        """Whether every bad program was caught and every control left in peace."""
        return not any(row.ending in (Ending.HOLE, Ending.ALARM, Ending.NOT_GRADED) for row in self.rows)
