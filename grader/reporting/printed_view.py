"""What a submission printed, cut to what a page can carry."""

from html import escape

from grader.reporting.views import Printed

_HEAD_BYTES = 12 * 1024
_TAIL_BYTES = 6 * 1024
_MARGIN = 256


def printed(output: str, log: str) -> Printed:
    """Return the beginning and the end of ``output``, at most 18 KiB as HTML, and the log's address.

    A page stays below 60 KB whatever a program prints; the log has the first MiB.
    """
    if len(output) <= _HEAD_BYTES + _TAIL_BYTES:
        if _size(output) <= _HEAD_BYTES + _TAIL_BYTES:
            return Printed(head=output, tail="", left_out=0, log=log)
    head = _prefix(output, _HEAD_BYTES)
    tail = _prefix(output[len(head) :][::-1], _TAIL_BYTES)[::-1]
    # Cut at a line's end where one is near, so that no line looks complete that is not.
    if (end := head.rfind("\n", len(head) - _MARGIN)) > 0:
        head = head[:end]
    if 0 <= (start := tail.find("\n", 0, _MARGIN)):
        tail = tail[start + 1 :]
    return Printed(head=head, tail=tail, left_out=len(output) - len(head) - len(tail), log=log)


def shortened(text: str, most: int) -> str:
    """Return ``text``, or its beginning with an ellipsis when it is longer than ``most`` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _prefix(text: str, most: int) -> str:
    """Return the longest beginning of ``text`` that takes at most ``most`` bytes as HTML."""
    taken = 0
    for at, character in enumerate(text):
        taken += _size(character)
        if taken > most:
            return text[:at]
    return text


def _size(text: str) -> int:
    return len(escape(text).encode("utf-8", "replace"))
