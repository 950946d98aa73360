"""``assignments/*/assignment.toml`` to a :class:`Course`; every mistake is reported at once."""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.model.assignment import (
    Assignment,
    Course,
    DataSpec,
    DeliverSpec,
    GpuNeed,
    Labels,
    RunSpec,
)
from grader.model.check import (
    ArchitectureCheck,
    CheckSpec,
    FigureCheck,
    FitCheck,
    MetricCheck,
    ReferenceCheck,
    RunsCheck,
    Tier,
)
from grader.model.digest import digest_parts
from grader.model.errors import CourseError
from grader.model.evidence import Source
from grader.model.message import Message
from grader.model.metric import Direction, Threshold
from grader.words import say

if TYPE_CHECKING:
    from grader.coursefiles import schema

_REQUIRED_KINDS = frozenset({"metric", "architecture", "fit"})
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "MiB": 2.0**20, "GiB": 2.0**30}
_LONGEST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names an assignment may refer to."""

    datasets: Collection[str]
    metrics: Collection[str]
    runtimes: Collection[str]


def find_course(start: Path) -> Path:
    """Return the nearest folder from ``start`` upward that holds ``assignments/``.

    Raises:
        CourseError: there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "assignments").is_dir():
            return folder
    raise CourseError(say("GR100", folder=str(start)))


def load_course(folder: Path, known: Known) -> Course:
    """Read the course at ``folder``.

    Raises:
        CourseError: with every mistake of every assignment, each naming file and key.
    """
    assignments: list[Assignment] = []
    mistakes: list[Message] = []
    for file in sorted((folder / "assignments").glob("*/assignment.toml")):
        try:
            assignments.append(_load_assignment(folder, file, known))
        except CourseError as error:
            mistakes.extend(error.messages)
    if mistakes:
        raise CourseError(*mistakes)
    if not assignments:
        raise CourseError(say("GR112", folder=str(folder)))
    return Course(name=folder.resolve().name, folder=folder, assignments=tuple(assignments))


def choose_assignments(course: Course, slugs: Iterable[str]) -> tuple[Assignment, ...]:
    """Return the assignments called ``slugs``, or all when there are none.

    Raises:
        CourseError: naming every unknown slug with the near miss.
    """
    names = [a.slug for a in course.assignments]
    wanted = tuple(dict.fromkeys(slugs))
    unknown = [
        say("GR111", name=slug, hint=near_miss(slug, names), available=", ".join(names))
        for slug in wanted
        if slug not in names
    ]
    if unknown:
        raise CourseError(*unknown)
    return tuple(a for a in course.assignments if not wanted or a.slug in wanted)


def near_miss(name: str, candidates: Iterable[str]) -> Message:
    """Return ``; did you mean 'x'?`` for the closest candidate, or nothing."""
    close = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.6)
    return say("hint.near", name=close[0]) if close else Message(pt="", en="")


def _load_assignment(course: Path, file: Path, known: Known) -> Assignment:
    where = str(file.relative_to(course))
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CourseError(say("GR101", file=where, problem=str(problem))) from None
    parsed = _parse(raw, where)
    mistakes = [*_dangling_names(parsed, where, known), *_contradictions(parsed, where)]
    if mistakes:
        raise CourseError(*mistakes)
    return _to_model(parsed, course, file.parent)


def _parse(raw: dict[str, Any], where: str) -> "schema.AssignmentFile":
    from pydantic import ValidationError

    from grader.coursefiles.schema import AssignmentFile

    try:
        return AssignmentFile.model_validate(raw)
    except ValidationError as error:
        raise CourseError(*(_mistake(e, where) for e in error.errors(include_url=False))) from None


def _mistake(error: Mapping[str, Any], where: str) -> Message:
    path = [str(part) for part in error["loc"]]
    key = ".".join(path)
    match error["type"]:
        case "extra_forbidden":
            return say("GR102", file=where, key=key, hint=near_miss(path[-1], _keys_beside(path)))
        case "missing":
            return say("GR103", file=where, key=key)
        case _:
            return say("GR104", file=where, key=key, got=_shown(error["input"]), needed=error["msg"])


