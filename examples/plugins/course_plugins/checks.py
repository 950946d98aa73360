"""A kind of check of a course's own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from grader.model.check import CheckResult
from grader.model.message import Text
from grader.plugins.answers import failed, passed
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable, Field

if TYPE_CHECKING:
    from grader.measuring.judging.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Does every run take at most ``seconds`` of processor time?"""

    seconds: Annotated[float, Field(gt=0)]


class CpuTimeKind(CheckKind[Spec]):
    """Holds what was measured from outside against the limit: no program can say it took less."""

    name = "cpu_time"
    table = Spec
    needs_predictions = False
    measured_only = True

    def answer(self, facts: "Facts", spec: Spec) -> CheckResult:
        """Return passed or failed, with the time of the slowest run."""
        slowest = max(each.run.cpu_seconds for each in facts.runs)
        message = Text(
            f"A execução mais lenta usou {slowest:.1f} s de processador; o limite é {spec.seconds:g} s.",
            f"The slowest run took {slowest:.1f} s of processor time; the limit is {spec.seconds:g} s.",
        )
        return passed(spec, message) if slowest <= spec.seconds else failed(spec, message)
