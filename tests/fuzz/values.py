"""Variables of a program as the grader reads them."""

import numpy as np

from grader.measuring.evidence.trials import read_trials
from grader.measuring.evidence.values import MAX_DEPTH, read_values
from grader.readers.refused import Refused
from tests.crossing import same, written
from tests.fuzz.fit_to_show import assert_message

_SCALARS = (type(None), bool, int, float, str)


def look_at_values(content: bytes) -> None:
    """A value is plain and crosses again as it is; what is no value is a sentence; names are those asked."""
    read = read_values(content, ["C", "values"])
    assert list(read) == ["C", "values"]
    for value in read.values():
        if isinstance(value, Refused):
            assert_message(value.reason)
            continue
        _assert_plain(value, 0)
        again = read_values(written(value), ["C"])["C"]
        assert same(again, value), (again, value)


def look_at_trials(content: bytes) -> None:
    """A table is rows of plain values under text; what is no table is a sentence; names are those asked."""
    read = read_trials(content, ["C", "trials"])
    assert list(read) == ["C", "trials"]
    for rows in read.values():
        if isinstance(rows, Refused):
            assert_message(rows.reason)
            continue
        for row in rows:
            assert all(type(key) is str for key in row)
            _assert_plain(list(row.values()), 0)


def _assert_plain(value: object, depth: int) -> None:
    assert depth <= MAX_DEPTH
    if isinstance(value, list | tuple):
        for item in value:
            _assert_plain(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _assert_plain(key, depth + 1)
            _assert_plain(item, depth + 1)
    elif isinstance(value, np.ndarray | np.generic):
        assert value.dtype.kind in "biuf"
        assert value.dtype.itemsize <= np.dtype(np.float64).itemsize
    else:
        assert type(value) in _SCALARS