def _keys_beside(path: list[str]) -> list[str]:
    """Return the keys the schema knows in the table that holds the last part of ``path``."""
    from grader.coursefiles import schema

    if len(path) == 1:
        return [f.alias or n for n, f in schema.AssignmentFile.model_fields.items()]
    tables: dict[str, type[schema.Table]] = {
        "assignment": schema.AssignmentTable,
        "title": schema.Title,
        "data": schema.DataTable,
        "run": schema.RunTable,
        "runs": schema.RunsTable,
        "deliver": schema.DeliverTable,
        "partial": schema.TierTable,
        "metric": schema.MetricTable,
        "architecture": schema.ArchitectureTable,
        "reference": schema.ReferenceTable,
        "figure": schema.FigureTable,
        "fit": schema.FitTable,
    }
    if path[0] == "check" and len(path) == 4 and path[2] == "runs":  # noqa: PLR2004 - check.0.runs.key
        table: type[schema.Table] = schema.RunsCheckTable
    else:
        named = [p for p in path[:-1] if p in tables]
        table = tables[named[-1]] if named else schema.CheckTable
    return [f.alias or n for n, f in table.model_fields.items()]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004 - one line of a terminal


def _dangling_names(parsed: "schema.AssignmentFile", where: str, known: Known) -> Iterable[Message]:
    def check(key: str, name: str, names: Collection[str]) -> Iterable[Message]:
        if name not in names:
            available = ", ".join(sorted(names))
            hint = near_miss(name, names)
            yield say("GR105", file=where, key=key, name=repr(name), hint=hint, available=available)

    yield from check("data.dataset", parsed.data.dataset, known.datasets)
    if "/" not in parsed.run.runtime:
        yield from check("run.runtime", parsed.run.runtime, known.runtimes)
    for table in parsed.check:
        metric = getattr(table, "metric", None)
        if metric is not None:
            yield from check(f"check.{table.id}.metric", metric, known.metrics)


def _contradictions(parsed: "schema.AssignmentFile", where: str) -> Iterable[Message]:
    ids = [table.id for table in parsed.check]
    for repeated in sorted({i for i in ids if ids.count(i) > 1}):
        yield say("GR106", file=where, id=repeated)
    total = sum((table.points for table in parsed.check), Decimal(0))
    if total != parsed.assignment.points:
        yield say("GR108", file=where, total=total, points=parsed.assignment.points)
    runs = parsed.run.runs
    if runs.min > runs.max:
        yield say("GR109", file=where, min=runs.min, max=runs.max)
    metric_checks = [t for t in parsed.check if t.kind == "metric"]
    for table in parsed.check:
        if table.kind == "reference" and table.metric is None and len(metric_checks) != 1:
            yield say("GR110", file=where, id=table.id, count=len(metric_checks))
        if table.kind == "metric":
            yield from _metric_contradictions(table, where)


def _metric_contradictions(table: "schema.MetricTable", where: str) -> Iterable[Message]:
    key = f"check.{table.id}"
    if (table.below is None) == (table.above is None):
        yield say("GR107", file=where, key=key)
        return
    for number, tier in enumerate(table.partial):
        at = f"{key}.partial.{number}"
        if (tier.below is None) != (table.below is None) or ((tier.above is None) != (table.above is None)):
            yield say("GR107", file=where, key=at)
            continue
        easier = (
            tier.below > table.below
            if tier.below is not None and table.below is not None
            else tier.above is not None and table.above is not None and tier.above < table.above
        )
        if not easier or tier.points >= table.points:
            yield say("GR113", file=where, key=at)


