"""Asks the last model about the test rows where the program never did: it split a table of its own.

The served table holds training rows only, so that whoever splits it at random trains on no test row. What
such a program learnt is asked for here, after its end: its last model is asked about the test rows, prepared
as its own training rows were, where that can be told exactly from their values.
"""

from collections.abc import Sequence
from typing import Any

from grader_harness.captured_call import Captured
from grader_harness.column_maps import MOST_COLUMNS, ColumnMap, find_column_map
from grader_harness.evidence import Evidence
from grader_harness.fit_data import FitData
from grader_harness.job import Served
from grader_harness.models import BATCH, is_tf_keras
from grader_harness.observing import pick_output
from grader_harness.recognition import flat_rows, to_array

OTHER_COLUMNS = "other_columns"
OTHER_TARGETS = "other_targets"
SEVERAL_MODELS = "several_models"


def ask_last_model(
    evidence: Evidence, served: Served, *, model_taken: bool, named: Sequence[Any] = ()
) -> Captured | str | None:
    """Return the call that was made in the program's place, or why none was; None where none is due.

    None is due of a model of Keras' own that was trained on the table's rows in their order and whose file is
    taken: that is applied to the test rows where nothing of the program runs. Of several models it is the
    one that the program calls as the assignment says, of ``named``: the last may be the worst of a sweep.
    """
    fit = next((fit for one in named if (fit := evidence.fit_of(one))), None)
    several = fit is None and evidence.trained > 1
    fit = fit or evidence.last_fit()
    if fit is None or fit.inputs is None or fit.inputs.shape[1] > MOST_COLUMNS:
        return None
    table, rows = (flat_rows([to_array(served.load(name))]) for name in ("x_train", "x_test"))
    if table is None or rows is None:
        return None
    if fit.keras and model_taken and _opened_elsewhere(fit, table):
        return None
    targets = _numbers(fit, served.load("y_train"))
    found = find_column_map(table, fit.inputs, targets)
    if found is None:
        other = targets is not None and find_column_map(table, fit.inputs) is not None
        return OTHER_TARGETS if other else OTHER_COLUMNS
    if several:
        return SEVERAL_MODELS
    return _asked(evidence, fit, found, rows)


def _asked(evidence: Evidence, fit: FitData, columns: ColumnMap, rows: Any) -> Captured | None:
    import numpy as np

    model = fit.model()
    prepared = columns.apply(rows.astype(np.float64)).reshape(len(rows), *fit.shape)
    if fit.keras:
        library = "tf_keras" if is_tf_keras(model) else "keras"
        prepared = prepared.astype(np.float32)
        said = evidence.original[library, "predict"](model, prepared, batch_size=BATCH, verbose=0)
    else:
        said = evidence.answers_of(model, _as_fitted(prepared, fit))
    outputs = None if said is None else pick_output(said, len(rows))
    quality = evidence.quality(outputs)
    if not quality:
        return None
    weights = model.get_weights() if fit.keras else []
    flat = prepared.reshape(len(rows), -1).astype(np.float32)
    scale, offset = columns.aside
    if (scale, offset) != (1.0, 0.0):  # the program's own unit; the table's is asked for
        outputs = (outputs - offset) / scale
    return Captured(model, weights, None, flat, outputs, quality, fit.keras)


def _as_fitted(rows: Any, fit: FitData) -> Any:
    """Return ``rows`` as a table with the names that the estimator was fitted with."""
    if fit.names is None:
        return rows
    import pandas as pd

    return pd.DataFrame(rows, columns=fit.names)


def _opened_elsewhere(fit: FitData, table: Any) -> bool:
    """Return whether the model's file alone will do: Keras' own layers, fitted on rows in their order."""
    count = min(len(table), len(fit.inputs))
    if fit.inputs.shape[1] != table.shape[1]:
        return False
    model = fit.model()
    own = (model, *getattr(model, "layers", ()))
    if any(not _of_keras(one) or type(one).__name__ == "Lambda" for one in own):
        return False
    return len(table) >= len(fit.inputs) and _in_order(table[:count], fit.inputs)


def _of_keras(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] in ("keras", "tf_keras")


def _in_order(raw: Any, fitted: Any) -> bool:
    """Return whether each column of ``fitted`` is the raw one at the same rows, on a scale of its own."""
    import numpy as np

    one, other = (part.astype(np.float64) - part.mean(axis=0, dtype=np.float64) for part in (raw, fitted))
    lengths = np.sqrt((one**2).sum(axis=0) * (other**2).sum(axis=0))
    return bool((np.abs((one * other).sum(axis=0)) >= (1 - 1e-6) * lengths).all())


def _numbers(fit: FitData, known: Any) -> tuple[Any, Any] | None:
    """Return the table's targets and those of the fit where these are numbers, one each; None of classes.

    Classes in any coding are read as they are elsewhere. Numbers may have been put on another scale.
    """
    if known is None or known.dtype.kind in "biu" or known.ndim > 1 or fit.targets is None:
        return None
    one_each = fit.targets.shape[1] == 1 and len(fit.targets) == len(fit.inputs)
    return (known, fit.targets[:, 0]) if one_each else None
