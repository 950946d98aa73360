"""``grader calibrate ASSIGNMENT``: the reference solution run N times, and its record kept."""

import json
import statistics
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.help import Explained
from grader.cli.language import spoken
from grader.cli.options import (
    course_and_assignments,
    course_options,
    limits_from,
    machine_options,
    warn_without_sandbox,
)
from grader.cli.progress import progress_for
from grader.cli.rendering import console, tell
from grader.measuring.judging.propose import propose, runs_to_separate
from grader.measuring.judging.statistics import binomial_interval, errors_allowed
from grader.measuring.judging.tell import tell_value
from grader.model.assignment import Assignment
from grader.model.check import MetricCheck, ScaleCheck
from grader.model.errors import CourseError
from grader.model.message import Message
from grader.model.metric import Direction, Threshold
from grader.model.run import NotRun
from grader.orchestration.baseline import ReferenceRuns, run_reference, write_reference_record
from grader.orchestration.plan import prepare_data
from grader.plugins.interfaces import Metric
from grader.runtimes.catalogue import find_runtime
from grader.storage.run_store import open_store
from grader.wiring import Request, grader_for, tools_for
from grader.words import say

if TYPE_CHECKING:
    from grader.model.message import Language
    from grader.model.metric import MetricSummary

_BLESSED = 0.95


@click.command("calibrate", cls=Explained, help="help.calibrate")
@click.argument("slug", metavar="ASSIGNMENT")
@course_options
@machine_options
@click.option("--runs", type=click.IntRange(1, 200), metavar="N", default=5, help="help.runs_reference")
@click.option("-j", "--jobs", type=click.IntRange(1, 64), metavar="N", default=1, help="help.jobs")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="help.format")
def command(
    *,
    slug: str,
    course_folder: Path | None,
    assignments: tuple[str, ...],
    data_dir: Path | None,
    sandbox: str,
    gpu: str,
    timeout: str | None,
    memory: str | None,
    quiet: bool,
    runs: int,
    jobs: int,
    form: str,
) -> int:
    """Run the reference solution of ASSIGNMENT and keep its record beside it.

    Exit status 1 when fewer than 95 % of its runs meet a threshold of the assignment.
    """
    course, chosen = course_and_assignments(course_folder, (slug, *assignments))
    assignment = next(a for a in chosen if a.slug == slug)
    options = replace(limits_from(timeout, memory), jobs=jobs)
    warn_without_sandbox(sandbox)
    tools = tools_for(Request(sandbox=sandbox, data_dir=data_dir, gpu=gpu))
    runtime = find_runtime(assignment.run.runtime, tools.cache, cuda=bool(tools.gpus))
    with open_store(course.folder / ".grader") as store:
        grader = grader_for(tools, options, store=store, progress=progress_for(quiet=quiet))
        prepared = prepare_data(assignment, runtime, tools)
        ran = run_reference(
            assignment,
            runs,
            prepared=prepared,
            runtime=runtime,
            grader=grader,
            what=say("progress.calibrate", name=slug),
        )
        if isinstance(ran, NotRun):
            raise CourseError(say("reference-solution-not-measured", name=slug, problem=ran.reason))
        rows = [
            _figures(assignment, check, ran, tools.metrics[check.metric])
            for check in assignment.checks
            if isinstance(check, MetricCheck | ScaleCheck)
        ]
        path = write_reference_record(assignment, ran, prepared, runtime)
    if form == "json":
        click.echo(json.dumps(rows, indent=1))
    else:
        for row in rows:
            _print(row)
    tell(say("calibrate.kept", path=str(path)))
    return 0 if all(row["p_pass"] >= _BLESSED for row in rows) else 1


