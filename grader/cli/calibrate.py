"""``grader calibrate ASSIGNMENT``: the reference solution run N times, and its record kept."""

import json
import statistics
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import (
    course_and_assignments,
    course_options,
    limits_from,
    machine_options,
)
from grader.cli.progress import progress_for
from grader.cli.rendering import console, spoken, tell
from grader.measuring.statistics import binomial_interval, errors_allowed
from grader.model.assignment import Assignment
from grader.model.check import MetricCheck
from grader.model.errors import CourseError
from grader.model.run import NotRun
from grader.orchestration.baseline import ReferenceRuns, run_reference, write_reference_record
from grader.orchestration.plan import prepare_data
from grader.runtimes.catalogue import find_runtime
from grader.storage.run_store import open_store
from grader.wiring import Request, grader_for, tools_for
from grader.words import phrase, say

if TYPE_CHECKING:
    from grader.model.message import Language
    from grader.model.metric import MetricSummary

_BLESSED = 0.95


@click.command("calibrate")
@click.argument("slug", metavar="ASSIGNMENT")
@course_options
@machine_options
@click.option("--runs", type=click.IntRange(1, 200), default=5, help="Runs of the reference.")
@click.option("-j", "--jobs", type=click.IntRange(1, 64), default=1, help="Runs at a time.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How it is told.")
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
            raise CourseError(say("GR818", name=slug, problem=ran.reason))
        path = write_reference_record(assignment, ran, prepared, runtime)
    rows = [_figures(check, ran) for check in assignment.checks if isinstance(check, MetricCheck)]
    if form == "json":
        click.echo(json.dumps([{"assignment": slug, **row} for row in rows], indent=1))
    else:
        for row in rows:
            _print(assignment, row)
    tell(say("calibrate.kept", path=str(path)))
    return 0 if all(row["p_pass"] >= _BLESSED for row in rows) else 1


def _figures(check: MetricCheck, ran: ReferenceRuns) -> dict[str, Any]:
    summary: MetricSummary = next(s for s in ran.assessed.result.metrics if s.metric == check.metric)
    met = sum(check.threshold.met_by(value) for value in summary.values)
    interval = binomial_interval(met, len(summary.values))
    return {
        "metric": check.metric,
        "threshold": check.threshold.value,
        "runs": len(summary.values),
        "values": list(summary.values),
        "mean": summary.value,
        "median": statistics.median(summary.values),
        "sd": summary.seed_sd,
        "n": summary.n,
        "resolution": 1 / summary.n,
        "errors_allowed": errors_allowed(check.threshold, summary.n),
        "met": met,
        "p_pass": met / len(summary.values),
        "p_pass_low": interval.low,
        "p_pass_high": interval.high,
        "cpu_seconds": [run.run.cpu_seconds for run in ran.assessed.result.runs],
    }


def _print(assignment: Assignment, row: dict[str, Any]) -> None:
    from rich.table import Table

    language: Language = spoken()
    title = say("calibrate.title", name=assignment.slug, metric=row["metric"], runs=row["runs"])
    table = Table(box=None, show_header=False, title=title.told_in(language), title_justify="left")

    def pct(value: float | None) -> str:
        return "-" if value is None else phrase("number.pct", language, value=value)

    shares = {"mean": row["mean"], "median": row["median"], "sd": row["sd"], "threshold": row["threshold"]}
    table.add_row(say("calibrate.values").told_in(language), " ".join(pct(v) for v in row["values"]))
    for key, value in shares.items():
        table.add_row(say(f"calibrate.{key}").told_in(language), pct(value))
    if row["errors_allowed"] is not None:
        allowed = say(
            "calibrate.allowed",
            threshold=row["threshold"],
            n=row["n"],
            errors=row["errors_allowed"],
        )
        table.add_row(say("calibrate.resolution").told_in(language), allowed.told_in(language))
    interval = f"{row['met']} / {row['runs']}  ({pct(row['p_pass_low'])} - {pct(row['p_pass_high'])})"
    table.add_row(say("calibrate.met").told_in(language), interval)
    cpu = " ".join(f"{seconds:.0f} s" for seconds in row["cpu_seconds"])
    table.add_row(say("calibrate.cpu").told_in(language), cpu)
    console().print(table)
