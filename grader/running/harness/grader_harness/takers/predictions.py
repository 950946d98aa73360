"""``predictions``: the first of the named variables that holds an answer for each served test row."""

from typing import Any

from grader_harness.ended import Ended
from grader_harness.job import Ask
from grader_harness.per_row import per_row
from grader_harness.states import ABSENT, OK, passed_over
from grader_harness.ties import against, of_other_names
from grader_harness.writing import write_array

MAX_NAMED = 4


def take(ask: Ask, ended: Ended) -> dict[str, str]:
    """Leave ``predictions.npy``; where no variable fits, say what is wrong with the first one there is.

    Where none has such a name and no model was seen, the one variable of another name that holds
    classes and is tied to the test rows is taken; where that is not clear, names are told.
    """
    labels = ended.served.load("y_test")
    if labels is None:
        return ABSENT
    state = ABSENT
    for name in ask.names:
        if name not in ended.namespace:
            continue
        array, problem = per_row(ended.namespace[name], len(labels), name, ended.served.classes)
        if problem is None:
            problem = against(name, array, ended)
        if problem is None:
            return _left(array, ended)
        state = state if state is not ABSENT else problem
    seen = ended.evidence.model is not None or ended.captured_outputs()[0] is not None
    # What a model said, or says of raw rows, is better known than a variable of any name.
    taken = None if seen else _of_another_name(ask, ended)
    if taken is not None:
        return taken
    if state is ABSENT and (others := under_other_names(ended)):
        return passed_over("other_name", ", ".join(others))
    return state


def _of_another_name(ask: Ask, ended: Ended) -> dict[str, str] | None:
    found = of_other_names(ask.names, ended)
    targets = ended.served.load("y_train")
    # Numbers for numbers prove nothing: any column computed from the test rows depends on them too.
    if len(found) != 1 or targets is None or targets.dtype.kind not in "biu":
        return None
    name, array = next(iter(found.items()))
    return _left(array, ended) | {"why": "other_name", "detail": name}


def _left(array: Any, ended: Ended) -> dict[str, str]:
    write_array(ended.job.out / "predictions.npy", array)
    ended.answers = array if ended.answers is None else ended.answers
    return dict(OK)


def under_other_names(ended: Ended) -> list[str]:
    """Return the variables that look like answers to the test rows, with their shapes, the last made first.

    The served labels themselves, in any coding, are none. Of numbers only those do that depend on the test
    rows: a split of one's own often has as many.
    """
    import numpy as np

    namespace, served, recogniser = ended.namespace, ended.served, ended.evidence.recogniser
    labels = served.load("y_test")
    known = served.load("y_train")
    whole = known is not None and known.dtype.kind in "biu"
    classes = int(known.max()) + 1 if whole else 1
    found = []
    for name, value in reversed(namespace.items()):
        if name.startswith("_") or not (hasattr(value, "shape") or isinstance(value, list)):
            continue
        array, problem = per_row(value, len(labels), name, served.classes)
        if problem is not None or (array.ndim == 2 and array.shape[1] != classes):  # noqa: PLR2004 - scores
            continue
        if not whole and recogniser is not None and not recogniser.answers_match(array):
            continue
        answers = array if array.ndim == 1 else array.argmax(axis=1)
        if not np.array_equal(answers, labels.reshape(-1)):
            found.append(f"{name} ({' x '.join(map(str, array.shape))})")
    return found[:MAX_NAMED]
