"""Mistakes of sense in assignment.toml: names that exist nowhere, points that do not add up.

They are looked for in the file as it was read, whatever its shape, so that one wrong key does not hide
the next mistake: what has not the shape that a question needs is passed over here, and told by
``shape_mistakes``. What a kind of check cannot mean its own kind tells.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from grader.coursefiles.own_data import FOLDER, ReadOwnData
from grader.model.message import Message
from grader.plugins.guard import Broken, ask
from grader.plugins.interfaces import CheckKind, Metric
from grader.plugins.written import WrittenCheck, as_list, as_points, as_table, kind_of, unknown_name
from grader.words import say
from grader.words.mistake_words import check_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names an assignment may refer to; ``kinds`` are those of checks."""

    datasets: Collection[str]
    metrics: Mapping[str, Metric]
    runtimes: Collection[str]
    kinds: Mapping[str, CheckKind[Any]]
    own_data: ReadOwnData | None = None
    """How an assignment's own dataset is read; without it none can be named."""


def contradictions(
    raw: Mapping[str, Any], where: str, known: Known, *, hidden: Path | None = None
) -> list[Message]:
    """Return what cannot be meant in ``raw``, the content of the file ``where``.

    ``hidden`` is the folder of its reference solution, for kinds of check that have files there.
    """
    checks = [as_table(check) for check in as_list(raw.get("check"))]
    return [
        *_dangling(raw, where, known),
        *_rubric(raw, checks, where),
        *_without_data(raw, checks, where, known),
        *(m for n in range(1, len(checks) + 1) for m in _of_its_kind(checks, n, where, known, hidden)),
    ]


def _dangling(raw: Mapping[str, Any], where: str, known: Known) -> Iterator[Message]:
    named = as_table(raw.get("data")).get("dataset")
    yield from unknown_name(named, _datasets(known), file=where, key="data.dataset")
    runtime = as_table(raw.get("run")).get("runtime")
    if isinstance(runtime, str) and "/" not in runtime:
        yield from unknown_name(runtime, known.runtimes, file=where, key="run.runtime")
    backend = as_table(raw.get("run")).get("backend")
    if backend in ("torch", "jax") and (runtime is None or runtime in known.runtimes):
        yield say("backend-not-in-runtime", file=where, backend=backend, runtime=runtime or "keras3")


def _datasets(known: Known) -> Collection[str]:
    return known.datasets if known.own_data is None else (*known.datasets, FOLDER)


def _rubric(raw: Mapping[str, Any], checks: Sequence[Mapping[str, Any]], where: str) -> Iterator[Message]:
    ids = [check.get("id") for check in checks if isinstance(check.get("id"), str)]
    for repeated in sorted({i for i in ids if i is not None and ids.count(i) > 1}):
        yield say("repeated-check-id", file=where, id=repeated)
    points = [as_points(check.get("points", 0)) for check in checks]
    possible = as_points(as_table(raw.get("assignment")).get("points"))
    if checks and possible is not None and None not in points:
        total = sum((p for p in points if p is not None), Decimal(0))
        if total != possible:
            yield say("points-total-mismatch", file=where, total=total, points=possible)
    runs = {"min": 1, "max": 5} | as_table(as_table(raw.get("run")).get("runs"))
    if _is_integer(runs["min"]) and _is_integer(runs["max"]) and runs["min"] > runs["max"]:
        yield say("runs-min-above-max", file=where, min=runs["min"], max=runs["max"])


def _without_data(
    raw: Mapping[str, Any], checks: Sequence[Mapping[str, Any]], where: str, known: Known
) -> Iterator[Message]:
    """Yield what nothing could come of where no data are served: predictions, and checks of them."""
    if "data" in raw:
        return
    if "deliver" in raw:
        yield say("deliver-without-data", file=where)
    for number, table in enumerate(checks, start=1):
        kind = kind_of(table, known.kinds)
        if kind is not None and kind.needs_predictions:
            yield say("check-without-data", file=where, key=check_label(table, number), kind=kind.name)


def _of_its_kind(
    checks: Sequence[Mapping[str, Any]], number: int, where: str, known: Known, hidden: Path | None
) -> tuple[Message, ...]:
    """Return what the kind of check ``number`` says of it; a kind that raises is told by its name."""
    table = checks[number - 1]
    kind = kind_of(table, known.kinds)
    if kind is None:
        return ()
    written = WrittenCheck(
        table=table,
        number=number,
        file=where,
        checks=checks,
        metrics=known.metrics,
        kinds=known.kinds,
        hidden=hidden,
    )
    found = ask(kind.name, lambda: tuple(kind.mistakes(written)))
    return (found.reason,) if isinstance(found, Broken) else found


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
