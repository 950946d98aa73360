"""``grader calibrate ASSIGNMENT``: the reference solution run N times, and its record kept."""

import json
from dataclasses import asdict
from typing import Any

import click

from grader.cli.help import Explained
from grader.cli.language import spoken
from grader.cli.options import (
    AskedCourse,
    AskedMachine,
    course_options,
    format_of,
    jobs_option,
    machine_options,
)
from grader.cli.rendering import console, tell
from grader.measuring.judging.tell import tell_value
from grader.model.message import Message
from grader.orchestration.calibrate import BarFigures, calibrate
from grader.words import say
from grader.words.catalogue import keys

_BLESSED = 0.95


@click.command("calibrate", cls=Explained, help="help.calibrate")
@click.argument("slug", metavar="ASSIGNMENT")
@course_options
@machine_options
@click.option("--runs", type=click.IntRange(1, 200), metavar="N", default=5, help="help.runs_reference")
@jobs_option(1)
@format_of("text", "json")
def command(*, slug: str, course: AskedCourse, machine: AskedMachine, runs: int, jobs: int, form: str) -> int:
    """Run the reference solution of ASSIGNMENT and keep its record beside it.

    Exit status 1 when fewer than 95 % of its runs meet a threshold of the assignment.
    """
    loaded, assignment = course.one(slug)
    with machine.open_grader(loaded.folder / ".grader", jobs=jobs) as means:
        found = calibrate(assignment, runs, means)
    if form == "json":
        click.echo(json.dumps([asdict(bar) for bar in found.bars], indent=1))
    else:
        for bar in found.bars:
            _print(bar)
    tell(say("calibrate.kept", path=str(found.record)))
    return 0 if all(bar.p_pass >= _BLESSED for bar in found.bars) else 1


def _print(bar: BarFigures) -> None:
    from rich.table import Table

    language = spoken()
    title = say("calibrate.title", name=bar.assignment, metric=bar.metric, runs=bar.runs)
    table = Table(box=None, show_header=False, title=title.told_in(language), title_justify="left")

    def add(label: str, *told: Message | str) -> None:
        words = [one if isinstance(one, str) else one.told_in(language) for one in told]
        table.add_row(say(label).told_in(language), " ".join(words))

    def figure(value: float | None) -> Message | str:
        return "-" if value is None else tell_value(value, bar.counts_rows)

    if len(bar.cpu_seconds) > bar.runs:
        add("calibrate.alike", say("calibrate.alike.told", made=len(bar.cpu_seconds)))
    add("calibrate.values", *(figure(value) for value in bar.values))
    if bar.without_value:
        add("calibrate.lost", str(bar.without_value))
    add("calibrate.mean", figure(bar.mean))
    add("calibrate.median", figure(bar.median))
    add("calibrate.sd", figure(bar.sd))
    own = f"calibrate.{bar.kind}"
    add(own if own in keys() else "calibrate.threshold", figure(bar.threshold))
    if bar.errors_allowed is not None:
        key = f"calibrate.allowed.{bar.direction}"
        add("calibrate.resolution", say(key, **_rows(bar.threshold, bar.errors_allowed, bar.n)))
    low, high = (tell_value(p, True).told_in(language) for p in (bar.p_pass_low, bar.p_pass_high))
    add("calibrate.met", f"{bar.met} / {bar.runs}  ({low} - {high})")
    add("calibrate.separate", _separation(bar))
    if bar.undecided_within is not None:
        band = say("calibrate.band.told", band=bar.undecided_within, runs=bar.runs_max, n=bar.n)
        add("calibrate.band", band)
    add("calibrate.proposed", _proposal(bar))
    add("calibrate.cpu", " ".join(f"{seconds:.0f} s" for seconds in bar.cpu_seconds))
    console().print(table)


def _rows(threshold: float, errors: int, n: int) -> dict[str, Any]:
    return {"threshold": threshold, "n": n, "errors": errors}


def _separation(bar: BarFigures) -> Message:
    runs, most = bar.runs_to_separate, bar.runs_max
    if runs is None:
        return say("calibrate.separate.never")
    return say(
        "calibrate.separate.within" if runs <= most else "calibrate.separate.beyond", runs=runs, max=most
    )


def _proposal(bar: BarFigures) -> Message:
    """Return the proposed bar in words: by what rule, with what margin."""
    proposed, errors = bar.proposed, bar.proposed_errors
    if proposed is None:
        return say("calibrate.proposed.none")
    side, margin = bar.direction, bar.proposed_margin or 0.0
    if errors is None:
        return say(f"calibrate.proposed.{side}.number", threshold=proposed, margin=margin)
    rows = _rows(proposed, errors, bar.n)
    return say(f"calibrate.proposed.{side}", **rows, margin=round(margin * bar.n, 1))
