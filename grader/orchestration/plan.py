"""Tells how much there is to do before the first run of a round is made, and why."""

from collections.abc import Sequence

from grader.model.message import NOTHING, Joined, Message
from grader.model.order import RunOrder
from grader.model.run import Purpose
from grader.orchestration.audit import audits_of
from grader.orchestration.case import Case
from grader.orchestration.means import Means
from grader.words import say


def tell_plan(missing: Sequence[RunOrder], kept: int, cases: Sequence[Case], means: Means) -> None:
    """Say how much there is to do, how long it takes if programs are like the references, and at most.

    Before the first runs the extra ones of the audits count too, as if everybody would pass.
    """
    by_key = {case.next_order(means).key: case for case in cases}
    times = {order.key: 1 + len(_audits_to_come(by_key[order.key], means)) for order in missing}
    if means.options.watched:
        _tell_one(missing, by_key, times, means)
        return
    jobs = max(1, min(means.options.jobs, len(missing)))
    extra = sum(times.values()) - len(times)
    fields = {
        "submissions": len(cases),
        "runs": len(missing),
        "jobs": jobs,
        "kept": kept,
        "audits": say("plan.audits", count=extra) if extra else NOTHING,
        "limit": _at_most(missing, times) / jobs,
    }
    expected = _expected(by_key, times)
    if expected:
        means.progress.say(say("grading-plan-with-estimate", expected=expected / jobs, **fields))
    else:
        means.progress.say(say("grading-plan", **fields))


def _tell_one(
    missing: Sequence[RunOrder], cases: dict[str, Case], times: dict[str, int], means: Means
) -> None:
    """Say which runs of a single program are made and what each is for, once."""
    case = next(iter(cases.values()))
    if case.runs:
        return
    runs = means.options.runs or 1
    audits = [say(f"plan.audit.{purpose.value}") for purpose in _audits_to_come(case, means)]
    why: Message = say("plan.no_audits")
    if audits:
        why = say("plan.one_audits", count=len(audits), audits=Joined("; ", tuple(audits)))
    more = (runs - 1) * len(missing)
    again = sum(purpose is Purpose.PAIR for purpose in _audits_to_come(case, means))  # the repeat of a pair
    limit = _at_most(missing, times) + (more + again) * missing[0].limits.wall_seconds
    expected = _expected(cases, times) + more * (case.ground.reference.seconds or 0.0)
    last = (
        say("plan.time", expected=expected, limit=limit)
        if expected
        else say("plan.time_unknown", limit=limit)
    )
    means.progress.say(say("plan.one", runs=runs, audits=why, time=last))
    if case.ground.rows_hidden:
        means.progress.say(say("plan.nothing_shown"))


def _expected(cases: dict[str, Case], times: dict[str, int]) -> float:
    return sum((cases[key].ground.reference.seconds or 0.0) * n for key, n in times.items())


def _at_most(missing: Sequence[RunOrder], times: dict[str, int]) -> float:
    return sum(order.limits.wall_seconds * times[order.key] for order in missing)


def _audits_to_come(case: Case, means: Means) -> list[Purpose]:
    return [] if case.runs or not means.options.audits else audits_of(case.ground)
