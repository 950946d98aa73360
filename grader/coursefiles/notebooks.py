"""Reads a notebook without running it: hostile bytes in, a plain version-4 notebook or one clear error out.

Of a notebook only the cells' kinds and sources are taken. Saved outputs and metadata are thrown away, so
neither their size nor their mistakes (``NaN``, a key said twice, a hundred levels) decide anything.
"""

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from grader.coursefiles.other_languages import language_of_notebook
from grader.coursefiles.saved_outputs import saved_text
from grader.coursefiles.source_text import read_text
from grader.model.errors import SubmissionError
from grader.model.evidence import LedgerEntry, Place
from grader.model.message import Message
from grader.readers.plain_text import plain_line
from grader.readers.skim_json import NotJson, Skim, Span
from grader.words import say

MOST_BYTES = 100 * 2**20
MOST_SOURCE = 20 * 2**20
MOST_CELLS = 2_000
_MOST_PIECES = 500_000
_MOST_TOLD = 20
_LONGEST_SHOWN = 40
_OLDEST, _NEWEST = 2, 4
_MARKDOWN = ("markdown", "heading", "html")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_CHUNK = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCell:
    """One cell as it was handed in: what stands in it, and the text that was saved below it."""

    code: bool
    source: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainNotebook:
    """A notebook as it is run, and what was passed over or rewritten for that."""

    content: bytes
    ledger: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """One cell: its kind as the file says it, its source, and where its saved outputs stand."""

    kind: str
    source: str
    encoding: str | None
    outputs: Span | None


def normalise_notebook(content: bytes, name: str) -> PlainNotebook:
    """Return the notebook as UTF-8 JSON of nbformat 4, saved outputs dropped.

    Raises:
        SubmissionError: it is not a notebook of Python, or too large; the message says what it is instead.
    """
    with _Reading(content, name) as reading:
        cells = list(reading.cells())
        code = "\n".join(cell.source for cell in cells if cell.kind == "code")
        language = reading.other_language(code)
        ledger = [LedgerEntry(kind="encoding", what="UTF-16", place=Place())] if reading.was_utf16 else []
    if language is not None:
        raise SubmissionError(say("notebook-of-another-language", name=name, language=language))
    plain = [{"cell_type": _plain_kind(cell.kind), "source": cell.source, "metadata": {}} for cell in cells]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": plain}, ensure_ascii=True)
    return PlainNotebook(content=text.encode(), ledger=(*ledger, *_rewritten(cells))[:_MOST_TOLD])


def saved_cells(content: bytes, name: str) -> tuple[SavedCell, ...]:
    """Return the cells of a notebook with the text of their saved outputs, in order.

    Raises:
        SubmissionError: it is not a notebook, or too large.
    """
    with _Reading(content, name) as reading:
        return tuple(
            SavedCell(
                code=cell.kind == "code",
                source=cell.source,
                output="" if cell.outputs is None else saved_text(reading.skim, cell.outputs),
            )
            for cell in reading.cells()
        )


def _plain_kind(kind: str) -> str:
    return "markdown" if kind in _MARKDOWN else kind if kind == "code" else "raw"


def _rewritten(cells: Sequence[_Cell]) -> Iterator[LedgerEntry]:
    """Yield what a student may wonder about: cells that are not run, cells that were no UTF-8."""
    for number, cell in enumerate(cells, 1):
        if cell.kind not in ("code", "raw", *_MARKDOWN):
            kind = plain_line(cell.kind, limit=_LONGEST_SHOWN)
            yield LedgerEntry(kind="cell_kind", what=kind, place=Place(cell=number))
        if cell.kind == "code" and cell.encoding is not None:
            yield LedgerEntry(kind="encoding", what=cell.encoding, place=Place(cell=number))


