"""The kind ``fit``: was a model trained in every run?"""

from dataclasses import dataclass

from grader.measuring.judging.facts import Facts
from grader.model.check import CheckResult
from grader.plugins.answers import failed, passed
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable
from grader.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Was a model trained in this very run (for assignments where a rule typed by hand would pass)?"""

    required: bool = True


class FitKind(CheckKind[Spec]):
    """Looks for a ``fit`` of at least one epoch in what the harness saw."""

    name = "fit"
    table = Spec

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed or failed; a fit of no epochs is none."""
        trained = [[fit for fit in one.report.fits if fit.epochs > 0] for one in facts.runs]
        if all(trained):
            epochs = sum(fit.epochs for fit in trained[0])
            return passed(spec, say("model-trained-in-run", fits=len(trained[0]), epochs=epochs))
        return failed(spec, say("model-not-trained-in-run"))
