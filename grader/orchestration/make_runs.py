"""Making runs: the tasks go out to the executor, complete folders come back and are kept at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.model.message import Message
from grader.model.run import NotRun
from grader.orchestration.ports import Clock, Executor, Progress
from grader.orchestration.tools import Options, Tools
from grader.orchestration.work import RunTask, perform
from grader.storage.run_store import RunStore, StoredRun


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grader:
    """The means of one grading, handed from step to step."""

    tools: Tools
    options: Options
    executor: Executor
    store: RunStore
    progress: Progress
    clock: Clock


def make_runs(
    tasks: Iterable[RunTask], grader: Grader, what: Message, lost: dict[str, Message]
) -> Mapping[str, StoredRun]:
    """Make the runs of ``tasks``, each kept as soon as it is whole.

    The reasons of those that could not be made go to ``lost``, by key.
    """
    ordered = list(tasks)
    made: dict[str, StoredRun] = {}
    grader.progress.begin(len(ordered), what)
    try:
        for done in grader.executor.run(perform, ordered, grader.progress):
            key = ordered[done.index].key
            if isinstance(done.answer, NotRun):
                lost[key] = done.answer.reason
            else:
                made[key] = grader.store.publish(key, done.answer)
    finally:
        grader.progress.end()
    return made
