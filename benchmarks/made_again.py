"""``python -m benchmarks.made_again``: what holding a delivered value against its recipe does.

Programs of which the truth is known are simulated: honest ones deliver one more draw of what their recipe
gives; others deliver a value better by so many spreads of one training. Each is judged by the rule of
:mod:`grader.measuring.judging.made_again`, with more trainings while it asks for them. Writes the figure and
the tables of docs/explanation/made-again.md; the same figures every time.
"""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.measuring.judging.made_again import LOOKS, SUSPICIOUS_BELOW, made_again
from grader.model.assurance import Beside, MadeAgain
from grader.model.metric import Direction, MetricSummary

PAGE = Path("docs/explanation/made-again.md")
FIGURE = Path("docs/images/made-again.svg")
BETTER_BY = (0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
TOO_EARLY = (1, 2, 4)
SEED = 20261130


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How the trainings of one recipe scatter, and what is known of the reference's."""

    name: str
    rows: int | None
    record: MetricSummary | None
    spread: float
    draw: Callable[[np.random.Generator], float]


def _record(mean: float, sd: float) -> MetricSummary:
    return MetricSummary(metric="error", value=mean, n=1, values=(mean,) * 5, seed_sd=sd)


def _counted(rows: int, mean: float, sd: float) -> Callable[[np.random.Generator], float]:
    return lambda chance: max(round(chance.normal(mean, sd)), 0) / rows


def _hard_rows(chance: np.random.Generator) -> float:
    return int(chance.binomial(8, 2 / 8)) / 686


def _sometimes(chance: np.random.Generator) -> float:
    """A net that does not learn in three of ten trainings."""
    return 0.9 if chance.integers(10) in (0, 1, 2) else _counted(898, 29, 3.2)(chance)


SETTINGS = (
    Setting(
        name="mnist-dense",
        rows=10_000,
        record=_record(0.0118, 0.00035),
        spread=0.00107,
        draw=_counted(10_000, 160, 10.7),
    ),
    Setting(
        name="digits", rows=898, record=_record(0.024, 0.0026), spread=3.2 / 898, draw=_counted(898, 29, 3.2)
    ),
    Setting(
        name="noisynote",
        rows=686,
        record=_record(0.0008, 0.00033),
        spread=math.sqrt(8 * 0.25 * 0.75) / 686,
        draw=_hard_rows,
    ),
    Setting(
        name="numbers",
        rows=None,
        record=_record(0.5, 0.01),
        spread=0.02,
        draw=lambda chance: float(chance.normal(0.6, 0.02)),
    ),
    Setting(
        name="numbers, no record",
        rows=None,
        record=None,
        spread=0.02,
        draw=lambda chance: float(chance.normal(0.6, 0.02)),
    ),
    Setting(
        name="sometimes does not learn",
        rows=898,
        record=_record(0.024, 0.0026),
        spread=3.2 / 898,
        draw=_sometimes,
    ),
)


def fates(setting: Setting, better_by: float, *, programs: int) -> list[MadeAgain]:
    """Return how the delivered value of each program stands once nothing is open."""
    chance = np.random.default_rng([SEED, round(better_by * 4)])
    return [_fate(setting, better_by, chance) for _ in range(programs)]


def alarms(setting: Setting, trainings: int, *, programs: int) -> float:
    """Return the share of honest programs accused if so few ``trainings`` were enough to accuse."""
    chance = np.random.default_rng([SEED, 1000 + trainings])
    accused = 0
    for _ in range(programs):
        delivered, again = setting.draw(chance), [setting.draw(chance) for _ in range(trainings)]
        found = _held(setting, delivered, again)
        accused += found.p_value is not None and found.p_value < SUSPICIOUS_BELOW and delivered < min(again)
    return accused / programs


def _fate(setting: Setting, better_by: float, chance: np.random.Generator) -> MadeAgain:
    delivered = max(setting.draw(chance) - better_by * setting.spread, 0.0)
    again: list[float] = []
    wanted: int | None = LOOKS[0]
    while True:
        again += [setting.draw(chance) for _ in range((wanted or 0) - len(again))]
        found = _held(setting, delivered, again)
        if (wanted := found.wanted) is None:
            return found


def _held(setting: Setting, delivered: float, again: Sequence[float]) -> MadeAgain:
    return made_again(
        delivered,
        again,
        metric="error",
        direction=Direction.LOWER_IS_BETTER,
        rows=setting.rows,
        record=setting.record,
    )


def found_of(setting: Setting, programs: int) -> list[tuple[float, float, float]]:
    """Return, for each distance, the share called better and the trainings it took on average."""
    rows = []
    for by in BETTER_BY:
        ends = fates(setting, by, programs=programs if by else 4 * programs)
        better = sum(one.beside is Beside.BETTER for one in ends) / len(ends)
        rows.append((by, better, sum(len(one.retrained) for one in ends) / len(ends)))
    return rows


def table(found: dict[str, list[tuple[float, float, float]]]) -> str:
    """Return the power by distance as Markdown: share called better, trainings made."""
    head = "| better by, in spreads | " + " | ".join(found) + " |"
    lines = [head, "|" + "---|" * (len(found) + 1)]
    for at, by in enumerate(BETTER_BY):
        cells = [f"{_percent(rows[at][1])}, {rows[at][2]:.1f}" for rows in found.values()]
        lines.append(f"| {by:g} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %") if share >= 0.1 else f"{share * 100:.2g} %"  # noqa: PLR2004


def early(programs: int) -> str:
    """Return the false alarms of accusing after few trainings as Markdown."""
    lines = ["| accused after | " + " | ".join(f"{k}" for k in TOO_EARLY) + " |", "|---|---|---|---|"]
    for setting in SETTINGS:
        shares = [alarms(setting, k, programs=programs) for k in TOO_EARLY]
        lines.append(f"| {setting.name} | " + " | ".join(map(_percent, shares)) + " |")
    return "\n".join(lines)


COLOURS = ("#0b5fa5", "#b5530f", "#2a7d3f", "#7a3e9d", "#777777", "#a50b3e")


def drawing(found: dict[str, list[tuple[float, float, float]]]) -> str:
    """Return the share called better against the distance, one curve a setting, as SVG."""
    width, height, left, right, top, bottom = 760, 380, 64, 220, 20, 56
    letters = 'font-family="sans-serif" font-size="13"'
    most = max(BETTER_BY)

    def x(by: float) -> float:
        return left + by / most * (width - left - right)

    def y(share: float) -> float:
        return top + (1 - share) * (height - top - bottom)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" {letters}>',
        "<title>the chance to be found against how much better than its recipe a value is</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<path d="M{left} {y(share):.1f}H{width - right}" stroke="#dddddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>')
    parts += [
        f'<text x="{x(by):.1f}" y="{height - bottom + 20}" text-anchor="middle">{by}</text>'
        for by in range(int(most) + 1)
    ]
    middle = left + (width - left - right) / 2
    told = "better than its recipe by, in spreads of one training"
    parts.append(f'<text x="{middle:.0f}" y="{height - 12}" text-anchor="middle">{told}</text>')
    for number, ((label, rows), colour) in enumerate(zip(found.items(), COLOURS, strict=True)):
        points = " ".join(f"{x(by):.1f},{y(share):.1f}" for by, share, _ in rows)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        at = top + 16 + 24 * number
        parts.append(f'<path d="M{width - right + 12} {at - 4}h24" stroke="{colour}" stroke-width="2.5"/>')
        parts.append(f'<text x="{width - right + 42}" y="{at}">{label}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Simulate, draw, and put the tables into the page between their marks."""
    parser = argparse.ArgumentParser(prog="benchmarks.made_again")
    parser.add_argument("--programs", type=int, default=2000, help="simulated programs a point")
    programs = parser.parse_args().programs
    found = {setting.name: found_of(setting, programs) for setting in SETTINGS}
    FIGURE.write_text(drawing(found), encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    for name, text in (("power", table(found)), ("too early", early(4 * programs))):
        begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        before, rest = page.split(begin, 1)
        page = before + begin + text + end + rest.split(end, 1)[1]
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
