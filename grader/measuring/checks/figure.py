"""The kind ``figure``: did the first run draw enough figures?"""

from dataclasses import dataclass
from typing import Annotated

from grader.measuring.judging.facts import Facts
from grader.model.check import CheckResult
from grader.plugins.answers import failed, passed
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable, Field
from grader.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Does the program draw at least ``at_least`` figures?"""

    at_least: Annotated[int, Field(ge=1, le=20)] = 1


class FigureKind(CheckKind[Spec]):
    """Counts what the harness saw drawn, in the submission's own process."""

    name = "figure"
    table = Spec
    needs_predictions = False
    own_word = True

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed or failed, with both counts."""
        drawn = facts.runs[0].report.figures
        if drawn >= spec.at_least:
            return passed(spec, say("figures-drawn", drawn=drawn))
        return failed(spec, say("too-few-figures", drawn=drawn, needed=spec.at_least))
