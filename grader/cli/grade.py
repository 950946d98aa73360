"""``grader grade SUBMISSIONS``."""

from dataclasses import replace
from pathlib import Path

import click

from grader.cli.formats import format_option, print_class
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
from grader.cli.rendering import complain, print_grading, print_messages, tell
from grader.coursefiles.find_submissions import find_submissions
from grader.model.assignment import Assignment, Course
from grader.model.errors import CourseError
from grader.model.message import Message
from grader.model.result import Grading, Status
from grader.orchestration.export import Export, choose_exports, export
from grader.orchestration.grade import grade_course
from grader.orchestration.publish import Publisher, with_paths
from grader.orchestration.tools import Options
from grader.storage.run_store import open_store
from grader.wiring import Request, exporters, grader_for, tools_for
from grader.words import say


@click.command("grade", cls=Explained, help="help.grade")
@click.argument("submissions", type=click.Path(path_type=Path))
@course_options
@machine_options
@format_option
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="help.out_reports")
@click.option("-j", "--jobs", type=click.IntRange(1, 64), metavar="N", default=1, help="help.jobs")
@click.option("--runs", type=click.IntRange(1, 100), metavar="N", help="help.runs")
@click.option("--only", multiple=True, metavar="STUDENT", help="help.only")
@click.option("--force", is_flag=True, help="help.force")
@click.option("--export", "wanted", multiple=True, metavar="NAME[=FILE]", help="help.export")
@click.option("--fail-under", type=float, metavar="P", help="help.fail_under")
def command(
    *,
    submissions: Path,
    course_folder: Path | None,
    assignments: tuple[str, ...],
    data_dir: Path | None,
    sandbox: str,
    gpu: str,
    timeout: str | None,
    memory: str | None,
    quiet: bool,
    shape: str,
    out: Path | None,
    jobs: int,
    runs: int | None,
    only: tuple[str, ...],
    force: bool,
    wanted: tuple[str, ...],
    fail_under: float | None,
) -> int:
    """Run every submission, judge it, and write the reports.

    A second call runs only what is new or changed. Ctrl-C keeps what is finished.
    """
    options = replace(limits_from(timeout, memory), jobs=jobs, runs=runs, force=force)
    course, chosen = course_and_assignments(course_folder, assignments)
    request = Request(sandbox=sandbox, data_dir=data_dir, gpu=gpu)
    reports = out or course.folder / "reports"
    exports = choose_exports(wanted, exporters(), folders=[each.slug for each in course.assignments])
    grading = grade_folder(
        submissions, course, chosen, request=request, options=options, reports=reports, quiet=quiet, only=only
    )
    if only:
        tell(say("cli.only_these"))
    print_class(grading, shape, lambda: print_grading(grading, str(reports / "index.html")))
    whole = _export(grading, exports, reports)
    return _exit_status(grading, fail_under) if whole else 3


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
    request: Request,
    options: Options,
    reports: Path,
    quiet: bool,
    only: tuple[str, ...] = (),
) -> Grading:
    """Grade what lies in ``submissions`` and write the pages; the road of ``grade`` and of ``demo``.

    Raises:
        GraderError: nothing could be graded at all.
    """
    with open_store(course.folder / ".grader") as store:
        slugs = [a.slug for a in chosen]
        others = [a.slug for a in course.assignments if a.slug not in slugs]
        found = find_submissions(submissions, slugs, only=only, others=others, intake=store.intake)
        print_messages([f.message for f in found.findings], heading="summary.remarks")
        if not (found.submissions or found.unreadable):
            raise CourseError(_nothing_found(submissions, only))
        warn_without_sandbox(request.sandbox)
        handed_in = submissions if submissions.is_dir() else submissions.parent
        request = replace(request, private=(handed_in, reports))
        grader = grader_for(tools_for(request), options, store=store, progress=progress_for(quiet=quiet))
        publisher = Publisher(reports=reports, language=spoken(), exporters=exporters())
        return with_paths(grade_course(course, chosen, found, grader=grader, publish=publisher.publish))


def _nothing_found(submissions: Path, only: tuple[str, ...]) -> Message:
    if only:
        return say("no-submission-of-student", students=", ".join(only), folder=str(submissions))
    return say("no-submissions-found", folder=str(submissions))


def _exit_status(grading: Grading, fail_under: float | None) -> int:
    results = grading.submissions
    if results and all(
        r.status is Status.NOT_GRADED and r.reason is not None and r.reason.value != "unreadable"
        for r in results
    ):
        return 3
    if fail_under is not None:
        for result in results:
            if result.points is None or result.max_points == 0:
                continue
            if float(result.points / result.max_points) * 100 < fail_under:
                return 1
    return 0
