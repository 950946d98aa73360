"""Reads the table of a search over settings: rows of plain values, in the form of ``values.json``."""

from collections.abc import Mapping, Sequence

from grader.measuring.evidence.values import read_values
from grader.readers.refused import Refused
from grader.words import say

Rows = tuple[Mapping[str, object], ...]
MOST_ROWS = 5000


def read_trials(content: bytes | None, names: Sequence[str]) -> Mapping[str, Rows | Refused]:
    """Return for each of ``names`` its rows, or the reason in words. Never raises.

    Rows have text for keys; their values are those that :func:`read_values` gives.
    """
    return {name: _rows(name, value) for name, value in read_values(content, names).items()}


def _rows(name: str, value: object) -> Rows | Refused:
    if isinstance(value, Refused):
        return value
    rows = value if isinstance(value, list) else None
    if rows is None or not all(isinstance(row, dict) for row in rows):
        return Refused(reason=say("verdict.trials.no_table", name=name))
    return tuple({str(key)[:200]: held for key, held in row.items()} for row in rows[:MOST_ROWS])
