"""``predict``: what the function ``predict(X)`` answers for rows that come only now."""

import inspect
from typing import Any

from grader_harness.control import request_rows
from grader_harness.ended import Ended
from grader_harness.job import Ask
from grader_harness.per_row import per_row
from grader_harness.states import ABSENT, OK, passed_over, raised
from grader_harness.writing import write_array


def take(_ask: Ask, ended: Ended) -> dict[str, str]:
    """Leave ``predict.npy``; the rows are asked for once, where there is a function that can take them."""
    function = ended.namespace.get("predict")
    if not callable(function) or not ended.job.rows_on_request:
        return ABSENT
    if not takes_rows_alone(function):
        return passed_over("signature", f"predict{_signature(function)}")
    rows = request_rows()
    if rows is None:
        return ABSENT
    count = len(rows)
    try:
        given = function(rows)
    except BaseException as error:  # SystemExit too: our report must still be written
        return raised(error)
    array, problem = per_row(given, count, "predict(X)", ended.served.classes)
    if problem is not None:
        return problem
    write_array(ended.job.out / "predict.npy", array)
    return OK


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
