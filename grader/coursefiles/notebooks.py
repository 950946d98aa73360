"""Reads a notebook without running it: hostile bytes in, a plain version-4 notebook or one clear error out.

Of a notebook only the cells' kinds and sources are taken, so no library is asked to make sense of the
rest: nbformat needs six seconds for 100,000 cells, and nesting that json still accepts breaks it.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from grader.model.errors import SubmissionError
from grader.model.message import Message
from grader.words import say

MOST_BYTES = 20 * 2**20
MOST_NESTING = 60
MOST_CELLS = 2_000
_MOST_BRACKETS = 500_000
_LONGEST_NUMBER = 400
_MOST_OUTPUTS = 1_000
_KEPT_TEXT = 32 * 1024
_OLDEST, _NEWEST = 2, 4
# A string that never ends is one token too, and nothing is tried twice: time is linear in the bytes.
_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCell:
    """One cell as it was handed in: what stands in it, and the text that was saved below it."""

    code: bool
    source: str
    output: str


def normalise_notebook(content: bytes, name: str) -> bytes:
    """Return the notebook as UTF-8 JSON of nbformat 4, saved outputs dropped.

    Raises:
        SubmissionError: it is not a notebook, or too large; the message says what it is instead.
    """
    raw = _parse(content, name)
    plain = [
        {"cell_type": kind, "source": source.encode("utf-8", "replace").decode("utf-8"), "metadata": {}}
        for kind, source in _cells_of(raw, name)
    ]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": plain}, ensure_ascii=True)
    return text.encode()


def saved_cells(content: bytes, name: str) -> tuple[SavedCell, ...]:
    """Return the cells of a notebook with the text of their saved outputs, in order.

    Raises:
        SubmissionError: it is not a notebook, or too large.
    """
    raw = _parse(content, name)
    outputs = [_saved_output(cell) for cell in _raw_cells(raw, name)]
    cells = zip(_cells_of(raw, name), outputs, strict=True)
    return tuple(SavedCell(code=kind == "code", source=source, output=text) for (kind, source), text in cells)


def _parse(content: bytes, name: str) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        size = len(content) / 2**20
        raise SubmissionError(say("file-too-large", path=name, size=size, limit=MOST_BYTES // 2**20))
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise SubmissionError(say("file-empty", name=name))
    _bound_nesting(content, name)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise SubmissionError(say("program-not-utf8", name=name)) from None
    try:
        raw = json.loads(
            text, parse_int=_integer, parse_constant=_constant, object_pairs_hook=_without_repetition
        )
    except _Foreign as problem:
        raise SubmissionError(say("notebook-malformed", name=name, problem=problem.message)) from None
    except (ValueError, RecursionError) as problem:
        raise SubmissionError(_what_it_is_instead(text, name, problem)) from None
    if not isinstance(raw, dict):
        raise SubmissionError(say("notebook-malformed", name=name, problem=say("notebook.object")))
    return raw


def _cells_of(raw: dict[str, Any], name: str) -> list[tuple[str, str]]:
    """Return the kind and the source of every cell, in order, of any version of the format."""
    read = [_cell(cell) for cell in _raw_cells(raw, name)]
    if None in read:
        problem = say("notebook.cell", number=read.index(None) + 1)
        raise SubmissionError(say("notebook-malformed", name=name, problem=problem))
    return [cell for cell in read if cell is not None]


def _raw_cells(raw: dict[str, Any], name: str) -> list[Any]:
    version = raw.get("nbformat")
    if isinstance(version, bool) or not isinstance(version, int) or not _OLDEST <= version <= _NEWEST:
        shown = "-" if version is None else str(version)[:40]
        raise SubmissionError(
            say("notebook-malformed", name=name, problem=say("notebook.version", got=shown))
        )
    holders = raw.get("worksheets") if version < _NEWEST else [raw]
    parts = [h.get("cells") if isinstance(h, dict) else None for h in _items(holders)] or [None]
    if not all(isinstance(part, list) for part in parts):
        raise SubmissionError(say("notebook-malformed", name=name, problem=say("notebook.cells")))
    cells = [cell for part in parts for cell in _items(part)]
    if len(cells) > MOST_CELLS:
        raise SubmissionError(say("notebook-too-many-cells", name=name, count=len(cells), limit=MOST_CELLS))
    return cells


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _cell(cell: Any) -> tuple[str, str] | None:
    """Return a cell's kind and source, or None when it is not a cell; code stood in ``input`` before 4."""
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    if kind not in ("code", "markdown", "raw", "heading", "html"):
        return None
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    return ("code" if kind == "code" else "raw" if kind == "raw" else "markdown"), source


def _saved_output(cell: Any) -> str:
    """Return the plain text of a cell's saved outputs; of much text the beginning and the end.

    Streams hold it in ``text``, results in ``data`` under ``text/plain``; before version 4 both in ``text``.
    """
    texts = []
    for output in _items(cell.get("outputs") if isinstance(cell, dict) else None)[:_MOST_OUTPUTS]:
        if isinstance(output, dict):
            data = output.get("data")
            said = output.get("text", data.get("text/plain") if isinstance(data, dict) else None)
            lines = [said] if isinstance(said, str) else _items(said)
            texts.append("".join(line for line in lines if isinstance(line, str)))
    text = "\n".join(texts)
    return text if len(text) <= 2 * _KEPT_TEXT else f"{text[:_KEPT_TEXT]}\n{text[-_KEPT_TEXT:]}"


def _bound_nesting(content: bytes, name: str) -> None:
    depth = count = 0
    for match in _BRACKETS.finditer(content):
        token = match[0]
        if token in (b"[", b"{"):
            depth += 1
            count += 1
            if depth > MOST_NESTING:
                raise SubmissionError(say("notebook-nested-too-deep", name=name, limit=MOST_NESTING))
            if count > _MOST_BRACKETS:
                raise SubmissionError(_too_many(content, name))
        elif token in (b"]", b"}"):
            depth -= 1


def _too_many(content: bytes, name: str) -> Message:
    """Return what a notebook has too many of: cells, as far as keys tell unparsed, or anything else."""
    cells = content.count(b'"cell_type"')
    if cells > MOST_CELLS:
        return say("notebook-too-many-cells", name=name, count=cells, limit=MOST_CELLS)
    return say("notebook-too-many-objects", name=name, limit=_MOST_BRACKETS)


class _Foreign(ValueError):  # noqa: N818 - never leaves this module
    """JSON that no notebook program writes; ``message`` says what of it."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.en)
        self.message = message


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise _Foreign(say("notebook.number", digits=len(digits)))
    return int(digits)


def _constant(name: str) -> Any:
    raise _Foreign(say("notebook.constant", got=name))


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _Foreign(say("notebook.twice", key=twice[:40]))
    return found


def _what_it_is_instead(text: str, name: str, problem: Exception) -> Message:
    start = text.lstrip()[:2000]
    if re.search(r"^(<{7} |>{7} |={7}$)", text, re.MULTILINE):
        return say("notebook-has-conflict-markers", name=name)
    if re.match(r"<!doctype|<html|<\?xml", start, re.IGNORECASE):
        return say("notebook-is-html-page", name=name)
    if re.search(r"^\s*(import|from|def|print|#|%|[A-Za-z_]\w*\s*=)", start, re.MULTILINE) and (
        not start.startswith("{")
    ):
        return say("notebook-is-python-source", name=name)
    line = getattr(problem, "lineno", 1)
    return say("notebook-not-json", name=name, line=line)
