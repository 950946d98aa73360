"""Mistakes of sense in assignment.toml: names that exist nowhere, bars that contradict themselves.

They are looked for in the file as it was read, whatever its shape, so that one wrong key does not hide
the next mistake: what has not the shape that a question needs is passed over here, and told by
``shape_mistakes``.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grader.model.check import CLAIMABLE
from grader.model.message import Message
from grader.model.metric import Direction
from grader.words import say
from grader.words.mistake_words import check_label, near_miss, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names an assignment may refer to.

    Where ``metrics`` maps names to metrics, bars are also held against their direction and their range.
    """

    datasets: Collection[str]
    metrics: Collection[str]
    runtimes: Collection[str]


def contradictions(raw: Mapping[str, Any], where: str, known: Known) -> list[Message]:
    """Return what cannot be meant in ``raw``, the content of the file ``where``."""
    checks: list[dict[str, Any]] = [c if isinstance(c, dict) else {} for c in _list(raw.get("check"))]
    return [
        *_dangling(raw, checks, where, known),
        *_rubric(raw, checks, where),
        *(m for number, c in enumerate(checks, start=1) for m in _bars(c, number, where, known)),
        *(m for number, c in enumerate(checks, start=1) for m in _scale(c, number, where, known)),
    ]


def _dangling(
    raw: Mapping[str, Any], checks: list[dict[str, Any]], where: str, known: Known
) -> Iterator[Message]:
    named = [("data.dataset", _table(raw, "data").get("dataset"), known.datasets)]
    runtime = _table(raw, "run").get("runtime")
    if isinstance(runtime, str) and "/" not in runtime:
        named.append(("run.runtime", runtime, known.runtimes))
    for number, check in enumerate(checks, start=1):
        if check.get("kind") in ("metric", "reference", "scale"):
            named.append((f"{check_label(check, number)}.metric", check.get("metric"), known.metrics))
    for key, name, names in named:
        if isinstance(name, str) and name not in names:
            hint, available = near_miss(name, names), ", ".join(sorted(names))
            yield say("unknown-name", file=where, key=key, name=shown(name), hint=hint, available=available)


def _rubric(raw: Mapping[str, Any], checks: list[dict[str, Any]], where: str) -> Iterator[Message]:
    ids = [check.get("id") for check in checks if isinstance(check.get("id"), str)]
    for repeated in sorted({i for i in ids if i is not None and ids.count(i) > 1}):
        yield say("repeated-check-id", file=where, id=repeated)
    points = [_points(check.get("points", 0)) for check in checks]
    possible = _points(_table(raw, "assignment").get("points"))
    if checks and possible is not None and None not in points:
        total = sum((p for p in points if p is not None), Decimal(0))
        if total != possible:
            yield say("points-total-mismatch", file=where, total=total, points=possible)
    runs = {"min": 1, "max": 5} | _table(_table(raw, "run"), "runs")
    if _is_integer(runs["min"]) and _is_integer(runs["max"]) and runs["min"] > runs["max"]:
        yield say("runs-min-above-max", file=where, min=runs["min"], max=runs["max"])
    bars = sum(check.get("kind") in ("metric", "scale") for check in checks)
    for number, check in enumerate(checks, start=1):
        if check.get("kind") == "reference" and "metric" not in check and bars != 1:
            yield say(
                "reference-check-without-metric", file=where, key=check_label(check, number), count=bars
            )
        measured = [c.get("metric") for c in checks if c.get("kind") in ("metric", "reference", "scale")]
        if check.get("kind") == "claim" and not any(name in CLAIMABLE for name in measured):
            yield say(
                "claim-check-without-metric",
                file=where,
                key=check_label(check, number),
                names=", ".join(CLAIMABLE),
            )


def _bars(check: dict[str, Any], number: int, where: str, known: Known) -> Iterator[Message]:
    if check.get("kind") != "metric":
        return
    key = check_label(check, number)
    sides = [side for side in ("below", "above") if side in check]
    if len(sides) != 1:
        yield say("exactly-one-threshold-needed", file=where, key=key)
        return
    bar = _number(check[sides[0]])
    yield from _against_metric(check, sides[0], key, where, known)
    for count, tier in enumerate(_list(check.get("partial")), start=1):
        if not isinstance(tier, dict):
            continue
        at = f"{key}.partial.{count}"
        if [side for side in ("below", "above") if side in tier] != sides:
            yield say("partial-tier-wrong-side", file=where, key=at, side=sides[0])
            continue
        easier_bar = _number(tier[sides[0]])
        worth, full = _points(tier.get("points")), _points(check.get("points", 0))
        if bar is None or easier_bar is None or worth is None or full is None:
            continue
        easier = easier_bar > bar if sides == ["below"] else easier_bar < bar
        if not easier or worth >= full:
            yield say("partial-tier-out-of-order", file=where, key=at)


def _scale(check: dict[str, Any], number: int, where: str, known: Known) -> Iterator[Message]:
    """Hold both ends of a scale against its metric: their range, and which of them is the better one."""
    metric = _metric(check, known)
    if check.get("kind") != "scale" or metric is None:
        return
    key = check_label(check, number)
    lower = metric.direction is Direction.LOWER_IS_BETTER
    side = "below" if lower else "above"
    start_at = [(f"{key}.from", check.get("from"))]
    yield from _shares(start_at, side, check["metric"], where, counts_rows=metric.counts_rows)
    start, full, margin = (_number(check.get(name, 0)) for name in ("from", "to", "margin"))
    if start is None or full is None or margin is None or "to" not in check:
        return
    if (start <= full + margin) if lower else (start >= full - margin):
        yield say(
            "scale-end-not-better-than-start",
            file=where,
            key=f"{key}.to",
            metric=check["metric"],
            start=start,
            full=full,
        )


def _against_metric(
    check: dict[str, Any], side: str, key: str, where: str, known: Known
) -> Iterator[Message]:
    """Hold a bar against what its metric is: its direction, and 0 to 1 for a share of rows."""
    metric = _metric(check, known)
    if metric is None:
        return
    right = "below" if metric.direction is Direction.LOWER_IS_BETTER else "above"
    if side != right:
        yield say(
            "threshold-wrong-side", file=where, key=f"{key}.{side}", metric=check["metric"], right=right
        )
    bars = [(f"{key}.{side}", check[side])]
    bars += [
        (f"{key}.partial.{count}.{side}", tier[side])
        for count, tier in enumerate(_list(check.get("partial")), start=1)
        if isinstance(tier, dict) and side in tier
    ]
    yield from _shares(bars, side, check["metric"], where, counts_rows=metric.counts_rows)


def _shares(
    bars: list[tuple[str, Any]], side: str, metric: str, where: str, *, counts_rows: bool
) -> Iterator[Message]:
    for at, bar in bars:
        value = _number(bar)
        if value is None or not counts_rows:
            continue
        if not (0 < value <= 1 if side == "below" else 0 <= value < 1):
            yield say(
                "share-out-of-range", file=where, key=at, got=shown(bar), metric=metric, share=value / 100
            )


def _metric(check: dict[str, Any], known: Known) -> Any:
    """Return the metric a check names, as far as what is known of it can be asked."""
    name = check.get("metric")
    if not (isinstance(known.metrics, Mapping) and isinstance(name, str) and name in known.metrics):
        return None
    return known.metrics[name]


def _table(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = raw.get(key)
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and abs(value) < 1e300 else None  # noqa: PLR2004 - NaN and integers too long for a float


def _points(value: Any) -> Decimal | None:
    return Decimal(str(value)) if _number(value) is not None else None
