"""``grader lint``: everything in a course that is to be mended before students see it; nothing is run."""

from pathlib import Path

import click

from grader.cli.formats import print_for_github
from grader.cli.help import Explained
from grader.cli.language import speak_as_course, spoken
from grader.cli.options import AskedCourse, course_options, data_dir_option, format_of
from grader.cli.rendering import printable, tell
from grader.coursefiles.load_course import find_course, read_course
from grader.model.flaw import Linted


@click.command("lint", cls=Explained, help="help.lint")
@course_options
@data_dir_option
@format_of("text", "json", "github", "md")
def command(*, course: AskedCourse, data_dir: Path | None, form: str) -> int:
    """Look the course through.

    Exit status: 0 clean, 1 something to mend, 2 no course here.
    """
    linted = look_through(course, data_dir)
    for note in linted.notes:
        tell(note)
    print_linted(linted, form)
    return 0 if linted.clean else 1


def look_through(course: AskedCourse, data_dir: Path | None) -> Linted:
    """Return what is to be mended in the course asked for.

    Raises:
        CourseError: there is none here, or an unknown assignment is asked for.
    """
    from grader.authoring.lint.lint_course import lint_course
    from grader.wiring import installed, known_names

    known = known_names()
    folder = find_course(course.folder or Path())
    read = read_course(folder, known)
    speak_as_course(read.language)
    return lint_course(folder, read, installed(known, data_dir), slugs=course.slugs)


def print_linted(linted: Linted, form: str) -> None:
    """Print it in one of the formats."""
    from grader.reporting.lint_shown import lint_annotations, lint_json, lint_markdown

    match form:
        case "json":
            click.echo(lint_json(linted), nl=False)
        case "md":
            click.echo(lint_markdown(linted, spoken()), nl=False)
        case "github":
            summary = lint_markdown(linted, spoken())
            print_for_github(lint_annotations(linted, spoken()), lambda: _print(linted), summary=summary)
        case _:
            _print(linted)


def _print(linted: Linted) -> None:
    from grader.reporting.lint_shown import counted, lint_line

    for flaw in linted.flaws:
        click.echo(" ".join(printable(lint_line(flaw, spoken())).split()))
    click.echo(counted(linted, spoken()))
