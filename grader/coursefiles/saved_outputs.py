"""The text of a cell's saved outputs, however much there is: the beginning and the end."""

import json
from collections import deque
from collections.abc import Iterator

from grader.readers.skim_json import NotJson, Skim, Span

_MOST_OUTPUTS = 1_000
_KEPT_TEXT = 32 * 1024
_READ_WHOLE = 4 * 2**20
_KEPT_PIECES = 2_000


def saved_text(skim: Skim, outputs: Span) -> str:
    """Return the plain text of ``outputs``; of much text the beginning and the end.

    Streams hold it in ``text``, results in ``data`` under ``text/plain``; before version 4 both in ``text``.
    Whatever else stands there is passed over.
    """
    texts = []
    try:
        for number, output in enumerate(skim.items(outputs)):
            if number == _MOST_OUTPUTS:
                break
            texts.append(_shortened("".join(_said(skim, output))))
    except NotJson:  # it is thrown away anyway
        pass
    return _shortened("\n".join(texts))


def _shortened(text: str) -> str:
    return text if len(text) <= 2 * _KEPT_TEXT else f"{text[:_KEPT_TEXT]}\n{text[-_KEPT_TEXT:]}"


def _said(skim: Skim, output: Span) -> Iterator[str]:
    """Yield the pieces of one output's text: of many, the first and the last."""
    held = dict(skim.members(output))
    told = held.get("text")
    if told is None and "data" in held:
        told = dict(skim.members(held["data"])).get("text/plain")
    if told is None:
        return
    if told.kind == '"':
        yield _string(skim, told)
    last: deque[Span] = deque(maxlen=_KEPT_PIECES)
    for number, piece in enumerate(skim.items(told)):
        if piece.kind != '"':
            continue
        if number < _KEPT_PIECES:
            yield _string(skim, piece)
        else:
            last.append(piece)
    for piece in last:
        yield _string(skim, piece)


def _string(skim: Skim, span: Span) -> str:
    """Return what a string says; of megabytes the beginning and the end."""
    raw = skim.raw(span)
    if len(raw) <= _READ_WHOLE:
        return _loaded(raw)
    # Cut where a blank stands: it is never part of a character that is written with a backslash.
    head, _, _ = raw[1 : 4 * _KEPT_TEXT].rpartition(b" ")
    _, _, tail = raw[-4 * _KEPT_TEXT : -1].partition(b" ")
    return _loaded(b'"%b"' % head) + "\n" + _loaded(b'"%b"' % tail)


def _loaded(raw: bytes) -> str:
    try:
        return str(json.loads(raw.decode("utf-8", "replace"), strict=False))
    except ValueError:
        return ""
