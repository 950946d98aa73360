"""Walks through JSON and builds only what is asked for; the rest is passed over, whatever stands in it.

A notebook carries pictures and tables of tens of megabytes beside a few kilobytes of program. What is thrown
away anyway needs to be neither good JSON nor small: only where it ends has to be found. Time is linear in
the bytes and no memory is taken for what is passed over.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MOST_BRACKETS = 4_000_000
"""Each is a step of ours, all are seconds: more than there are around a million rows of a table."""
_DEPTHS_KEPT = 8
_LARGE = 4096
_LONGEST_KEY = 200
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_BLANKS = re.compile(rb"[ \t\n\r]*+")
_WHOLE_STRING = re.compile(_STRING, re.DOTALL)
# Nothing is given back, nothing tried twice. (Python 3.11.2 forgets where it was when a longer alternative
# fails halfway: here each fails at its first byte, or at the end of all.)
_TO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+[\[\]{}]", re.DOTALL)
_SCALAR = re.compile(rb'[^\s"\[\]{},:]++')
_OPENING = frozenset(b"[{")


class NotJson(ValueError):  # noqa: N818 - an answer, caught where the file's name is known
    """The bytes are no JSON at ``at``; ``nested`` where there are merely too many brackets."""

    def __init__(self, at: int, *, nested: bool = False) -> None:
        super().__init__(at)
        self.at = at
        self.nested = nested


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where one value stands: ``kind`` is its first byte, as text."""

    start: int
    end: int
    kind: str

    @property
    def size(self) -> int:
        """The bytes it takes."""
        return self.end - self.start


class Skim:
    """One JSON text; values are places in it until somebody asks for what they say."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._ends: dict[int, int] = {}

    def whole(self) -> Span:
        """Return the one value that the text consists of.

        Raises:
            NotJson: there is none, or something stands behind it.
        """
        span = self._span(self._after_blanks(0))
        end = self._after_blanks(span.end)
        if end != len(self._content):
            raise NotJson(end)
        return span

    def members(self, span: Span) -> Iterator[tuple[str, Span]]:
        """Yield the keys and values of an object, in order and as often as they come; none of anything else.

        Raises:
            NotJson: what stands there is no object.
        """
        at = self._first(span, "{")
        while at is not None:
            key = _WHOLE_STRING.match(self._content, at)
            if key is None:
                raise NotJson(at)
            colon = self._after_blanks(key.end())
            if self._content[colon : colon + 1] != b":":
                raise NotJson(colon)
            value = self._span(self._after_blanks(colon + 1))
            yield _key(key[0]), value
            at = self._next(value, b"}")

    def items(self, span: Span) -> Iterator[Span]:
        """Yield the values of a list, in order; none of anything else.

        Raises:
            NotJson: what stands there is no list.
        """
        at = self._first(span, "[")
        while at is not None:
            value = self._span(at)
            yield value
            at = self._next(value, b"]")

    def built(self, span: Span) -> Any:
        """Return the value itself; whoever asks has looked at its size.

        Raises:
            NotJson: it is none.
            UnicodeDecodeError: it is not UTF-8.
        """
        try:
            return json.loads(self.raw(span).decode("utf-8"))
        except UnicodeDecodeError:
            raise
        except (ValueError, RecursionError):
            raise NotJson(span.start) from None

    def raw(self, span: Span) -> bytes:
        """Return the bytes of the value."""
        return self._content[span.start : span.end]

    def _first(self, span: Span, kind: str) -> int | None:
        """Return where the first part of an object or list stands; None where it has none or is neither."""
        if span.kind != kind:
            return None
        at = self._after_blanks(span.start + 1)
        return None if at == span.end - 1 else at

    def _next(self, value: Span, closing: bytes) -> int | None:
        """Return where the part behind ``value`` stands; None at the end."""
        at = self._after_blanks(value.end)
        match self._content[at : at + 1]:
            case b",":
                return self._after_blanks(at + 1)
            case found if found == closing:
                return None
        raise NotJson(at)

    def _after_blanks(self, at: int) -> int:
        found = _BLANKS.match(self._content, at)
        return at if found is None else found.end()

    def _span(self, at: int) -> Span:
        first = self._content[at : at + 1]
        if first in (b"{", b"["):
            return Span(start=at, end=self._closed(at), kind=first.decode())
        found = (_WHOLE_STRING if first == b'"' else _SCALAR).match(self._content, at)
        if found is None:
            raise NotJson(at)
        return Span(start=at, end=found.end(), kind=first.decode("ascii", "replace"))

    def _closed(self, at: int) -> int:
        """Return where the bracket that opens at ``at`` is closed.

        Where larger ones inside end is kept, so that who walks into them does not look for it again.
        """
        if (known := self._ends.get(at)) is not None:
            return known
        content, begun, depth = self._content, at, 0
        opened = [0] * (_DEPTHS_KEPT + 1)
        for _ in range(_MOST_BRACKETS):
            found = _TO_BRACKET.match(content, at)
            if found is None:
                raise NotJson(begun)
            at = found.end()
            if content[at - 1] in _OPENING:
                depth += 1
                if depth <= _DEPTHS_KEPT:
                    opened[depth] = at - 1
                continue
            if depth <= _DEPTHS_KEPT and at - opened[depth] > _LARGE:
                self._ends[opened[depth]] = at
            depth -= 1
            if depth == 0:
                return at
        raise NotJson(begun, nested=True)


def _key(raw: bytes) -> str:
    """Return what a key says; one longer than any that is asked for says nothing."""
    if len(raw) > _LONGEST_KEY:
        return ""
    try:
        return str(json.loads(raw.decode("utf-8", "replace"), strict=False))
    except ValueError:
        return ""
