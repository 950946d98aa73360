"""``trials``: the table of a search over settings, as rows of names and values, whoever kept it.

A list of dicts, a dict of columns, a table of pandas, a search of scikit-learn, a study of Optuna or a tuner
of KerasTuner: each becomes a list of dicts, in the form of ``values.json``.
"""

from collections.abc import Callable
from json import dumps
from typing import Any

from grader_harness.ended import Ended
from grader_harness.job import PROTOCOL, Ask
from grader_harness.plain_values import PlainValues, Unfit
from grader_harness.states import ABSENT, OK
from grader_harness.writing import write_text

MOST_ROWS = 5000
_SCORE = "score"


def take(ask: Ask, ended: Ended) -> dict[str, str]:
    """Leave ``trials.json``: of each of ``names`` its rows, or one word on why there are none."""
    if not ask.names:
        return ABSENT
    plain = PlainValues()
    written = [f"{dumps(name)}: {_written(name, ended.namespace, plain)}" for name in ask.names]
    text = f'{{"protocol": {PROTOCOL}, "values": {{{", ".join(written)}}}}}'
    write_text(ended.job.out / "trials.json", text)
    return OK


def _written(name: str, namespace: dict[str, Any], plain: PlainValues) -> str:
    try:
        if name not in namespace:
            return dumps({"why": "absent"})
        return f'{{"value": {plain.written(_rows(namespace[name]))}}}'
    except Unfit as unfit:
        return dumps({"why": unfit.why, "detail": unfit.detail})
    except BaseException as error:  # SystemExit of the program's own methods too
        return dumps({"why": "raised", "detail": f"{type(error).__name__}: {error}"[:300]})


def _rows(value: Any) -> list[dict[Any, Any]]:
    """Return the rows of a table of any of the known kinds.

    Raises:
        Unfit: it is of none.
    """
    kind = type(value)
    if issubclass(kind, list | tuple):
        return list(value)[:MOST_ROWS]
    if issubclass(kind, dict):
        return _of_columns(value)
    read = _KINDS.get(str(kind.__module__).partition(".")[0])
    if read is None:
        raise Unfit("type", type.__dict__["__name__"].__get__(kind))
    return read(value)[:MOST_ROWS]


def _of_columns(columns: dict[Any, Any]) -> list[dict[Any, Any]]:
    if "params" in columns and "mean_test_score" in columns:  # cv_results_
        scores = list(columns["mean_test_score"])
        return [dict(p) | {_SCORE: s} for p, s in zip(columns["params"], scores, strict=True)][:MOST_ROWS]
    lists = {key: list(column) for key, column in columns.items()}
    if len({len(column) for column in lists.values()}) > 1:
        raise Unfit("type", "columns of several lengths")
    return [dict(zip(lists, row, strict=True)) for row in list(zip(*lists.values(), strict=True))[:MOST_ROWS]]


def _of_pandas(table: Any) -> list[dict[Any, Any]]:
    return list(table.to_dict("records"))


def _of_scikit_learn(search: Any) -> list[dict[Any, Any]]:
    return _of_columns(search.cv_results_)


def _of_optuna(study: Any) -> list[dict[Any, Any]]:
    return [dict(trial.params) | {_SCORE: trial.value} for trial in study.trials if trial.value is not None]


def _of_keras_tuner(tuner: Any) -> list[dict[Any, Any]]:
    ended = [trial for trial in tuner.oracle.trials.values() if trial.score is not None]
    return [dict(trial.hyperparameters.values) | {_SCORE: trial.score} for trial in ended]


_KINDS: dict[str, Callable[[Any], list[dict[Any, Any]]]] = {
    "pandas": _of_pandas,
    "sklearn": _of_scikit_learn,
    "optuna": _of_optuna,
    "keras_tuner": _of_keras_tuner,
}
