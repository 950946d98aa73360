"""The kind ``imports``: does the program do without the modules that the assignment forbids?"""

from dataclasses import dataclass
from typing import Annotated

from grader.measuring.judging.facts import Facts
from grader.model.check import CheckResult
from grader.plugins.answers import failed, passed
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable, Field, ModuleName, Several
from grader.words import say

_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Does the program import none of the modules in ``forbid``, and nothing inside them?"""

    forbid: Annotated[Several[ModuleName], Field(min_length=1, max_length=100)]


class ImportsKind(CheckKind[Spec]):
    """Looks at what the harness saw the program's own code import; what libraries import does not count."""

    name = "imports"
    table = Spec
    needs_predictions = False
    own_word = True

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed or failed, with what was imported; a run that did not end shows nothing."""
        if not all(one.report.finished for one in facts.runs):
            return failed(spec, say("imports-unseen"))
        imported = dict.fromkeys(name for one in facts.runs for name in one.report.imports)
        found = [name for name in imported if any(_within(name, module) for module in spec.forbid)]
        forbidden = ", ".join(spec.forbid)
        if not found:
            return passed(spec, say("imports-allowed", forbidden=forbidden))
        outermost = [
            name for name in found if not any(_within(name, other) for other in found if other != name)
        ]
        shown = ", ".join(outermost[:_SHOWN])
        return failed(spec, say("imports-forbidden", found=shown, forbidden=forbidden))


def _within(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")
