"""One wave of a grading: what each submission wants next, made together, the longest first.

Nobody waits for others to be as far as they are: repeats, audits and trainings of some are made beside the
first runs of others. Who has all that was wanted is judged at once, while the rest still runs.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.model.assignment import Course
from grader.model.message import Message
from grader.model.order import RetrainOrder, RunOrder
from grader.model.run import Purpose
from grader.orchestration.case import Case
from grader.orchestration.means import Means
from grader.orchestration.plan import tell_plan
from grader.orchestration.runs_of import Made, runs_of
from grader.storage.run_store import StoredRun
from grader.words import say

Orders = tuple[RunOrder | RetrainOrder, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Wanted:
    """What one case wants: its orders, and what is done with what came of all of them."""

    case: Case
    orders: Orders
    what: str
    take: Callable[[Made], None]
    anew: bool
    """What is kept of it is forgotten first."""


def make_wave(
    cases: Sequence[Case], means: Means, course: Course, *, judged: Callable[[], None] = lambda: None
) -> Made | None:
    """Make what each of ``cases`` wants next, and judge each by it; None where nobody wants anything.

    ``judged`` is called whenever one was judged while others still run. An extra run that could not be made
    leaves its audit undecided and takes nothing away.
    """
    wanted = [each for case in cases if (each := _wanted(case, means)) is not None]
    if not wanted:
        return None
    for key in {order.key for each in wanted if each.anew for order in each.orders}:
        means.store.forget(key)
    own = [each.case for each in wanted if each.what == "run"]
    missing = _Missing(wanted)

    def arrived(key: str, run: StoredRun) -> None:
        for each, made in missing.complete_with(key, run):
            each.take(made)
            judged()

    made = runs_of(
        [order for each in wanted for order in each.orders],
        means,
        course=course.folder,
        what=_told(wanted, means),
        announce=lambda absent, kept: _tell_plan(absent, kept, own, means, readable=len(cases)),
        heard=_heard(own, means),
        expected={order.key: _seconds(each.case) for each in wanted for order in each.orders},
        arrived=arrived,
    )
    for each in missing.left:
        each.take(made)
    return made


class _Missing:
    """Who still waits for a run."""

    def __init__(self, wanted: Sequence[_Wanted]) -> None:
        self._waiting = dict(enumerate(wanted))
        self._absent = [{order.key for order in each.orders} for each in wanted]
        self._by_key: dict[str, list[int]] = {}
        for number, keys in enumerate(self._absent):
            for key in keys:
                self._by_key.setdefault(key, []).append(number)
        self._runs: dict[str, StoredRun] = {}

    @property
    def left(self) -> list[_Wanted]:
        """Those of whom something is not there: kept from before, or lost."""
        return list(self._waiting.values())

    def complete_with(self, key: str, run: StoredRun) -> list[tuple[_Wanted, Made]]:
        """Return who has everything now that the run ``key`` is there; they wait no longer."""
        self._runs[key] = run
        whole = []
        for number in self._by_key[key]:
            self._absent[number].discard(key)
            if not self._absent[number]:
                whole.append((self._waiting.pop(number), Made(runs=self._runs, lost={})))
        return whole


def _wanted(case: Case, means: Means) -> _Wanted | None:
    """Return what ``case`` wants next: one run more, else our own trainings, else runs of audits."""
    force = means.options.force
    if case.more_runs_wanted(means):
        order = case.next_order(means)
        return _Wanted(
            case=case,
            orders=(order,),
            what="run",
            take=lambda made: _take_run(case, order, made, means),
            anew=force,
        )
    if (count := case.trainings_wanted(means)) is not None:
        orders = case.training_orders(count, means)
        return _Wanted(
            case=case,
            orders=orders,
            what="training",
            take=lambda made: case.take_trainings(orders, made, count, means),
            anew=force and not case.trainings,
        )
    purposes = case.audits_wanted() if means.options.audits else []
    if not purposes:
        return None
    extra = {purpose: case.audit_order(purpose, means) for purpose in purposes}
    return _Wanted(
        case=case,
        orders=tuple(extra.values()),
        what="audit",
        take=lambda made: _take_audits(case, extra, made, means),
        anew=force,
    )


def _take_run(case: Case, order: RunOrder, made: Made, means: Means) -> None:
    if order.key in made.runs:
        case.runs.append(made.runs[order.key])
    else:
        case.lost = made.lost[order.key]
    case.judge(means)


def _take_audits(case: Case, extra: dict[Purpose, RunOrder], made: Made, means: Means) -> None:
    for purpose, order in extra.items():
        case.extra[purpose] = made.runs[order.key] if order.key in made.runs else made.lost[order.key]
    case.judge(means)


def _seconds(case: Case) -> float:
    """Return how long a run of ``case`` will take; what nobody knows may take the longest."""
    if case.runs:
        return case.runs[-1].run.seconds
    known = case.ground.reference.seconds
    return math.inf if known is None else known


def _told(wanted: Sequence[_Wanted], means: Means) -> Message:
    """Return what people are told that the wave is, by the first of what is in it."""
    own = [each.case for each in wanted if each.what == "run"]
    if own:
        number = max(len(case.runs) for case in own) + 1
        return say("progress.own_run" if means.options.watched else "progress.round", number=number)
    trains = any(each.what == "training" for each in wanted)
    return say("progress.retraining" if trains else "progress.audits")


def _tell_plan(
    absent: Sequence[RunOrder | RetrainOrder],
    kept: int,
    own: Sequence[Case],
    means: Means,
    *,
    readable: int,
) -> None:
    """Tell how much there is to do, where graded runs are among it."""
    keys = {case.next_order(means).key for case in own}
    runs = [order for order in absent if isinstance(order, RunOrder) and order.key in keys]
    if runs:
        tell_plan(runs, kept, own, means, readable=readable)


def _heard(own: Sequence[Case], means: Means) -> Callable[[bytes], None] | None:
    """Return who is told what programs print: a person who watches one, and that knows no hidden rows."""
    if not own or not means.options.watched or any(case.ground.rows_hidden for case in own):
        return None
    return means.progress.printed
