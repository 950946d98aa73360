"""Small drawings for the pages, as SVG text: pure functions of numbers.

Colours and strokes are classes of the page's style sheet, so the drawings follow light, dark and print.
All are 360 units wide: on a telephone one unit is about one pixel and the lettering stays readable.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from grader.model.message import Message, Text

WIDTH = 360
_EDGE = 90.0
_FIGURE = 8.0  # the widest figure of a label
_TINY = 1e-30
_HUGE = 1e30
"""Beyond these the arithmetic of a scale overflows, and no honest curve goes there."""
_MOST_POINTS = 120
_LOG_FROM = 50.0
"""Curves whose largest value is this many times their smallest are drawn on a logarithmic scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve: a value per epoch and the class that styles it (``train``, ``val``, ``ref``)."""

    values: tuple[float, ...]
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a strip: its label, single values as dots, an interval as a bar, a mean as a diamond."""

    label: Message
    style: str
    dots: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None
    mean: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The threshold of a strip: its value, its label, and whether the good side is the lower one."""

    value: float
    label: Message
    lower_is_good: bool


def is_wide(lines: Sequence[Line]) -> bool:
    """Return whether the curves span so much that a logarithmic scale shows them better."""
    values = [v for line in lines for v in line.values if _drawable(v)]
    return bool(values) and min(values) > _TINY and max(values) / min(values) > _LOG_FROM


def curve(lines: Sequence[Line], *, labelled_by: str, percent: bool, epoch: Message) -> str:
    """Return the curves over their epochs as SVG; ``labelled_by`` is the id of the caption."""
    left, right, top, bottom, height = 46.0, 12.0, 10.0, 34.0, 210.0
    values = [v for line in lines for v in line.values if _drawable(v)]
    if not values:
        return ""
    log = is_wide(lines)
    scaled = [math.log10(v) for v in values] if log else values
    low, high = _room(min(scaled), max(scaled))
    epochs = max(len(line.values) for line in lines)

    def x(number: float) -> float:
        share = 0.5 if epochs == 1 else (number - 1) / (epochs - 1)
        return left + share * (WIDTH - left - right)

    def y(value: float) -> float:
        on_scale = math.log10(value) if log else value
        return top + (high - on_scale) / (high - low) * (height - top - bottom)

    parts = []
    for value in _log_ticks(low, high) if log else ticks(low, high, 5):
        parts.append(_line(left, y(value), WIDTH - right, y(value), "grid"))
        label = _number(value, percent=percent)
        parts.append(_text(left - 6, y(value) + 4, label, "end"))
    parts += [
        _text(x(mark), height - bottom + 16, _epoch_number(mark), _below(x(mark), mark))
        for mark in _epoch_ticks(epochs)
    ]
    parts.append(_text(left + (WIDTH - left - right) / 2, height - 3, epoch, "middle"))
    for line in lines:
        points = [
            (x(number), y(value))
            for number, value in _thinned(line.values)
            if _drawable(value) and (value > 0 or not log)
        ]
        parts.append(_drawn(points, line.style))
    return _svg(height, parts, labelled_by)


def strip(rows: Sequence[Row], bar: Bar | None, *, labelled_by: str, percent: bool) -> str:
    """Return runs, means and intervals of one metric on one axis as SVG, the threshold across them."""
    left, right, top, step = 14.0, 14.0, 26.0 if bar else 8.0, 38.0
    marks = [v for row in rows for v in (*row.dots, row.low, row.high, row.mean)]
    marks += [bar.value] if bar else []
    finite = [v for v in marks if v is not None and _drawable(v)]
    if not finite:
        return ""
    low, high = _room(min(finite), max(finite))
    low = max(low, 0.0) if percent and min(finite) >= 0 else low
    floor = top + step * len(rows)

    def x(value: float) -> float:
        return left + (value - low) / (high - low) * (WIDTH - left - right)

    parts = []
    if bar:
        edge = x(bar.value)
        start, end = (left, edge) if bar.lower_is_good else (edge, WIDTH - right)
        parts.append(_rectangle(start, top, end - start, floor - top, "good"))
    for mark in ticks(low, high, 5):
        parts.append(_line(x(mark), top, x(mark), floor, "grid"))
        parts.append(_text(x(mark), floor + 15, _number(mark, percent=percent), "middle"))
    if bar:
        parts.append(_line(x(bar.value), top - 6, x(bar.value), floor, "bar"))
        parts.append(_text(x(bar.value), top - 11, bar.label, _anchor(x(bar.value)), "barlabel"))
    for number, row in enumerate(rows):
        parts.extend(_strip_row(row, top + step * number, x, left))
    return _svg(floor + 22, parts, labelled_by)


def _strip_row(row: Row, top: float, x: Callable[[float], float], left: float) -> list[str]:
    middle = top + 26
    parts = [_text(left + 2, top + 14, row.label, "start", "rowlabel")]
    if row.low is not None and row.high is not None and _drawable(row.high - row.low):
        start, end = x(row.low), x(row.high)
        parts.append(_line(start, middle, end, middle, f"range {row.style}"))
        parts += [_line(at, middle - 4, at, middle + 4, f"range {row.style}") for at in (start, end)]
    parts += [
        f'<circle class="dot {row.style}" cx="{x(value):.1f}" cy="{middle:.1f}" r="4"/>'
        for value in row.dots
        if _drawable(value)
    ]
    if row.mean is not None and _drawable(row.mean):
        at = x(row.mean)
        parts.append(f'<path class="mean {row.style}" d="M{at:.1f} {middle - 6:.1f}l5 6-5 6-5-6z"/>')
    return parts


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most ``most`` + 1 round numbers (1, 2, 2.5 or 5 times a power of ten) in [low, high]."""
    rough = (high - low) / most
    power = 10 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    digits = max(12, 2 - math.floor(math.log10(step)))  # two below the step's own: enough for 2.5
    return [round(n * step, digits) for n in range(first, math.floor(high / step + 1e-9) + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    """Return round values whose logarithms lie in [low, high]: 1, 2, 5 times powers of ten, if few."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    for steps in ((1, 2, 5), (1,)):
        marks = [m * 10.0**power for power in powers for m in steps]
        within = [mark for mark in marks if low <= math.log10(mark) <= high]
        if len(within) <= 7:  # noqa: PLR2004 - more labels than this touch each other
            return within
    return within[:: math.ceil(len(within) / 7)]


def _epoch_ticks(epochs: int) -> list[int]:
    if epochs <= 1:
        return [1]
    return sorted({1, *(int(mark) for mark in ticks(1, epochs, 5) if mark >= 1 and mark == int(mark))})


def _thinned(values: Sequence[float]) -> list[tuple[int, float]]:
    """Return (epoch, value) of at most 121 epochs, the last among them."""
    stride = max(1, math.ceil(len(values) / _MOST_POINTS))
    kept = list(enumerate(values, start=1))[::stride]
    last = (len(values), values[-1]) if values else None
    return kept if last is None or kept[-1] == last else [*kept, last]


def _drawn(points: Sequence[tuple[float, float]], style: str) -> str:
    if not points:
        return ""
    if len(points) == 1:
        return f'<circle class="dot {style}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="4"/>'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="curve {style}" points="{path}"/>'


def _room(low: float, high: float) -> tuple[float, float]:
    """Return the range a little wider, never empty."""
    span = max(high - low, max(abs(low), abs(high)) * 1e-3, 1e-12)
    return low - 0.08 * span, high + 0.08 * span


def _drawable(value: float) -> bool:
    return math.isfinite(value) and abs(value) < _HUGE


def _number(value: float, *, percent: bool) -> Message:
    text = f"{value * 100:.4g} %" if percent else f"{value:.4g}"
    return Text(text.replace(".", ","), text)


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _rectangle(x: float, y: float, width: float, height: float, style: str) -> str:
    return f'<rect class="{style}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _epoch_number(number: int) -> Message:
    """Return the number of an epoch in words: all of its figures, thousands apart."""
    text = f"{number:,}"
    return Text(text.replace(",", "."), text)


def _below(x: float, number: int) -> str:
    """Return how an epoch's number below the axis must hang: the longest would leave the drawing."""
    half = len(f"{number:,}") * _FIGURE / 2
    return "end" if x + half > WIDTH else "middle"


def _anchor(x: float) -> str:
    """Return how a label at ``x`` must hang so that it stays on the drawing."""
    if x < _EDGE:
        return "start"
    return "end" if x > WIDTH - _EDGE else "middle"


def _text(x: float, y: float, text: Message, anchor: str, style: str = "") -> str:
    if text.pt == text.en:
        words = escape(text.pt)
    else:
        words = f'<tspan lang="pt-BR">{escape(text.pt)}</tspan><tspan lang="en">{escape(text.en)}</tspan>'
    shape = f' class="{style}"' if style else ""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text{shape} x="{x:.1f}" y="{y:.1f}"{where}>{words}</text>'


def _svg(height: float, parts: Sequence[str], labelled_by: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:.0f}" role="img"'
        f' aria-labelledby="{escape(labelled_by)}">{"".join(parts)}</svg>'
    )
