"""The kind ``trials``: was a search made over enough settings, and did it find anything?

Its table is a variable of the program: the submission's own word.
"""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from grader.measuring.judging.facts import Facts, RunFacts
from grader.model.ask import Ask
from grader.model.check import CheckResult
from grader.model.message import Message
from grader.plugins.answers import failed, passed
from grader.plugins.interfaces import CheckKind
from grader.plugins.tables import CheckTable, Field, Name, Several
from grader.plugins.written import WrittenCheck
from grader.readers.refused import Refused
from grader.words import say

_SPREADS = 2.0
"""By how many standard deviations of the default's scores the best one must be better."""
Count = Annotated[int, Field(ge=1, le=5000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec(CheckTable):
    """Does the program leave a table of ``at_least`` scored trials, ``distinct`` settings among them?"""

    names: Annotated[Several[Name], Field(min_length=1, max_length=20)] = ("trials",)
    at_least: Count = 2
    distinct: Count | None = None
    score: Annotated[Several[str], Field(min_length=1, max_length=20)] = ("score",)
    settings: Several[str] = ()
    better: Literal["higher", "lower"] = "higher"
    default: Name | None = None


class TrialsKind(CheckKind[Spec]):
    """Counts the trials that have a score and the settings among them, and looks at the best."""

    name = "trials"
    table = Spec
    needs_predictions = False
    own_word = True

    def needs(self, spec: Spec) -> tuple[Ask, ...]:
        """Return the table, and the scores of the default settings where they are asked for."""
        table = Ask(kind="trials", names=spec.names)
        return (table,) if spec.default is None else (table, Ask(kind="values", names=(spec.default,)))

    def mistakes(self, written: WrittenCheck) -> Iterator[Message]:
        """Yield more settings than there are trials."""
        trials, settings = written.table.get("at_least", 2), written.table.get("distinct")
        if isinstance(trials, int) and isinstance(settings, int) and settings > trials:
            told = {"file": written.file, "key": f"{written.key}.distinct"}
            yield say("settings-beyond-trials", **told, settings=settings, trials=trials)

    def answer(self, facts: Facts, spec: Spec) -> CheckResult:
        """Return passed, or failed with what is missing in the first run where something is."""
        told = [_told(one, spec) for one in facts.runs]
        problem = next((said for holds, said in told if not holds), None)
        return passed(spec, told[0][1]) if problem is None else failed(spec, problem)


def _told(one: RunFacts, spec: Spec) -> tuple[bool, Message]:
    """Return whether the table of one run is as asked, and what is said of it."""
    found = [one.trials[name] for name in spec.names if name in one.trials]
    rows = next((table for table in found if not isinstance(table, Refused)), None)
    if rows is None:
        why = next((table.reason for table in found if isinstance(table, Refused)), say("trials.none"))
        return False, say("trials-no-table", why=why)
    scored = [(score, row) for row in rows if (score := _score(row, spec.score)) is not None]
    settings = len({_setting(row, spec) for _, row in scored})
    fields = {"trials": len(scored), "rows": len(rows), "settings": settings}
    needed = {"needed": spec.at_least, "distinct": spec.distinct or spec.at_least}
    if len(scored) < spec.at_least or settings < needed["distinct"]:
        return False, say("trials-too-few", **fields, **needed, score=", ".join(spec.score))
    best = (max if spec.better == "higher" else min)(score for score, _ in scored)
    if spec.default is None:
        return True, say("trials-enough", **fields, best=best)
    return _beside_default(one.values.get(spec.default), best, spec, fields)


def _beside_default(
    default: object, best: float, spec: Spec, fields: Mapping[str, int]
) -> tuple[bool, Message]:
    """Return whether the best trial is better than the default settings by more than these scatter."""
    scores = _numbers(default)
    if not scores:
        why = default.reason if isinstance(default, Refused) else say("trials.no_scores", name=spec.default)
        return False, say("trials-no-default", why=why)
    mean = statistics.fmean(scores)
    noise = _SPREADS * statistics.stdev(scores) if len(scores) > 1 else 0.0
    ahead = best - mean if spec.better == "higher" else mean - best
    told = {"best": best, "default": mean, "noise": noise}
    if ahead > noise:
        return True, say("trials-better", **fields, **told)
    return False, say("trials-no-better", **told)


def _score(row: Mapping[str, object], names: Sequence[str]) -> float | None:
    held = next((row[name] for name in names if name in row), None)
    numbers = _numbers(held)
    return numbers[0] if len(numbers) == 1 else None


def _numbers(value: object) -> list[float]:
    """Return the finite numbers in a number, a list or an array of one dimension; else none."""
    to_list = getattr(value, "tolist", None)
    plain = value if to_list is None else to_list()
    items = list(plain) if isinstance(plain, list | tuple) else [plain]
    try:
        numbers = [float(n) for n in items if isinstance(n, int | float) and not isinstance(n, bool)]
    except OverflowError:  # a whole number beyond what a float can hold
        return []
    return numbers if len(numbers) == len(items) and all(map(math.isfinite, numbers)) else []


def _setting(row: Mapping[str, object], spec: Spec) -> str:
    """Return what tells one setting from another: the columns named, else all that hold no score."""
    keys = spec.settings or sorted(row.keys() - set(spec.score))
    return repr([(key, row.get(key)) for key in keys])
