"""Tells how much there is to do before the first run of a round is made, and why."""

from collections.abc import Sequence

from grader.model.message import NOTHING, Joined, Message
from grader.model.order import RunOrder
from grader.model.run import Purpose
from grader.orchestration.audit import audits_of
from grader.orchestration.case import Case
from grader.orchestration.means import Means
from grader.words import say

_ToCome = dict[str, list[Purpose]]
"""By the key of a run that is missing: the audits that come after it."""


def tell_plan(
    missing: Sequence[RunOrder],
    kept: int,
    cases: Sequence[Case],
    means: Means,
    *,
    readable: int | None = None,
) -> None:
    """Say how much there is to do, how long it takes if programs are like the references, and at most.

    Before the first runs the extra ones of the audits count too, as if everybody would pass; among them, for
    the most there can be, the repeat of a pair that differs. Who has a recipe has our own trainings in their
    place, which is not known before. ``readable`` counts all submissions; ``cases``
    are those of this round.
    """
    by_key = {case.next_order(means).key: case for case in cases}
    audits = {order.key: _audits_to_come(by_key[order.key], means) for order in missing}
    if means.options.watched:
        _tell_one(missing, by_key, audits, means)
        return
    jobs = max(1, min(means.options.jobs, len(missing)))
    extra = sum(_most_runs(own) for own in audits.values())
    trainings = {key: case.trainings_to_come(means) for key, case in by_key.items() if key in audits}
    limit = sum(
        order.limits.wall_seconds * (1 + max(_most_runs(audits[order.key]), trainings[order.key]))
        for order in missing
    )
    fields = {
        "submissions": readable,
        "runs": len(missing),
        "jobs": jobs,
        "kept": kept,
        "audits": _besides(
            say("plan.audits", count=extra) if extra else NOTHING, "plan.trainings", sum(trainings.values())
        ),
        "limit": limit / jobs,
    }
    expected, unknown = _expected(by_key, audits), _of_unknown_length(by_key, audits)
    if not expected:
        means.progress.say(say("grading-plan", **fields))
    elif unknown:
        fields |= {"expected": expected / jobs, "unknown": unknown}
        means.progress.say(say("grading-plan-with-part-estimate", **fields))
    else:
        means.progress.say(say("grading-plan-with-estimate", expected=expected / jobs, **fields))


def _tell_one(missing: Sequence[RunOrder], cases: dict[str, Case], to_come: _ToCome, means: Means) -> None:
    """Say which runs of a single program are made and what each is for, once."""
    case = next(iter(cases.values()))
    if case.runs:
        return
    runs = means.options.runs or 1
    own = _audits_to_come(case, means)
    audits = [say(f"plan.audit.{purpose.value}") for purpose in own]
    why: Message = say("plan.no_audits")
    if audits:
        why = say("plan.one_audits", count=len(audits), audits=Joined("; ", tuple(audits)))
    trainings = case.trainings_to_come(means)
    why = _besides(why, "plan.one_trainings", trainings)
    more = (runs - 1) * len(missing)
    limit = (len(missing) * (1 + max(_most_runs(own), trainings)) + more) * missing[0].limits.wall_seconds
    expected = _expected(cases, to_come) + more * (case.ground.reference.seconds or 0.0)
    last = (
        say("plan.time", expected=expected, limit=limit)
        if expected
        else say("plan.time_unknown", limit=limit)
    )
    means.progress.say(say("plan.one", runs=runs, audits=why, time=last))
    if case.ground.rows_hidden:
        means.progress.say(say("plan.nothing_shown"))


def _besides(audits: Message, key: str, trainings: int) -> Message:
    """Return ``audits`` with how many trainings are made where there is a recipe, if any can be."""
    return Joined("", (audits, say(key, count=trainings))) if trainings else audits


def _expected(cases: dict[str, Case], to_come: _ToCome) -> float:
    known = {key: cases[key].ground.reference.seconds or 0.0 for key in to_come}
    return sum(known[key] * (1 + len(audits)) for key, audits in to_come.items())


def _of_unknown_length(cases: dict[str, Case], to_come: _ToCome) -> int:
    """Return how many runs are of assignments whose reference solution nobody has timed."""
    return sum(1 + len(own) for key, own in to_come.items() if not cases[key].ground.reference.seconds)


def _most_runs(audits: Sequence[Purpose]) -> int:
    """Return how many runs these can take: a pair that differs is repeated."""
    return len(audits) + (Purpose.PAIR in audits)


def _audits_to_come(case: Case, means: Means) -> list[Purpose]:
    return [] if case.runs or not means.options.audits else audits_of(case.ground)
