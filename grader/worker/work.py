"""What is done with an order, in a place: on this machine here and now, or by whoever has a workplace."""

from dataclasses import dataclass

from grader.model.order import RetrainOrder, RunAnswer, RunOrder, Slot
from grader.model.run import NotRun
from grader.worker.make_run import make_run
from grader.worker.retrain import retrain
from grader.worker.workplace import Workplace


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """Makes runs and trainings at ``workplace``; an executor for other machines reads what it names there."""

    workplace: Workplace

    def __call__(self, order: RunOrder | RetrainOrder, slot: Slot) -> RunAnswer | NotRun:
        """Do what ``order`` says.

        Raises:
            GraderError: what the order names is not here, or is another thing.
        """
        if isinstance(order, RetrainOrder):
            return retrain(order, slot, self.workplace)
        return make_run(order, slot, self.workplace)
