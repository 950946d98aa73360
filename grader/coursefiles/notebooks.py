"""Reads a notebook without running it: hostile bytes in, a plain version-4 notebook or one clear error out.

The limits come before the libraries: 100,000 cells take nbformat six seconds, and nesting that json
still accepts breaks it.
"""

import json
import re
import warnings
from typing import Any

from grader.model.errors import SubmissionError
from grader.words import say

MOST_BYTES = 20 * 2**20
MOST_NESTING = 60
MOST_CELLS = 2_000
_LONGEST_NUMBER = 400
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def normalise_notebook(content: bytes, name: str) -> bytes:
    """Return the notebook as UTF-8 JSON of nbformat 4, saved outputs dropped.

    Raises:
        SubmissionError: it is not a notebook, or too large; the message says what it is instead.
    """
    import nbformat

    read: Any = nbformat.reads
    raw = _parse(content, name)
    cells = _cells_of(raw, name)
    if len(cells) > MOST_CELLS:
        raise SubmissionError(say("GR133", name=name, count=len(cells), limit=MOST_CELLS))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a missing cell id is no news
            notebook: Any = read(json.dumps(raw), as_version=4)
    except Exception as problem:  # noqa: BLE001 - bare AttributeError, KeyError and more when malformed
        raise SubmissionError(say("GR132", name=name, problem=_first_line(problem))) from None
    plain = [
        {"cell_type": str(cell.get("cell_type")), "source": _source_of(cell), "metadata": {}}
        for cell in notebook.cells
    ]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": plain}, ensure_ascii=True)
    return text.encode()


def saved_outputs(content: bytes) -> tuple[str, ...]:
    """Return the text of the outputs saved in a notebook, as far as they can be read."""
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError):
        return ()
    texts = [
        _joined(output.get("text") or (output.get("data") or {}).get("text/plain") or "")
        for cell in (raw.get("cells") if isinstance(raw, dict) else None) or []
        if isinstance(cell, dict)
        for output in cell.get("outputs") or []
        if isinstance(output, dict)
    ]
    return tuple(t for t in texts if t)


def _parse(content: bytes, name: str) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        size = f"{len(content) / 2**20:.1f}"
        raise SubmissionError(say("GR125", path=name, size=size, limit=MOST_BYTES // 2**20))
    content = content.removeprefix(b"\xef\xbb\xbf")
    if _nesting(content) > MOST_NESTING:
        raise SubmissionError(say("GR134", name=name, limit=MOST_NESTING))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise SubmissionError(say("GR135", name=name)) from None
    try:
        raw = json.loads(text, parse_int=_bounded_int)
    except (ValueError, RecursionError) as problem:
        raise SubmissionError(_what_it_is_instead(text, name, problem)) from None
    if not isinstance(raw, dict):
        raise SubmissionError(say("GR132", name=name, problem=f"JSON {type(raw).__name__}"))
    return raw


def _cells_of(raw: dict[str, Any], name: str) -> list[Any]:
    version = raw.get("nbformat")
    if not isinstance(version, int) or not 1 <= version <= 4:  # noqa: PLR2004 - today's version
        raise SubmissionError(say("GR132", name=name, problem=f"nbformat = {version!r:.40}"))
    cells = raw.get("cells")
    if cells is None and isinstance(raw.get("worksheets"), list):
        sheets = [sheet for sheet in raw["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    if not isinstance(cells, list):
        raise SubmissionError(say("GR132", name=name, problem="cells"))
    for number, cell in enumerate(cells[:MOST_CELLS], start=1):
        if not isinstance(cell, dict) or not isinstance(
            cell.get("source", cell.get("input", "")), str | list
        ):
            raise SubmissionError(say("GR132", name=name, problem=f"cell {number}"))
    return cells


def _nesting(content: bytes) -> int:
    deepest = depth = 0
    for match in _BRACKETS.finditer(content):
        token = match[0]
        if token in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in b"]}":
            depth -= 1
    return deepest


def _bounded_int(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("a number of too many digits")
    return int(digits)


def _what_it_is_instead(text: str, name: str, problem: Exception) -> Any:
    start = text.lstrip()[:2000]
    if re.match(r"<!doctype|<html|<\?xml", start, re.IGNORECASE):
        return say("GR136", name=name)
    if re.search(r"^\s*(import|from|def|print|#|%|[A-Za-z_]\w*\s*=)", start, re.MULTILINE) and (
        not start.startswith("{")
    ):
        return say("GR131", name=name)
    return say("GR130", name=name, problem=_first_line(problem))


def _source_of(cell: Any) -> str:
    return _joined(cell.get("source", "")).encode("utf-8", "replace").decode("utf-8")


def _joined(text: Any) -> str:
    return "".join(str(part) for part in text) if isinstance(text, list) else str(text)


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:120]
