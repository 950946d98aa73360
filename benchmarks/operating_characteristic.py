"""``python -m benchmarks.operating_characteristic``: what the rules of verdicts do to simulated programs.

Programs of known true error are run, judged by the rule of :mod:`grader.measuring.judging.standing` after
each run, and run again while it asks for more, as ``grader grade`` does. Writes the two figures and the
tables of docs/explanation/verdicts.md. Takes some minutes; the same figures every time.
"""

import argparse
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from grader.measuring.judging.standing import Standing, standing
from grader.model.metric import Baseline, Direction, MetricSummary, Rule, Threshold
from grader.reporting.charts import ticks

PAGE = Path("docs/explanation/verdicts.md")
IMAGES = Path("docs/images")
RUNS_MAX = 5
SEED = 20261121


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One shipped assignment: its bar, what is known of its reference, how its programs' runs scatter."""

    name: str
    rows: int
    bar: float
    record_sd: float
    errors: tuple[float, ...]
    """True mean errors per run of the programs simulated."""
    draw: Callable[[np.random.Generator, float], int]


def _normal(chance: np.random.Generator, errors: float) -> int:
    """Whole errors around a program's own mean: 10.7 rows of spread, as the notes' program 5 had."""
    return max(round(chance.normal(errors, 10.7)), 0)


def _hard_rows(chance: np.random.Generator, errors: float) -> int:
    """Errors on eight hard rows, each as likely as the next: few errors scatter as small nets' did."""
    return int(chance.binomial(8, errors / 8))


