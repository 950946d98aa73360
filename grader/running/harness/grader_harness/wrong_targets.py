"""Wrong targets for the placebo of a dataset that is typed into the program.

Where training rows are served, the served labels are wrong. What is typed in cannot be served otherwise, so
the targets are exchanged where training begins: every row is trained with the target of a row of another
class, the same one in every call.
"""

from typing import Any

from grader_harness.recognition import to_array


def wrong_targets(targets: Any) -> Any | None:
    """Return ``targets`` with the target of a row of another class for every row, or None if there is none.

    Rows of one class get the others' targets in turn, so that no new name for the classes explains it.
    """
    import numpy as np

    array = to_array(targets) if targets is not None else None
    if array is None or not array.ndim or not len(array):
        return None
    flat = np.asarray(array).reshape(len(array), -1)
    classes, first, of_row = np.unique(flat, axis=0, return_index=True, return_inverse=True)
    if len(classes) < 2:  # noqa: PLR2004 - of one class alone no other can be told
        return None
    of_row = of_row.reshape(-1)
    other = np.empty(len(flat), dtype=np.int64)
    for number in range(len(classes)):
        places = np.flatnonzero(of_row == number)
        steps = 1 + np.arange(len(places)) % (len(classes) - 1)
        other[places] = first[(number + steps) % len(classes)]
    return np.asarray(array)[other]


def with_wrong_targets(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any] | None:
    """Return the arguments of ``fit`` or ``train_on_batch`` with wrong targets, or None if it cannot be."""
    given = args[1] if len(args) > 1 else kwargs.get("y")
    wrong = wrong_targets(given)
    if wrong is None:
        return None
    if len(args) > 1:
        return (args[0], wrong, *args[2:]), kwargs
    return args, {**kwargs, "y": wrong}
