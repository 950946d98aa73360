"""``grader check FILE``: the student's own look, down the same road as the grading.

The first word comes before what takes longest to load: somebody waits in front of it.
"""

from pathlib import Path

import click

from grader.cli.formats import format_option
from grader.cli.help import Explained
from grader.cli.language import speak_as_course
from grader.cli.options import AskedCourse, AskedMachine, course_options, machine_options
from grader.cli.rendering import tell
from grader.coursefiles.course_near import course_near, language_said
from grader.model.errors import CourseError
from grader.words import say


@click.command("check", cls=Explained, help="help.check")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@course_options
@machine_options
@format_option
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="help.out_page")
@click.option("--runs", type=click.IntRange(1, 100), metavar="N", help="help.runs_own")
@click.option("--quick", is_flag=True, help="help.quick")
def command(
    *,
    file: Path,
    course: AskedCourse,
    machine: AskedMachine,
    shape: str,
    out: Path | None,
    runs: int | None,
    quick: bool,
) -> int:
    """Run FILE the way it will be graded and say what would come of it.

    Exit status: 0 passed, 1 failed, 2 usage or bad course, 3 could not be graded, 4 inconclusive, 130
    interrupted.
    """
    if quick and runs not in (None, 1):
        raise CourseError(say("cli.quick_is_one_run", runs=runs))
    here = course_near(course.folder or Path())
    if here is not None and not machine.quiet:
        speak_as_course(language_said(here))
        tell(say("cli.check_begins", file=file.name))
    from grader.cli.own_look import AskedLook, look_at

    return look_at(file, AskedLook(shape=shape, out=out, runs=runs, quick=quick), course, machine)
