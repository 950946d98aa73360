"""Whether a variable's answers are about the served test rows, told by value and never by length.

What ties them: a model or an estimator that saw the test rows gave them; or they depend, in a test that
moves the rows against each other, on the raw rows, the served labels, or a call that was captured. What
depends on none of these is no better than chance on the test rows. It counts all the same (a program may
fail), unless something speaks against it: a captured call says otherwise, or the answers depend on other
rows of the served table, which the program or its model holds.
"""

from typing import Any

from grader_harness.ended import Ended
from grader_harness.per_row import per_row
from grader_harness.recognition import Recogniser, flat_rows, to_array
from grader_harness.states import passed_over

MOST_LOOKED_AT = 60
MOSTLY = 0.9
WELL = 2  # as Evidence.quality says it


def against(name: str, answers: Any, ended: Ended) -> dict[str, str] | None:
    """Return what speaks against the variable ``name`` being about the test rows, or None."""
    import numpy as np

    recogniser = ended.evidence.recogniser
    if recogniser is None or not np.isfinite(answers).all():
        return None
    captured = ended.captured_outputs()[0]
    if _tied(answers, captured, recogniser):
        return None
    detail = f"{name} ({len(answers)})"
    if captured is not None and ended.job.asks_for("captured"):
        return passed_over("untied", detail)
    if any(recogniser.answers_match_others(answers, rows) for rows in _other_rows(ended, recogniser)):
        return passed_over("other_rows", detail)
    return None


def of_other_names(names: tuple[str, ...], ended: Ended) -> dict[str, Any]:
    """Return variables of other names that hold answers about the test rows; equal ones once.

    Not the served labels and what is made of them, not inputs, no marks of right and wrong.
    """
    recogniser = ended.evidence.recogniser
    found: dict[str, Any] = {}
    if recogniser is None:
        return found
    for name, value in rows_in(ended, recogniser.count):
        array, problem = per_row(value, recogniser.count, name, ended.served.classes)
        if name in names or problem is not None or not _can_be_answers(array, ended, recogniser):
            continue
        if not any(_same(array, other) for other in found.values()):
            found[name] = array
    return found


def _tied(answers: Any, captured: Any, recogniser: Recogniser) -> bool:
    return (captured is not None and _same(answers, captured)) or recogniser.answers_match(answers, captured)


def _same(some: Any, others: Any) -> bool:
    """Return whether two arrays of answers say the same of every row."""
    import numpy as np

    if some.shape == others.shape and np.allclose(some, others, equal_nan=True):
        return True
    one, other = (_chosen(array) for array in (some, others))
    return bool(np.array_equal(one, other))


def _chosen(answers: Any) -> Any:
    flat = answers.reshape(len(answers), -1)
    return flat[:, 0] if flat.shape[1] == 1 else flat.argmax(axis=1)


def _can_be_answers(array: Any, ended: Ended, recogniser: Recogniser) -> bool:
    import numpy as np

    if array.dtype.kind == "b" or not np.isfinite(array).all() or recogniser.labels_match(array):
        return False
    labels = ended.served.load("y_train")
    if labels is None or ended.evidence.quality(array) < WELL:
        return False
    if labels.dtype.kind in "biu" and array.ndim == 1 and not np.isin(array, np.unique(labels)).all():
        return False
    if recogniser.is_made_of_labels(array) or recogniser.is_made_of_inputs(array):
        return False
    return recogniser.answers_match(array)


def _other_rows(ended: Ended, recogniser: Recogniser) -> list[Any]:
    """Return arrays of as many rows as the test set has that are none of it.

    Of those that the program holds, such as stand in the served table; of those that a model was asked about,
    all, columns of the program's own making too.
    """
    table = ended.served.load("x_train")
    if table is None:
        return []
    held = [flat_rows([to_array(value)]) for _, value in rows_in(ended, recogniser.count)]
    others = []
    for place, rows in enumerate((*held, *ended.evidence.other_rows)):
        if rows is None or rows.shape[1] == 1 or recogniser.rows_match(rows):
            continue
        if place >= len(held) or recogniser.share_of(rows, table) >= MOSTLY:
            others.append(rows)
    return others


def rows_in(ended: Ended, count: int) -> list[tuple[str, Any]]:
    """Return the variables with ``count`` rows, by name, in the order they were first given."""
    found = []
    for name, value in list(ended.namespace.items()):
        shape = getattr(value, "shape", None)
        if not name.startswith("_") and isinstance(shape, tuple) and shape and shape[0] == count:
            found.append((name, value))
    return found[:MOST_LOOKED_AT]
