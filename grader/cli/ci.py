"""``grader ci``: a course held against what it expects of itself, as a build service does at every change."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.formats import print_for_github
from grader.cli.help import Explained
from grader.cli.language import speak_as_course, spoken
from grader.cli.options import (
    AskedCourse,
    AskedMachine,
    course_options,
    format_of,
    jobs_option,
    machine_options,
)
from grader.cli.rendering import console, printable, tell
from grader.coursefiles.load_course import find_course, read_course
from grader.model.errors import StorageError
from grader.model.expectation import Came, CourseTried
from grader.words import say
from grader.words.problems import problem_told

if TYPE_CHECKING:  # help is printed before these are loaded
    from collections.abc import Sequence

    from grader.authoring.ci.programs import Program
    from grader.model.assignment import Assignment, Course
    from grader.model.expectation import Expectation

_STATUS = {Came.HELD: 0, Came.BROKEN: 1, Came.LOST: 3, Came.UNSURE: 4}
_BROKEN_COURSE = 2


@click.command("ci", cls=Explained, help="help.ci")
@course_options
@machine_options
@jobs_option(1)
@click.option("--quick", is_flag=True, help="help.quick_ci")
@click.option("--since", metavar="REF", help="help.since")
@click.option("--badge", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="help.badge")
@format_of("text", "json", "md", "github", "junit")
def command(
    *,
    course: AskedCourse,
    machine: AskedMachine,
    jobs: int,
    quick: bool,
    since: str | None,
    badge: Path | None,
    form: str,
) -> int:
    """Hold the course against what it expects of itself.

    Exit status: 0 all as expected, 1 something is not, 2 no course here or a spec cannot be read, 3 something
    could not be graded, 4 too close to a bar.
    """
    tried = _try(course, machine, jobs=jobs, quick=quick, since=since)
    for note in tried.linted.notes:
        tell(note)
    if since is not None and not tried.assignments:
        tell(say("ci.nothing_touched", ref=since))
    _print(tried, form)
    if badge is not None:
        _write_badge(tried, badge)
    return _BROKEN_COURSE if tried.broken else _STATUS[tried.came]


def _try(
    course: AskedCourse, machine: AskedMachine, *, jobs: int, quick: bool, since: str | None
) -> CourseTried:
    """Return what became of all that the course expects.

    Raises:
        GraderError: there is no course here, an unknown assignment is asked for, or nothing can be run here.
    """
    from grader.authoring.ci.read_programs import read_program
    from grader.authoring.ci.touched_since import touched_since
    from grader.authoring.ci.try_course import nothing_to_try, slugs_touched, try_course
    from grader.wiring import installed, known_names

    known = known_names()
    folder = find_course(course.folder or Path())
    read = read_course(folder, known)
    speak_as_course(read.language)

    slugs = course.slugs
    touched = None if since is None else touched_since(since, folder)
    if touched is not None:
        slugs = slugs_touched(touched, folder, read, asked=course.slugs)
        if not slugs:
            return nothing_to_try(read, quick=quick)

    def tried(programs: "Sequence[Program]", sound: "Sequence[Assignment]") -> "Sequence[Expectation]":
        if quick:
            return [read_program(one) for one in programs]
        return _run(programs, sound, read.course(folder), machine, jobs=jobs)

    return try_course(folder, read, installed(known, machine.data_dir), slugs=slugs, tried=tried, quick=quick)


def _run(
    programs: "Sequence[Program]",
    sound: "Sequence[Assignment]",
    course: "Course",
    machine: AskedMachine,
    *,
    jobs: int,
) -> "Sequence[Expectation]":
    """Run the programs of sound assignments; finished runs stay with those of ``grade``."""
    from grader.authoring.ci.run_programs import run_programs
    from grader.authoring.ci.run_zoo import run_zoo

    if not programs:
        return ()
    with machine.open_grader(course.folder / ".grader", jobs=jobs) as means:
        zoo = [one for each in sound for one in run_zoo(course, each, means)]
        return (*run_programs(programs, course, sound, means), *zoo)


def _write_badge(tried: CourseTried, file: Path) -> None:
    """Write the badge.

    Raises:
        StorageError: it cannot be written there.
    """
    from grader.files.write_whole import write_whole
    from grader.reporting.ci_files import ci_badge

    try:
        write_whole(file, ci_badge(tried, spoken()))
    except OSError as error:
        problem = problem_told(error)
        raise StorageError(say("ci.badge_unwritten", file=str(file), problem=problem)) from None


def _print(tried: CourseTried, form: str) -> None:
    from grader.reporting.ci_files import ci_junit
    from grader.reporting.ci_shown import ci_annotations, ci_json, ci_markdown

    match form:
        case "json":
            click.echo(ci_json(tried), nl=False)
        case "md":
            click.echo(ci_markdown(tried, spoken()), nl=False)
        case "junit":
            click.echo(ci_junit(tried, spoken()), nl=False)
        case "github":
            summary = ci_markdown(tried, spoken())
            print_for_github(ci_annotations(tried, spoken()), lambda: _print_text(tried), summary=summary)
        case _:
            _print_text(tried)


def _print_text(tried: CourseTried) -> None:
    from rich.table import Table

    from grader.reporting.ci_shown import headings, judgement, other_than_expected, table
    from grader.words import phrase

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings(tried, spoken()):
        shown.add_column(heading)
    for row in table(tried, spoken()):
        shown.add_row(*(printable(cell) for cell in row))
    console().print(shown)
    for line in other_than_expected(tried, spoken()):
        click.echo(" ".join(printable(line).split()))
    click.echo(judgement(tried, spoken()))
    if tried.quick:
        click.echo(phrase("ci.quick", spoken()))
