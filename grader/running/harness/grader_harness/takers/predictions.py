"""``predictions``: the first of the named variables that holds an answer for each served test row."""

from grader_harness.ended import Ended
from grader_harness.job import Ask
from grader_harness.per_row import per_row
from grader_harness.states import ABSENT, OK
from grader_harness.writing import write_array


def take(ask: Ask, ended: Ended) -> dict[str, str]:
    """Leave ``predictions.npy``; where no variable fits, say what is wrong with the first one there is."""
    labels = ended.served.load("y_test")
    if labels is None:
        return ABSENT
    state = ABSENT
    for name in ask.names:
        if name not in ended.namespace:
            continue
        array, problem = per_row(ended.namespace[name], len(labels), name, ended.served.classes)
        if problem is None:
            write_array(ended.job.out / "predictions.npy", array)
            return OK
        state = state if state is not ABSENT else problem
    return state
