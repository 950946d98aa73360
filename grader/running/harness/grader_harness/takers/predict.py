"""``predict``: what the function ``predict(X)`` answers for rows that come only now."""

import inspect
from typing import Any

from grader_harness.control import request_rows
from grader_harness.ended import Ended
from grader_harness.job import Ask
from grader_harness.models import equal_weights
from grader_harness.per_row import per_row
from grader_harness.prepared_rows import prepare, prepared_for
from grader_harness.states import ABSENT, OK, passed_over, raised
from grader_harness.writing import write_array


def take(_ask: Ask, ended: Ended) -> dict[str, str]:
    """Leave ``predict.npy``; the rows are asked for once, where there is a function that can take them."""
    function = ended.namespace.get("predict")
    if not callable(function) or not ended.job.rows_on_request:
        return ABSENT
    if not takes_rows_alone(function):
        return passed_over("signature", f"predict{_signature(function)}")
    ended.captured_outputs()  # before the function is called, which may train or forget
    unchanged = _is_unchanged(ended)
    rows = request_rows()
    if rows is None:
        return ABSENT
    asked: list[tuple[Any, Any]] = []
    ended.evidence.asked_afterwards = asked
    how = prepared_for(function, ended) if ended.evidence.captured is None else None
    asked.clear()
    try:
        given = function(rows if how is None else prepare(rows, how))
    except BaseException as error:  # SystemExit too: our report must still be written
        return raised(error)
    told = {"why": "other_inputs"} if unchanged and _other_inputs(asked, ended) else {}
    told = told if how is None else {"why": "prepared"}
    return _left(given, len(rows), ended, told)


def _left(given: Any, count: int, ended: Ended, more: dict[str, str]) -> dict[str, str]:
    array, problem = per_row(given, count, "predict(X)", ended.served.classes)
    if problem is not None:
        return problem
    write_array(ended.job.out / "predict.npy", array)
    ended.answers = array if ended.answers is None else ended.answers
    return OK | more


def _is_unchanged(ended: Ended) -> bool:
    """Return whether the captured model still has the weights of the captured call."""
    captured = ended.evidence.captured
    if captured is None or not captured.keras:
        return captured is not None
    return equal_weights(captured.model.get_weights(), captured.weights)


def _other_inputs(asked: list[tuple[Any, Any]], ended: Ended) -> bool:
    """Return whether the model of the captured call was asked now about the same rows in another form.

    It was then given raw rows where the program's own call had scaled ones: the function expects rows that
    are prepared already, and its answers to raw ones are not what the program said.
    """
    import numpy as np

    captured = ended.evidence.captured
    if captured is None:
        return False
    pieces = [rows for model, rows in asked if model is captured.model]
    if not pieces or any(piece is None for piece in pieces):
        return False
    rows = np.concatenate(pieces) if len({piece.shape[1] for piece in pieces}) == 1 else pieces[-1]
    if rows.shape != captured.rows.shape:
        return len(rows) == len(captured.rows)
    return not np.allclose(rows, captured.rows, rtol=1e-4, atol=1e-5)


def takes_rows_alone(function: Any) -> bool:
    """Return whether ``function(X)`` is a legal call."""
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return False
    except ValueError:  # built-in without a signature: only a call can tell
        return True
    return True


def _signature(function: Any) -> str:
    try:
        return str(inspect.signature(function))
    except (TypeError, ValueError):
        return "(…)"
