"""``grader demo``: the shipped example class, graded with data that needs no network."""

from pathlib import Path

import click

from grader.cli.grade import grade_folder
from grader.cli.help import Explained
from grader.cli.options import (
    AskedMachine,
    course_and_assignments,
    folder_option,
    jobs_option,
    language_option,
    quiet_option,
)
from grader.cli.rendering import print_grading
from grader.coursefiles.load_course import find_course
from grader.model.errors import CourseError
from grader.words import say

_ASSIGNMENTS = ("digits", "pele")


@click.command("demo", cls=Explained, help="help.demo")
@language_option
@folder_option("folder")
@jobs_option(2)
@quiet_option()
def command(*, folder: Path | None, jobs: int, quiet: bool) -> int:
    """Grade the example class and print where the report is."""
    try:
        root = find_course(folder or Path())
    except CourseError:
        raise CourseError(say("cli.demo_missing", folder=str(folder or Path().absolute()))) from None
    submissions = root / "examples" / "submissions"
    if not submissions.is_dir():
        raise CourseError(say("cli.demo_missing", folder=str(root)))
    course, chosen = course_and_assignments(root, _ASSIGNMENTS)
    reports = root / "reports"
    grading = grade_folder(
        submissions,
        course,
        chosen,
        machine=AskedMachine(quiet=quiet),
        reports=reports,
        jobs=jobs,
    )
    print_grading(grading, str(reports / "index.html"))
    return 0