def _to_model(parsed: "schema.AssignmentFile", course: Path, folder: Path) -> Assignment:
    slug = folder.name
    reference = next(
        (
            path
            for name in ("solution.py", "solution.ipynb")
            if (path := course / "reference_solutions" / slug / name).is_file()
        ),
        None,
    )
    asked = parsed.model_dump(mode="json", by_alias=True)
    del asked["assignment"]["title"], asked["assignment"]["source"]
    run_parts = {
        "data": asked["data"],
        "run": {**asked["run"], "runs": None},
        "deliver": asked["deliver"],
    }
    run_parts["architecture"] = any(t.kind == "architecture" for t in parsed.check)
    return Assignment(
        slug=slug,
        title=Message(pt=parsed.assignment.title.pt, en=parsed.assignment.title.en),
        points=parsed.assignment.points,
        source=parsed.assignment.source,
        data=DataSpec(
            dataset=parsed.data.dataset,
            split=parsed.data.split,
            labels=Labels(parsed.data.labels),
        ),
        run=_run_spec(parsed.run),
        deliver=DeliverSpec(
            sources=tuple(Source(s) for s in dict.fromkeys(parsed.deliver.sources)),
            predictions=tuple(parsed.deliver.predictions),
            model=tuple(parsed.deliver.model),
        ),
        checks=tuple(_check_spec(t, parsed) for t in parsed.check),
        version=digest_parts(assignment=asked),
        run_version=digest_parts(**run_parts),
        folder=folder,
        reference=reference,
    )


def _run_spec(table: "schema.RunTable") -> RunSpec:
    amount, unit = _split_unit(table.timeout)
    by_reference = unit == "x reference"
    size, size_unit = _split_unit(table.memory)
    return RunSpec(
        runtime=table.runtime,
        timeout_seconds=_LONGEST_SECONDS if by_reference else amount * _UNITS[unit],
        timeout_factor=amount if by_reference else None,
        memory_bytes=int(size * _UNITS[size_unit]),
        gpu=GpuNeed(table.gpu),
        runs_min=table.runs.min,
        runs_max=table.runs.max,
    )


def _split_unit(text: str) -> tuple[float, str]:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(\S.*?)\s*", text)
    if match is None:  # the schema's pattern has already said so
        raise ValueError(text)
    return float(match[1]), match[2]


def parse_duration(text: str) -> float:
    """Return the seconds of ``"20 min"``, ``"90 s"`` or ``"1.5 h"``.

    Raises:
        ValueError: it is none of these.
    """
    amount, unit = _split_unit(text)
    if unit not in ("s", "min", "h"):
        raise ValueError(text)
    return amount * _UNITS[unit]


def parse_size(text: str) -> int:
    """Return the bytes of ``"512 MiB"`` or ``"4 GiB"``.

    Raises:
        ValueError: it is neither.
    """
    amount, unit = _split_unit(text)
    if unit not in ("MiB", "GiB"):
        raise ValueError(text)
    return int(amount * _UNITS[unit])


def _threshold(below: float | None, above: float | None) -> Threshold:
    if below is not None:
        return Threshold(value=below, direction=Direction.LOWER_IS_BETTER)
    if above is None:  # told by _metric_contradictions
        raise ValueError("neither below nor above")
    return Threshold(value=above, direction=Direction.HIGHER_IS_BETTER)


def _check_spec(table: "schema.AnyCheck", parsed: "schema.AssignmentFile") -> CheckSpec:
    required = table.kind in _REQUIRED_KINDS if table.required is None else table.required
    shared: dict[str, Any] = {
        "id": table.id,
        "kind": table.kind,
        "points": table.points,
        "required": required,
    }
    match table.kind:
        case "metric":
            return MetricCheck(
                **shared,
                metric=table.metric,
                threshold=_threshold(table.below, table.above),
                partial=tuple(
                    Tier(threshold=_threshold(t.below, t.above), points=t.points) for t in table.partial
                ),
            )
        case "architecture":
            return ArchitectureCheck(**shared, allow=tuple(table.allow))
        case "reference":
            only = next(t.metric for t in parsed.check if t.kind == "metric")
            return ReferenceCheck(**shared, metric=table.metric or only, margin=table.margin)
        case "runs":
            return RunsCheck(**shared)
        case "figure":
            return FigureCheck(**shared, at_least=table.at_least)
        case "fit":
            return FitCheck(**shared)
