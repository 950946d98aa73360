"""What a submission printed, cut to what a page can carry."""

from bisect import bisect_right
from html import escape

from grader.reporting.views import Printed

_MOST_BYTES = 64 * 1024
_LEAST_BYTES = 4 * 1024
_HEAD_SHARE = 2 / 3
_MARGIN = 256


def printed(output: str, log: str, room: int) -> Printed:
    """Return the beginning and the end of ``output``, at most ``room`` bytes as HTML, and the log's address.

    Never less than 4 KiB nor more than 64 KiB; the log has the first MiB.
    """
    most = max(_LEAST_BYTES, min(_MOST_BYTES, room))
    if len(output) <= most and _size(output) <= most:
        return Printed(head=output, tail="", left_out=0, log=log)
    head = _prefix(output, round(most * _HEAD_SHARE))
    tail = _prefix(output[len(head) :][::-1], most - round(most * _HEAD_SHARE))[::-1]
    # Cut at a line's end where one is near, so that no line looks complete that is not.
    if (end := head.rfind("\n", len(head) - _MARGIN)) > 0:
        head = head[:end]
    if (start := tail.find("\n", 0, _MARGIN)) >= 0:
        tail = tail[start + 1 :]
    return Printed(head=head, tail=tail, left_out=len(output) - len(head) - len(tail), log=log)


def shortened(text: str, most: int) -> str:
    """Return ``text``, or its beginning with an ellipsis when it is longer than ``most`` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _prefix(text: str, most: int) -> str:
    """Return the longest beginning of ``text`` that takes at most ``most`` bytes as HTML."""
    candidate = text[:most]
    fits = bisect_right(range(len(candidate) + 1), most, key=lambda length: _size(candidate[:length]))
    return candidate[: fits - 1]


def _size(text: str) -> int:
    return len(escape(text).encode("utf-8", "replace"))
