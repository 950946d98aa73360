"""Reads what the harness wrote beside a submission: hostile JSON, of which only the promised shape is kept.

Nothing here raises: a value of the wrong type is absent, text is cleaned and cut, lists end at their caps.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from grader.model.evidence import (
    Cell,
    Drawing,
    Fit,
    Given,
    HarnessReport,
    LedgerEntry,
    Place,
    ProgramError,
    Source,
    SourceReport,
    SourceState,
)
from grader.readers.plain_text import plain_line, plain_text

MAX_REPORT_BYTES = 4 * 1024 * 1024
MAX_CELLS_BYTES = 8 * 1024 * 1024
_MAX_LINE_BYTES = 512 * 1024
_MAX_ERRORS, _MAX_LEDGER, _MAX_FITS, _MAX_CELLS, _MAX_LAYERS = 50, 500, 200, 2000, 1000
_MAX_METRICS, _MAX_EPOCHS, _MAX_VERSIONS, _MAX_TARGETS = 20, 10_000, 20, 64
_NAME, _LINE, _TEXT, _OUTPUT = 100, 1000, 10_000, 64 * 1024
_MAX_FILES = 12
_MAX_IMPORTS, _MAX_DRAWINGS, _MAX_COLOURS, _MOST_COUNTED = 3000, 20, 50, 100_000
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LARGEST = 1e30


def read_harness_report(report: bytes | None, cells: bytes | None) -> HarnessReport:
    """Return what ``report.json`` and ``cells.jsonl`` say, as far as they keep to the protocol.

    A missing or unreadable report is the report of a run that did not finish; its cells still count.
    """
    table = _table(_parsed(report, MAX_REPORT_BYTES))
    sources = _table(table.get("sources"))
    versions = list(_table(table.get("versions")).items())[:_MAX_VERSIONS]
    return HarnessReport(
        finished=table.get("finished") is True,
        errors=tuple(e for x in _items(table.get("errors"), _MAX_ERRORS) if (e := _error(x))),
        sources=tuple(s for source in Source if (s := _source(source, sources.get(source.value)))),
        ledger=tuple(n for x in _items(table.get("ledger"), _MAX_LEDGER) if (n := _ledger(x))),
        fits=tuple(f for x in _items(table.get("fits"), _MAX_FITS) if (f := _fit(x))),
        estimators=tuple(name for x in _items(table.get("estimators"), _MAX_FITS) if (name := _name(x))),
        cells=_cells(cells),
        own_seed=table.get("own_seed") is True,
        figures=_whole(table.get("figures"), 0, 1000) or 0,
        layers=tuple(name for x in _items(table.get("layers"), _MAX_LAYERS) if (name := _name(x))),
        versions={_name(k): _name(v) for k, v in versions},
        target_values=_target_values(table.get("target_values")),
        imports=tuple(name for x in _items(table.get("imports"), _MAX_IMPORTS) if (name := _name(x))),
        drawings=tuple(_drawing(x) for x in _items(table.get("drawings"), _MAX_DRAWINGS)),
        given=_given(table.get("given")),
    )


def _drawing(said: Any) -> Drawing:
    table = _table(said)
    colours = list(_table(table.get("colours")).items())[:_MAX_COLOURS]
    counted = {
        name: _whole(count, 1, _MOST_COUNTED) or 0 for name, count in colours if _COLOUR.fullmatch(name)
    }
    return Drawing(
        axes=_whole(table.get("axes"), 0, _MOST_COUNTED) or 0,
        images=_whole(table.get("images"), 0, _MOST_COUNTED) or 0,
        colours={name: count for name, count in counted.items() if count},
    )


def _given(table: Any) -> Given | None:
    if not isinstance(table, dict):
        return None
    files = tuple(name for x in _items(table.get("files"), _MAX_FILES) if (name := _name(x)))
    return Given(files=files, loader=_name(table.get("loader")))


def _cells(content: bytes | None) -> tuple[Cell, ...]:
    """Return the cells that ran, each line by itself: the last one may be torn where a run was killed."""
    if content is None:
        return ()
    lines = content[:MAX_CELLS_BYTES].split(b"\n")[:_MAX_CELLS]
    read = (_cell(_parsed(line, _MAX_LINE_BYTES)) for line in lines)
    return tuple(cell for cell in read if cell is not None)


def _cell(said: Any) -> Cell | None:
    table = _table(said)
    number = _whole(table.get("number"), 1, 100_000)
    if number is None:
        return None
    return Cell(
        number=number,
        source=_text(table.get("source"), _OUTPUT),
        output=_text(table.get("output"), _OUTPUT),
        seconds=_positive(table.get("seconds")),
        error=_error(table.get("error")),
    )


def _error(said: Any) -> ProgramError | None:
    table = _table(said)
    kind = _name(table.get("type"))
    if not kind:
        return None
    return ProgramError(
        type=kind,
        text=_text(table.get("text"), _LINE),
        place=_place(table),
        traceback=_text(table.get("traceback"), _TEXT),
    )


def _source(source: Source, said: Any) -> SourceReport | None:
    table = _table(said)
    try:
        state = SourceState(table.get("state"))
    except ValueError:
        return None
    return SourceReport(
        source=source,
        state=state,
        why=_name(table.get("why")),
        detail=_text(table.get("detail"), _LINE),
    )


def _ledger(said: Any) -> LedgerEntry | None:
    table = _table(said)
    kind = _name(table.get("kind"))
    what = _text(table.get("what"), _LINE)
    return LedgerEntry(kind=kind, what=what, place=_place(table)) if kind else None


def _fit(said: Any) -> Fit | None:
    table = _table(said)
    epochs = _whole(table.get("epochs"), 0, 10_000_000)
    if epochs is None:
        return None
    history = list(_table(table.get("history")).items())[:_MAX_METRICS]
    return Fit(
        epochs=epochs,
        seconds=_positive(table.get("seconds")),
        history={_name(name): _curve(values) for name, values in history},
        on_test_rows=table.get("on_test_rows") is True,
        only_shown=table.get("only_shown") is True,
    )


def _curve(said: Any) -> tuple[float, ...]:
    """Return the values up to the first that is no finite number: a curve ends where training diverged."""
    values: list[float] = []
    for item in _items(said, _MAX_EPOCHS):
        number = _number(item)
        if number is None:
            break
        values.append(number)
    return tuple(values)


def _target_values(said: Any) -> tuple[float, ...]:
    """Return the distinct targets, sorted, or none when they are not a short list of numbers."""
    numbers = [_number(item) for item in _items(said, _MAX_TARGETS + 1)]
    known = [number for number in numbers if number is not None]
    whole = len(known) == len(numbers) and len(known) <= _MAX_TARGETS
    return tuple(sorted(set(known))) if whole else ()


def _place(table: Mapping[str, Any]) -> Place:
    return Place(
        cell=_whole(table.get("cell"), 1, 100_000),
        line=_whole(table.get("line"), 1, 10_000_000),
    )


def _parsed(content: bytes | None, max_bytes: int) -> Any:
    """Return the JSON in ``content``, or None: too large, nested too deeply, not JSON."""
    if content is None or len(content) > max_bytes:
        return None
    try:
        return json.loads(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _table(said: Any) -> Mapping[str, Any]:
    return said if isinstance(said, dict) else {}


def _items(said: Any, most: int) -> list[Any]:
    return said[:most] if isinstance(said, list) else []


def _text(said: Any, limit: int) -> str:
    return plain_text(said, limit=limit) if isinstance(said, str) else ""


def _name(said: Any) -> str:
    return plain_line(said, limit=_NAME) if isinstance(said, str) else ""


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # NaN compares false; a whole number of a thousand digits compares without becoming a float.
    return float(value) if abs(value) <= _LARGEST else None


def _positive(said: Any) -> float:
    number = _number(said)
    return number if number is not None and number > 0 else 0.0


def _whole(said: Any, low: int, high: int) -> int | None:
    if isinstance(said, bool) or not isinstance(said, int):
        return None
    return said if low <= said <= high else None
