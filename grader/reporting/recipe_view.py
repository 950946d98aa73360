"""What a page shows of a program's recipe: what our own trainings by it came to, or why there were none."""

import math
from collections.abc import Sequence

from grader.model.assurance import MadeAgain
from grader.model.message import Message
from grader.model.result import RunResult, SubmissionResult
from grader.reporting.in_words import value_told
from grader.reporting.views import Pair
from grader.words.catalogue import say

_LISTED = 4


def all_runs(result: SubmissionResult) -> tuple[RunResult, ...]:
    """Return the runs of the program, then our own trainings by its recipe."""
    return (*result.runs, *(result.recipe.runs if result.recipe else ()))


def trained_again(result: SubmissionResult, metric: str, *, share: bool) -> tuple[Pair, ...]:
    """Return the sentence that a student reads about ``metric`` in our own trainings, if there were any."""
    told = result.recipe
    found = next((one for one in told.beside if one.metric == metric), None) if told else None
    if told is None or found is None:
        return ()
    count = len(found.retrained)
    sentence = say(
        "page.made_again.once" if count == 1 else "page.made_again.note",
        count=count,
        values=values_told(found, share=share),
        delivered=value_told(found.delivered, share=share),
        grade=say("made_again.grade.recipe" if told.decides else "made_again.grade.run"),
    )
    return (Pair(label=say("page.made_again"), text=sentence),)


def no_recipe(result: SubmissionResult) -> tuple[Message, ...]:
    """Return why nothing was trained again, where somebody wanted it."""
    why = result.recipe.why if result.recipe else None
    return () if why is None else (say("page.no_recipe", why=why),)


def values_told(found: MadeAgain, *, share: bool) -> Message:
    """Return the values of our trainings: each of a few, of many the ends and the mean."""
    values = found.retrained
    if len(values) > _LISTED:
        ends = {"low": min(values), "high": max(values), "mean": math.fsum(values) / len(values)}
        return say("made_again.values.many", **{k: value_told(v, share=share) for k, v in ends.items()})
    return _listed([value_told(value, share=share) for value in values])


def _listed(values: Sequence[Message]) -> Message:
    """Return "a", "a and b", "a, b and c"."""
    if len(values) == 1:
        return say("made_again.values.one", value=values[0])
    first = values[0]
    for value in values[1:-1]:
        first = say("made_again.values.more", first=first, value=value)
    return say("made_again.values.some", first=first, last=values[-1])
