"""From what a trained model puts out to answers: class numbers, or values as the course states them."""

from typing import Any

from grader_harness.retraining.rows import targets_of


def decoded(
    outputs: Any, answers: dict[str, Any], targets: dict[str, Any], labels: Any, *, classes: bool
) -> Any:
    """Return the answer for each row of ``outputs``, decoded as ``answers`` says.

    ``targets`` and ``labels`` are how the last fit was given the labels that it was trained on: they tell
    which class an output stands for, and lead back to values.
    """
    import numpy as np

    outputs = np.asarray(outputs, dtype="float64").reshape(len(outputs), -1)
    return (
        _classes(outputs, answers, targets, labels) if classes else _values(outputs, answers, targets, labels)
    )


def _classes(outputs: Any, answers: dict[str, Any], targets: dict[str, Any], labels: Any) -> Any:
    import numpy as np

    how = answers["decode"]
    if outputs.shape[1] > 1 or how == "argmax":
        largest = outputs.argmax(axis=1)
        if targets["form"] != "integer":
            return largest
        return np.rint((largest - targets["offset"]) / targets["scale"]).astype("int64")
    if how == "identity":
        return np.rint(outputs[:, 0]).astype("int64")
    there = np.unique(labels)
    shown = np.asarray(targets_of({**targets, "column": False}, there), dtype="float64")
    if shown.ndim > 1:  # one output, taught as many: no more can be said
        shown = there.astype("float64")
    if how == "threshold":
        above = outputs[:, 0] > answers["threshold"]
        return np.where(above, there[shown.argmax()], there[shown.argmin()]).astype("int64")
    nearest = np.abs(outputs[:, :1] - shown[None, :]).argmin(axis=1)
    return there[nearest].astype("int64")


def _values(outputs: Any, answers: dict[str, Any], targets: dict[str, Any], labels: Any) -> Any:
    import numpy as np

    values = outputs
    if answers["decode"] == "targets":
        values = (values - targets["offset"]) / targets["scale"]
        if targets["form"] == "log":
            values = np.expm1(values)
        elif targets["form"] == "standard":
            known = np.asarray(labels, dtype="float64")
            deviation = known.std(axis=0)
            values = values * np.where(deviation > 0, deviation, 1.0) + known.mean(axis=0)
    return values[:, 0] if values.shape[1] == 1 else values
