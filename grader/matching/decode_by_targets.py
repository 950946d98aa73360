"""Reads what a model's output columns mean from the targets it was trained on."""

from typing import TYPE_CHECKING, Any

from grader.matching.plain_rows import plain_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CLOSE = 1e-6
_MAX_COLUMNS = 1024
_LAST_CLASS = 2**31 - 1


def decode_by_targets(
    outputs: "np.ndarray[Any, Any]",
    fit_targets: "np.ndarray[Any, Any]",
    labels: "np.ndarray[Any, Any]",
) -> "NDArray[np.int64] | None":
    """Return the class of every row of ``outputs (q, o)``: that of the nearest target, ``int64 (q,)``.

    Args:
        outputs: what the model answered.
        fit_targets: ``(m, t)``, the targets it was trained on, one row per fitted row.
        labels: ``(m,)``, the true class of every fitted row; -1 where it is not known.

    Targets may be one-hot in any column order, or numbers on any scale, one per class. With integer targets
    and several outputs (sparse cross-entropy) the target numbers the column. None when a class was trained
    towards two different targets, two classes towards the same one, or the widths do not fit: then nobody
    can say what the outputs mean. None too for arrays that are no tables of ordinary, finite numbers, or
    have more than 1024 columns, and for labels that number no classes. Columns that no class owns are not
    asked. Never raises.
    """
    import numpy as np

    answers = plain_rows(outputs, columns=_MAX_COLUMNS)
    targets = plain_rows(fit_targets, columns=_MAX_COLUMNS)
    classes = plain_rows(labels, columns=1)
    if answers is None or targets is None or classes is None:
        return None
    with np.errstate(all="ignore"):
        return _decoded(answers.astype(np.float64), targets.astype(np.float64), classes[:, 0])


def _decoded(
    answers: "NDArray[np.float64]", targets: "NDArray[np.float64]", labels: "NDArray[Any]"
) -> "NDArray[np.int64] | None":
    import numpy as np

    known = np.unique(labels[labels >= 0])
    if (known != np.floor(known)).any() or (known > _LAST_CLASS).any():
        return None
    code = _code_of_each(known, targets, labels)
    if code is None:
        return None
    if targets.shape[1] == answers.shape[1]:
        # One class at a time: all of them at once would be an array of rows x classes x columns.
        apart = np.stack([((answers - one) ** 2).sum(axis=1) for one in code], axis=1)
        return np.asarray(known[apart.argmin(axis=1)], dtype=np.int64)
    column = np.round(code[:, 0]).astype(np.int64)
    numbers = targets.shape[1] == 1 and np.abs(code[:, 0] - column).max() <= _CLOSE
    if not numbers or column.min() < 0 or column.max() >= answers.shape[1]:
        return None
    return np.asarray(known[answers[:, column].argmax(axis=1)], dtype=np.int64)


def _code_of_each(
    known: "NDArray[Any]", targets: "NDArray[Any]", labels: "NDArray[Any]"
) -> "NDArray[np.float64] | None":
    """Return the one target of every class, or None when they are not one each, or not told apart."""
    import numpy as np

    if len(targets) != len(labels) or len(known) < 2:  # noqa: PLR2004 - one class says nothing
        return None
    codes = []
    for label in known:
        of_label = targets[labels == label]
        if np.abs(of_label - of_label[0]).max() > _CLOSE:
            return None
        codes.append(of_label[0])
    code = np.array(codes)
    apart = np.abs(code[:, None, :] - code[None, :, :]).max(axis=2)
    return None if (apart[~np.eye(len(code), dtype=bool)] <= _CLOSE).any() else code
