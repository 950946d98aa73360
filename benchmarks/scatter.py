"""A figure of two axes with their diagonal: what was delivered against what the recipe gave again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LETTERS = 'font-family="sans-serif" font-size="13"'
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 560, 70, 20, 20, 60
LEAST, MOST = 0.0005, 1.0
"""Errors of shares of rows; what is less stands on the edge."""
MARKS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One program: delivered, and the least, mean and greatest of its recipe trained again."""

    delivered: float
    least: float
    mean: float
    greatest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Dots of one colour, with what they stand for."""

    name: str
    colour: str
    dots: tuple[Dot, ...]


def scatter(kinds: Sequence[Kind], *, title: str, across: str, up: str) -> str:
    """Return the figure as SVG; both axes are logarithmic, a bar spans the values trained again."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" {LETTERS}>',
        f"<title>{title}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_axes(across, up),
    ]
    for number, kind in enumerate(kinds):
        parts += [_bar(dot, kind.colour) for dot in kind.dots]
        parts += [_dot(_x(dot.mean), _y(dot.delivered), kind.colour) for dot in kind.dots]
        at = TOP + 18 + 20 * number
        parts.append(_dot(LEFT + 16, at - 4, kind.colour))
        parts.append(f'<text x="{LEFT + 28}" y="{at}">{kind.name} ({len(kind.dots)})</text>')
    return "\n".join([*parts, "</svg>", ""])


def _axes(across: str, up: str) -> list[str]:
    parts = []
    for mark in MARKS:
        x, y, told = _x(mark), _y(mark), f"{mark * 100:g} %"
        parts.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e4e4e4"/>'
        )
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{told}</text>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{told}</text>')
    begin, end = (_x(LEAST), _y(LEAST)), (_x(MOST), _y(MOST))
    line = f"M{begin[0]:.1f} {begin[1]:.1f}L{end[0]:.1f} {end[1]:.1f}"
    middle, high = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    return [
        *parts,
        f'<path d="{line}" stroke="#222222" stroke-dasharray="5 4"/>',
        f'<text x="{middle:.0f}" y="{HEIGHT - 16}" text-anchor="middle">{across}</text>',
        f'<text x="16" y="{high:.0f}" text-anchor="middle" transform="rotate(-90 16 {high:.0f})">{up}</text>',
    ]


def _bar(dot: Dot, colour: str) -> str:
    y = _y(dot.delivered)
    ends = f"M{_x(dot.least):.1f} {y:.1f}H{_x(dot.greatest):.1f}"
    return f'<path d="{ends}" stroke="{colour}" stroke-opacity="0.35"/>'


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}" fill-opacity="0.7"/>'


def _share(value: float) -> float:
    low, high = math.log(LEAST), math.log(MOST)
    return (math.log(min(max(value, LEAST), MOST)) - low) / (high - low)


def _x(value: float) -> float:
    return LEFT + _share(value) * (WIDTH - LEFT - RIGHT)


def _y(value: float) -> float:
    return TOP + (1 - _share(value)) * (HEIGHT - TOP - BOTTOM)