class _Reading:
    """One notebook being read; whatever turns out to be no JSON is told as what it is instead."""

    def __init__(self, content: bytes, name: str) -> None:
        if len(content) > MOST_BYTES:
            size = len(content) / 2**20
            message = say("file-too-large", path=name, size=size, limit=MOST_BYTES // 2**20)
            raise SubmissionError(message)
        content = content.removeprefix(codecs.BOM_UTF8)
        if not content.strip():
            raise SubmissionError(say("file-empty", name=name))
        if content.startswith(_UTF32):
            raise SubmissionError(say("program-not-utf8", name=name))
        self.was_utf16 = content.startswith(_UTF16)
        if self.was_utf16:  # as PowerShell writes it
            content = _from_utf16(content).encode("utf-8", "replace")
        self._content, self._name = content, name
        self.skim = Skim(content)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, problem: object, _trace: object) -> None:
        if isinstance(problem, NotJson):
            raise SubmissionError(self._what_it_is_instead(problem)) from None

    def cells(self) -> Iterator[_Cell]:
        """Yield every cell, in order, of any version of the format."""
        left, pieces = MOST_SOURCE, _MOST_PIECES
        for number, span in enumerate(self._cell_spans(), 1):
            wanted = ("cell_type", "source", "input", "outputs")
            cell = self._members(span, wanted) if span.kind == "{" else {}
            kind = self._text(cell.get("cell_type"))
            source = cell.get("source", cell.get("input"))
            if kind is None:
                raise self._malformed(say("notebook.cell", number=number))
            lines = self._lines(source, kind, number, pieces)
            left -= sum(line.size for line in lines)
            pieces -= len(lines)
            if left < 0:
                limit = MOST_SOURCE // 2**20
                raise SubmissionError(say("notebook-source-too-large", name=self._name, limit=limit))
            read = [self._decoded(line) for line in lines]
            yield _Cell(
                kind=kind,
                # A lone half of a character cannot be written anywhere.
                source="".join(text for text, _ in read).encode("utf-8", "replace").decode("utf-8"),
                encoding=next((encoding for _, encoding in read if encoding is not None), None),
                outputs=cell.get("outputs"),
            )

    def other_language(self, code: str) -> str | None:
        """Return the language of a notebook that is no Python; its metadata may say anything."""
        top = self._members(self.skim.whole(), ("metadata",), strict=False)
        held = self._said(top.get("metadata"), "kernelspec", "language_info")
        kernel = self._said(held.get("kernelspec"), "language", "name")
        info = self._said(held.get("language_info"), "name")
        languages = (self._text(kernel.get("language")), self._text(info.get("name")))
        kernels = (self._text(kernel.get("name")),)
        return language_of_notebook(filter(None, languages), filter(None, kernels), code)

    def _said(self, span: Span | None, *wanted: str) -> dict[str, Span]:
        """Return the ``wanted`` values of an object that nothing depends on: none where it is no JSON."""
        try:
            return {} if span is None else self._members(span, wanted, strict=False)
        except NotJson:
            return {}

    def _cell_spans(self) -> list[Span]:
        whole = self.skim.whole()
        if whole.kind != "{":
            raise self._malformed(say("notebook.object"))
        top = self._members(whole, ("nbformat", "cells", "worksheets"))
        version = self._version(top.get("nbformat"))
        holders = [top] if version == _NEWEST else self._worksheets(top.get("worksheets"))
        spans: list[Span] = []
        for holder in holders:
            if "cells" not in holder or holder["cells"].kind != "[":
                raise self._malformed(say("notebook.cells"))
            for span in self.skim.items(holder["cells"]):
                spans.append(span)
                if len(spans) > MOST_CELLS:
                    raise SubmissionError(self._too_many_cells())
        return spans

    def _too_many_cells(self) -> Message:
        """Return how many there are, as far as keys tell: nobody waits for the walk through a million."""
        count = max(MOST_CELLS + 1, self._content.count(b'"cell_type"'))
        return say("notebook-too-many-cells", name=self._name, count=count, limit=MOST_CELLS)

    def _worksheets(self, sheets: Span | None) -> list[dict[str, Span]]:
        if sheets is None or sheets.kind != "[":
            raise self._malformed(say("notebook.cells"))
        found = [self._members(sheet, ("cells",)) for sheet in self.skim.items(sheets)]
        if not found:
            raise self._malformed(say("notebook.cells"))
        return found

    def _version(self, span: Span | None) -> int:
        raw = b"-" if span is None else self.skim.raw(span)[:_LONGEST_SHOWN]
        if raw not in (b"2", b"3", b"4"):
            shown = plain_line(raw, limit=_LONGEST_SHOWN)
            raise self._malformed(say("notebook.version", got=shown, oldest=_OLDEST, newest=_NEWEST))
        return int(raw)

    def _members(self, span: Span, wanted: tuple[str, ...], *, strict: bool = True) -> dict[str, Span]:
        """Return where the values of the ``wanted`` keys stand; of two of one name the last, or neither.

        Two readers would run two programs from a notebook that has its cells twice.
        """
        found: dict[str, Span] = {}
        for key, value in self.skim.members(span):
            if key in wanted:
                if key in found and strict and key != "outputs":
                    raise self._malformed(say("notebook.twice", key=key))
                found[key] = value
        return found

    def _lines(self, source: Span | None, kind: str, number: int, pieces: int) -> list[Span]:
        """Return the strings that a source consists of; what is not run may be anything."""
        if source is None:
            return []
        lines = [source] if source.kind == '"' else []
        if source.kind == "[":
            for line in self.skim.items(source):
                lines.append(line)
                if len(lines) > pieces:
                    raise SubmissionError(say("notebook-too-many-objects", name=self._name))
        elif not lines and kind == "code":
            raise self._malformed(say("notebook.cell", number=number))
        if all(line.kind == '"' for line in lines):
            return lines
        if kind == "code":
            raise self._malformed(say("notebook.cell", number=number))
        return []

    def _decoded(self, span: Span) -> tuple[str, str | None]:
        """Return what a string says, and in which encoding it stood where that was not UTF-8."""
        text, encoding = read_text(self.skim.raw(span))
        try:
            return str(json.loads(text)), encoding
        except ValueError:
            raise NotJson(span.start) from None

    def _text(self, span: Span | None) -> str | None:
        """Return a short text, or None where something else stands."""
        if span is None or span.kind != '"' or span.size > 4 * _LONGEST_SHOWN:
            return None
        with suppress(NotJson):
            return self._decoded(span)[0]
        return None

    def _malformed(self, problem: Message) -> SubmissionError:
        return SubmissionError(say("notebook-malformed", name=self._name, problem=problem))

    def _what_it_is_instead(self, problem: NotJson) -> Message:
        content, name = self._content, self._name
        if problem.nested:
            return say("notebook-too-many-objects", name=name)
        if not _is_utf8(content):
            return say("program-not-utf8", name=name)
        start = content[:4000].decode("utf-8", "replace").lstrip()[:2000]
        if re.search(rb"^(<{7} |>{7} |={7}$)", content, re.MULTILINE):
            return say("notebook-has-conflict-markers", name=name)
        if re.match(r"<!doctype|<html|<\?xml", start, re.IGNORECASE):
            return say("notebook-is-html-page", name=name)
        if re.search(r"^\s*(import|from|def|print|#|%|[A-Za-z_]\w*\s*=)", start, re.MULTILINE) and (
            not start.startswith("{")
        ):
            return say("notebook-is-python-source", name=name)
        line = content.count(b"\n", 0, problem.at) + 1
        return say("notebook-not-json", name=name, line=line)


def _from_utf16(content: bytes) -> str:
    """Return what is written in UTF-16; a lone half of a character stays one, as json reads it."""
    try:
        return content.decode("utf-16", "surrogatepass")
    except UnicodeDecodeError:
        return content.decode("utf-16", "replace")


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(content), _CHUNK):
            decoder.decode(content[at : at + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
