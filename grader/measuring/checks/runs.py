"""The kind ``runs``: did the program run from top to bottom without an error, every time?"""

from dataclasses import dataclass

from grader.measuring.judging.diagnose import explain_failure
from grader.measuring.judging.facts import Facts
from grader.model.check import CheckResult
from grader.model.run import RunStatus
from grader.plugins.answers import failed, passed
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable
from grader.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Does the program run from top to bottom without an error?"""


class RunsKind(CheckKind[Spec]):
    """Looks at how each run ended, and at the harness' word that it reached its end."""

    name = "runs"
    table = Spec
    needs_predictions = False
    own_word = True

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed, or failed with what stopped the first run that was stopped."""
        for one in facts.runs:
            if one.run.status is not RunStatus.OK or one.report.errors:
                return failed(spec, explain_failure(one.run, one.report))
        if not all(one.report.finished for one in facts.runs):
            # os._exit(0) looks like success from outside.
            return failed(spec, say("program-ended-itself"))
        return passed(spec, say("program-ran-to-end"))
