"""Assurance: how a grade is known to be earned, and how a delivered value stands beside its recipe's."""

from dataclasses import dataclass
from enum import Enum


class Assurance(Enum):
    """What stands behind the points of a check.

    MADE_AGAIN: we trained the recipe ourselves and measured that. NOT_CONTRADICTED: the audits of the
    program's own runs found nothing. DOUBTED: something speaks against it, and a person has to look.
    """

    MADE_AGAIN = "made_again"
    NOT_CONTRADICTED = "not_contradicted"
    DOUBTED = "doubted"


class Origin(Enum):
    """Who made a run: the program that was handed in, or we by its recipe."""

    PROGRAM = "program"
    RECIPE = "recipe"


class Beside(Enum):
    """How a delivered value stands beside those of its recipe trained again. OPEN: more must be trained."""

    WITHIN = "within"
    BETTER = "better"
    WORSE = "worse"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeAgain:
    """One metric of one submission: what it delivered, and what its recipe gives when we train it.

    ``wanted`` says of an open comparison how many trainings in all would tell more. ``better_half``: some
    of the retrained did not learn, and the delivered value was held against the better half alone.
    ``p_value`` is the chance that a recipe like this gives a value as far off; None where no chance is at
    work or nothing is known of the spread.
    """

    metric: str
    delivered: float
    retrained: tuple[float, ...]
    beside: Beside
    p_value: float | None = None
    wanted: int | None = None
    better_half: bool = False
