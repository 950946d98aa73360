"""``grader grade SUBMISSIONS``."""

from pathlib import Path
from typing import Any

import click

from grader.cli.formats import format_option, print_class
from grader.cli.help import Explained
from grader.cli.language import spoken
from grader.cli.options import (
    AskedCourse,
    AskedMachine,
    AskedTls,
    Percentage,
    course_options,
    jobs_option,
    machine_options,
    scheduler_option,
    tls_options,
)
from grader.cli.rendering import complain, print_grading, print_messages, tell
from grader.coursefiles.find_submissions import Found, find_submissions
from grader.model.assignment import Assignment, Course
from grader.model.errors import CourseError
from grader.model.message import Message
from grader.model.result import Grading, Status
from grader.orchestration.export import Export, choose_exports, export
from grader.orchestration.grade import grade_course
from grader.orchestration.publish import INDEX, Publisher, require_room, with_paths
from grader.reporting.results_json import SCHEMA
from grader.storage.course_key import key_of
from grader.storage.kept_pages import KeptPages
from grader.wiring import exporters
from grader.words import say

_RESULTS = "results.json"
_HEAD = 200
_OWN_FOLDERS = ("assignments", "reference_solutions", "reports", ".grader")


@click.command("grade", cls=Explained, help="help.grade")
@click.argument("submissions", type=click.Path(path_type=Path))
@course_options
@machine_options
@format_option
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="help.out_reports")
@jobs_option(1)
@scheduler_option
@tls_options
@click.option("--runs", type=click.IntRange(1, 100), metavar="N", help="help.runs")
@click.option("--only", multiple=True, metavar="STUDENT", help="help.only")
@click.option("--force", is_flag=True, help="help.force")
@click.option("--export", "wanted", multiple=True, metavar="NAME[=FILE]", help="help.export")
@click.option("--fail-under", type=Percentage(0, 100), metavar="P", help="help.fail_under")
def command(
    *,
    submissions: Path,
    course: AskedCourse,
    machine: AskedMachine,
    shape: str,
    out: Path | None,
    jobs: int,
    scheduler: str | None,
    tls: AskedTls,
    runs: int | None,
    only: tuple[str, ...],
    force: bool,
    wanted: tuple[str, ...],
    fail_under: float | None,
) -> int:
    """Run every submission, judge it, and write the reports.

    A second call runs only what is new or changed. Ctrl-C keeps what is finished.
    """
    loaded, chosen = course.load()
    _refuse_our_own(submissions, loaded)
    reports = out or loaded.folder / "reports"
    exports = choose_exports(wanted, exporters(), folders=[each.slug for each in loaded.assignments])
    grading = grade_folder(
        submissions,
        loaded,
        chosen,
        machine=machine.on(scheduler, tls),
        reports=reports,
        only=only,
        jobs=jobs,
        runs=runs,
        force=force,
    )
    if only:
        tell(say("cli.only_these"))
    print_class(grading, shape, lambda: print_grading(grading, str(reports / "index.html")))
    whole = _export(grading, exports, reports)
    return exit_status(grading, fail_under) if whole else 3


def _refuse_our_own(submissions: Path, course: Course) -> None:
    """Return when ``submissions`` is neither the course's nor what an earlier grading wrote.

    Raises:
        CourseError: it is; nobody in it is a student.
    """
    asked = submissions.resolve()
    own = _of_the_course(course)
    if asked in own or any(asked.is_relative_to(one) for one in own if one != course.folder.resolve()):
        raise CourseError(say("submissions-are-the-course", folder=str(submissions)))
    if _is_of_ours(asked / _RESULTS):
        raise CourseError(say("submissions-are-reports", folder=str(submissions)))


def _of_the_course(course: Course) -> set[Path]:
    """Return the folders of a course that hold no submissions."""
    return {course.folder.resolve(), *((course.folder / name).resolve() for name in _OWN_FOLDERS)}


def _is_of_ours(file: Path) -> bool:
    """Return whether ``file`` is a results.json that a grading wrote."""
    try:
        with file.open("rb") as stream:
            return f'"schema": "{SCHEMA}"'.encode() in stream.read(_HEAD)
    except OSError:
        return False


def _export(grading: Grading, exports: tuple[Export, ...], reports: Path) -> bool:
    """Write the files of ``--export`` and say what was lost; return whether all were written."""
    lost = export(grading, exports, reports=reports, language=spoken())
    for message in lost:
        complain(message)
    return not lost


def grade_folder(
    submissions: Path,
    course: Course,
    chosen: tuple[Assignment, ...],
    *,
    machine: AskedMachine,
    reports: Path,
    only: tuple[str, ...] = (),
    **asked: Any,
) -> Grading:
    """Grade what lies in ``submissions`` and write the pages; the road of ``grade`` and of ``demo``.

    ``asked`` are further options of the grading.

    Raises:
        GraderError: nothing could be graded at all.
    """
    handed_in = submissions if submissions.is_dir() else submissions.parent
    private = (handed_in, reports)
    with machine.open_grader(course.folder / ".grader", private=private, **asked) as means:
        require_room(reports)
        slugs = [a.slug for a in chosen]
        others = [slug for slug in course.slugs if slug not in slugs]
        own = {*_of_the_course(course), reports.resolve()} - {submissions.resolve()}
        found = find_submissions(
            submissions, slugs, only=only, others=others, own=own, intake=means.store.intake
        )
        print_messages([f.message for f in found.findings], heading="summary.remarks")
        _refuse_classes(found)
        if not (found.submissions or found.unreadable):
            raise CourseError(_nothing_found(submissions, only))
        publisher = Publisher(
            reports=reports,
            language=spoken(),
            exporters=exporters(),
            key=key_of(means.store.folder),
            kept=KeptPages(file=means.store.folder / "pages.json", reports=reports),
        )
        try:
            grading = grade_course(course, chosen, found, means=means, publish=publisher.publish)
        except KeyboardInterrupt:
            tell(say("cli.reports_so_far", path=str(reports / INDEX)))
            raise
        return with_paths(grading)


def _refuse_classes(found: Found) -> None:
    """Refuse a call of which every row is a whole class: it was wrong, and its remedy is told.

    Raises:
        CourseError: nothing else is there to be graded.
    """
    whole = [
        u.finding.message for u in found.unreadable if u.finding.message.key == "class-as-one-submission"
    ]
    if whole and not found.submissions and len(whole) == len(found.unreadable):
        raise CourseError(*whole)


def _nothing_found(submissions: Path, only: tuple[str, ...]) -> Message:
    if only:
        return say("no-submission-of-student", students=", ".join(only), folder=str(submissions))
    return say("no-submissions-found", folder=str(submissions))


def exit_status(grading: Grading, fail_under: float | None) -> int:
    """Return 3 when nothing could be graded, which is said; 1 when somebody is below ``fail_under`` %."""
    results = grading.submissions
    if results and all(r.status is Status.NOT_GRADED for r in results):
        complain(say("nothing-could-be-graded", count=len(results)))
        return 3
    if fail_under is not None:
        for result in results:
            if result.points is None or result.max_points == 0:
                continue
            if float(result.points / result.max_points) * 100 < fail_under:
                return 1
    return 0
