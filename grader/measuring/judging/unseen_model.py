"""Is there nothing to measure only because the program's model is one that we do not open?

A subclassed model, a layer or function of the program's own, a Lambda: the second sandbox loads none of
these, so that no line of a submission runs there. That is our limit and no fault of the program, which
trained a network in its run; what it is worth, a person must say. Nothing is earned by it.
"""

from grader.measuring.evidence.predictions import NothingDelivered
from grader.measuring.judging.facts import Facts, RunFacts
from grader.model.evidence import Source, SourceState
from grader.model.message import Message
from grader.words import say

_NEVER_OPENED = frozenset({"model-has-lambda-layer", "verdict.replay.custom"})
_NEEDS_ITS_CLASS = "saved-model-does-not-load"
"""With classes of the program's own in the file; without one, a file that does not load is the program's."""


def unseen_model(facts: Facts) -> Message | None:
    """Return why a person must look where a model was trained that we do not open, and what opens it."""
    deliver = facts.assignment.deliver
    if Source.MODEL not in deliver.sources:
        return None
    why = next((why for run in facts.runs if (why := _not_opened(run)) is not None), None)
    if why is None:
        return None
    rows = Source.CAPTURED in deliver.sources
    return say(
        "model-kept-for-a-person",
        why=why,
        cure=say("verdict.open_model.rows" if rows else "verdict.open_model.layers"),
    )


def _not_opened(run: RunFacts) -> Message | None:
    """Return why the model that this run trained is not opened; None where that is not what is missing."""
    if not isinstance(run.delivered, NothingDelivered) or not run.report.finished or not run.report.fits:
        return None
    said = run.report.source(Source.MODEL)
    if said.state is SourceState.PASSED_OVER and said.why == "unsaveable":
        return say("model-not-saved", detail=said.detail)
    why = run.replay.why if run.replay else None
    if run.replay is None or why is None:
        return None
    if why.key in _NEVER_OPENED:
        return why
    if why.key == _NEEDS_ITS_CLASS and run.replay.custom:
        return say("verdict.replay.custom", names=", ".join(dict.fromkeys(run.replay.custom)))
    return None