def _figures(
    assignment: Assignment, check: MetricCheck | ScaleCheck, ran: ReferenceRuns, metric: Metric
) -> dict[str, Any]:
    """Return what the runs say of one bar; of a scale, its lower end: no points are earned there.

    A run without a value does not meet the bar. Runs that came out exactly the same count once.
    """
    result = ran.assessed.result
    summary: MetricSummary | None = next((s for s in result.metrics if s.metric == check.metric), None)
    if summary is None:
        why = next(answered.message for answered in result.checks if answered.id == check.id)
        raise CourseError(say("reference-solution-not-measured", name=assignment.slug, problem=why))
    threshold = (
        check.threshold
        if isinstance(check, MetricCheck)
        else Threshold(value=check.start, direction=metric.direction)
    )
    met = sum(threshold.met_by(value) for value in summary.values)
    lost = sum(check.metric not in run.metrics for run in result.runs)
    runs = len(summary.values) + lost
    interval = binomial_interval(met, runs)
    counts = metric.counts_rows
    proposal = propose(summary, metric.direction, counts_rows=counts)
    runs_max = assignment.run.runs_max
    return {
        "assignment": assignment.slug,
        "check": check.id,
        "kind": check.kind,
        "metric": check.metric,
        "threshold": threshold.value,
        "direction": "below" if threshold.direction is Direction.LOWER_IS_BETTER else "above",
        "runs": runs,
        "without_value": lost,
        "values": list(summary.values),
        "mean": summary.mean,
        "median": statistics.median(summary.values),
        "sd": summary.seed_sd,
        "n": summary.n,
        "counts_rows": counts,
        "resolution": 1 / summary.n if counts else None,
        "errors_allowed": errors_allowed(threshold, summary.n) if counts else None,
        "met": met,
        "p_pass": met / runs,
        "p_pass_low": interval.low,
        "p_pass_high": interval.high,
        "runs_to_separate": runs_to_separate(threshold, summary, counts_rows=counts, runs_max=runs_max),
        "runs_max": runs_max,
        "proposed": proposal.threshold.value if proposal else None,
        "proposed_errors": proposal.errors if proposal else None,
        "proposed_margin": proposal.margin if proposal else None,
        "cpu_seconds": [run.run.cpu_seconds for run in result.runs],
    }


def _print(row: dict[str, Any]) -> None:
    from rich.table import Table

    language: Language = spoken()
    title = say("calibrate.title", name=row["assignment"], metric=row["metric"], runs=row["runs"])
    table = Table(box=None, show_header=False, title=title.told_in(language), title_justify="left")

    def add(label: str, *told: Message | str) -> None:
        words = [one if isinstance(one, str) else one.told_in(language) for one in told]
        table.add_row(say(label).told_in(language), " ".join(words))

    def figure(value: float | None) -> Message | str:
        return "-" if value is None else tell_value(value, row["counts_rows"])

    add("calibrate.values", *(figure(value) for value in row["values"]))
    if row["without_value"]:
        add("calibrate.lost", str(row["without_value"]))
    add("calibrate.mean", figure(row["mean"]))
    add("calibrate.median", figure(row["median"]))
    add("calibrate.sd", figure(row["sd"]))
    add("calibrate.scale" if row["kind"] == "scale" else "calibrate.threshold", figure(row["threshold"]))
    if row["errors_allowed"] is not None:
        key = f"calibrate.allowed.{row['direction']}"
        add("calibrate.resolution", say(key, **_bar(row["threshold"], row["errors_allowed"], row["n"])))
    low, high = (tell_value(row[end], True).told_in(language) for end in ("p_pass_low", "p_pass_high"))
    add("calibrate.met", f"{row['met']} / {row['runs']}  ({low} - {high})")
    add("calibrate.separate", _separation(row))
    add("calibrate.proposed", _proposal(row))
    add("calibrate.cpu", " ".join(f"{seconds:.0f} s" for seconds in row["cpu_seconds"]))
    console().print(table)


def _bar(threshold: float, errors: int, n: int) -> dict[str, Any]:
    return {"threshold": threshold, "n": n, "errors": errors}


def _separation(row: dict[str, Any]) -> Message:
    runs, most = row["runs_to_separate"], row["runs_max"]
    if runs is None:
        return say("calibrate.separate.never")
    return say(
        "calibrate.separate.within" if runs <= most else "calibrate.separate.beyond", runs=runs, max=most
    )


def _proposal(row: dict[str, Any]) -> Message:
    """Return the proposed bar in words: by what rule, with what margin."""
    proposed, errors = row["proposed"], row["proposed_errors"]
    if proposed is None:
        return say("calibrate.proposed.none")
    side, margin = row["direction"], row["proposed_margin"]
    if errors is None:
        return say(f"calibrate.proposed.{side}.number", threshold=proposed, margin=margin)
    bar = _bar(proposed, errors, row["n"])
    return say(f"calibrate.proposed.{side}", **bar, margin=round(margin * row["n"], 1))
