"""Holds the bars that stand in a file against what their metric is: 0 to 1 where it is a share of rows."""

from collections.abc import Iterable, Iterator
from typing import Any

from grader.model.message import Message
from grader.model.metric import Direction
from grader.plugins.interfaces import Metric
from grader.plugins.written import as_number
from grader.words import say
from grader.words.mistake_words import shown


def side_of(metric: Metric) -> str:
    """Return the key of a bar of ``metric``: good values lie below or above it."""
    return "below" if metric.direction is Direction.LOWER_IS_BETTER else "above"


def shares_out_of_range(
    bars: Iterable[tuple[str, Any]], side: str, metric: Metric, *, file: str
) -> Iterator[Message]:
    """Yield each bar, with its key, that no share of rows can be held against: a per cent, mostly."""
    for key, bar in bars:
        value = as_number(bar)
        if value is None or not metric.counts_rows:
            continue
        if not (0 < value <= 1 if side == "below" else 0 <= value < 1):
            fields = {"got": shown(bar), "metric": metric.name, "share": value / 100}
            yield say("share-out-of-range", file=file, key=key, **fields)