SETTINGS = (
    Setting(
        name="mnist-dense",
        rows=10_000,
        bar=0.0161,
        record_sd=0.00035,
        errors=(120, 130, 140, 145, 150, 155, 158, 160, 162, 165, 170, 176, 185, 195, 210),
        draw=_normal,
    ),
    Setting(
        name="noisynote",
        rows=686,
        bar=0.002,
        record_sd=0.00033,
        errors=(0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0),
        draw=_hard_rows,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one simulated program."""

    passed: bool
    failed: bool
    runs: int

    @property
    def kept(self) -> bool:
        """Whether its points are kept under ``benefit``: whatever is not clearly failed."""
        return not self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """What became of many programs of one true error."""

    errors: float
    passed: float
    failed: float
    kept: float
    runs: float


def fate(setting: Setting, rule: Rule, errors: float, chance: np.random.Generator, *, benefit: bool) -> Fate:
    """Return what becomes of one program, run after run."""
    wrong: tuple[int, ...] = ()
    while True:
        wrong = (*wrong, min(setting.draw(chance, errors), setting.rows))
        found = after(setting, rule, tuple(sorted(wrong)))
        more = (
            found.may_lose or found.all_but_passed if benefit else not found.settled and len(wrong) < RUNS_MAX
        )
        if not more:
            return Fate(
                passed=found.settled and found.met,
                failed=found.settled and not found.met,
                runs=len(wrong),
            )


@cache
def after(setting: Setting, rule: Rule, wrong: tuple[int, ...]) -> Standing:
    """Return where a program stands after runs with so many wrong rows: the grader's own rule."""
    threshold = Threshold(value=setting.bar, direction=Direction.LOWER_IS_BETTER)
    record = MetricSummary(
        metric="error_rate", value=0.0, n=setting.rows, values=(0.0,), seed_sd=setting.record_sd
    )
    values = [count / setting.rows for count in wrong]
    summary = MetricSummary(
        metric="error_rate", value=BY_RULE[rule](values), n=setting.rows, values=tuple(values), rule=rule
    )
    known = Baseline(summaries=(record,))
    return standing(threshold, summary, counts_rows=True, baseline=known, runs_max=RUNS_MAX)


def once(setting: Setting, errors: float, chance: np.random.Generator) -> Fate:
    """Return what the rule "one run, below the bar" makes of one program."""
    met = setting.draw(chance, errors) / setting.rows < setting.bar
    return Fate(passed=met, failed=not met, runs=1)


def shares(errors: float, fates: Sequence[Fate]) -> Shares:
    """Return the shares of ``fates``."""
    count = len(fates)
    return Shares(
        errors=errors,
        passed=sum(one.passed for one in fates) / count,
        failed=sum(one.failed for one in fates) / count,
        kept=sum(one.kept for one in fates) / count,
        runs=sum(one.runs for one in fates) / count,
    )


def simulate(setting: Setting, label: str, programs: int) -> list[Shares]:
    """Return the shares for each true error of ``setting`` under the rule called ``label``."""
    rows = []
    for number, errors in enumerate(setting.errors):
        chance = np.random.default_rng([SEED, number, len(setting.name)])
        if label == "one run":
            fates = [once(setting, errors, chance) for _ in range(programs)]
        else:
            name, _, close = label.partition(", ")
            rule, benefit = Rule(name), close != "review"
            fates = [fate(setting, rule, errors, chance, benefit=benefit) for _ in range(programs)]
        rows.append(shares(errors, fates))
    return rows


BY_RULE: dict[Rule, Callable[[list[float]], float]] = {
    Rule.MEAN: statistics.fmean,
    Rule.MEDIAN: statistics.median,
    Rule.BEST: min,
    Rule.EACH: max,
}
LETTERS = 'font-family="sans-serif" font-size="13"'
LABELS = ("one run", "mean", "median", "best", "each", "mean, review")
COLOURS = ("#777777", "#0b5fa5", "#b5530f", "#2a7d3f", "#7a3e9d", "#0b5fa5")


def drawing(setting: Setting, found: dict[str, list[Shares]]) -> str:
    """Return the chance of keeping the points against the true error, one curve a rule, as SVG."""
    width, height, left, right, top, bottom = 760, 420, 64, 190, 20, 56
    low, high = min(setting.errors), max(setting.errors)

    def x(errors: float) -> float:
        return left + (errors - low) / (high - low) * (width - left - right)

    def y(share: float) -> float:
        return top + (1 - share) * (height - top - bottom)

    bar = math.ceil(setting.bar * setting.rows) - 0.5
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" {LETTERS}>',
        f"<title>{setting.name}: chance of keeping the points against the true error</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<path d="M{left} {y(share):.1f}H{width - right}" stroke="#dddddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>')
    for mark in ticks(low / setting.rows, high / setting.rows, 6):
        at = x(mark * setting.rows)
        parts.append(f'<text x="{at:.1f}" y="{height - bottom + 20}" text-anchor="middle">{mark:.2%}</text>')
    parts.append(f'<path d="M{x(bar):.1f} {top}V{height - bottom}" stroke="#222222" stroke-dasharray="5 4"/>')
    parts.append(f'<text x="{x(bar) + 5:.1f}" y="{height - bottom - 8}">bar</text>')
    middle = left + (width - left - right) / 2
    parts.append(
        f'<text x="{middle:.0f}" y="{height - 12}" text-anchor="middle">true error of the program</text>'
    )
    for number, (label, colour) in enumerate(zip(LABELS, COLOURS, strict=True)):
        curve = [one.passed if label == "mean, review" else one.kept for one in found[label]]
        points = " ".join(f"{x(e):.1f},{y(s):.1f}" for e, s in zip(setting.errors, curve, strict=True))
        dash = ' stroke-dasharray="2 4"' if label in ("one run", "mean, review") else ""
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>')
        at = top + 16 + 24 * number
        parts.append(
            f'<path d="M{width - right + 16} {at - 4}h28" stroke="{colour}" stroke-width="2.5"{dash}/>'
        )
        parts.append(f'<text x="{width - right + 52}" y="{at}">{label}</text>')
    return "\n".join([*parts, "</svg>", ""])


def table(setting: Setting, found: dict[str, list[Shares]]) -> str:
    """Return what the page tells of one setting, as Markdown."""
    head = "| true error | one run: passed | mean: passed / failed / inconclusive | points kept | runs |"
    head += " review: passed, runs | median kept, runs | best kept, runs | each kept, runs |"
    lines = [head, "|" + "---|" * 9]
    for at, errors in enumerate(setting.errors):
        one, mean, review = (found[label][at] for label in ("one run", "mean", "mean, review"))
        rest = [found[label][at] for label in ("median", "best", "each")]
        open_share = max(1 - mean.passed - mean.failed, 0)
        cells = [
            f"{errors / setting.rows:.2%} ({errors:g})",
            f"{one.passed:.0%}",
            f"{mean.passed:.0%} / {mean.failed:.0%} / {open_share:.0%}",
            f"{mean.kept:.0%}",
            f"{mean.runs:.1f}",
            f"{review.passed:.0%}, {review.runs:.1f}",
            *(f"{other.kept:.0%}, {other.runs:.1f}" for other in rest),
        ]
        lines.append("| " + " | ".join(cell.replace("%", " %") for cell in cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Simulate, draw, and put the tables into the page between their marks."""
    parser = argparse.ArgumentParser(prog="benchmarks.operating_characteristic")
    parser.add_argument("--programs", type=int, default=5000, help="simulated programs a point")
    programs = parser.parse_args().programs
    page = PAGE.read_text(encoding="utf-8")
    for setting in SETTINGS:
        found = {label: simulate(setting, label, programs) for label in LABELS}
        (IMAGES / f"verdicts-{setting.name}.svg").write_text(drawing(setting, found), encoding="utf-8")
        begin, end = f"<!-- {setting.name} -->\n", f"\n<!-- end of {setting.name} -->"
        before, rest = page.split(begin, 1)
        page = before + begin + table(setting, found) + end + rest.split(end, 1)[1]
        print(f"{setting.name}: {programs} programs a point")
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
