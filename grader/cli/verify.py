"""``grader verify CERTIFICATE [SUBMISSIONS]``: one graded result made again."""

from pathlib import Path

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
from grader.cli.rendering import printable
from grader.coursefiles.find_submissions import find_submissions, read_single
from grader.coursefiles.kept_submission import read_kept
from grader.coursefiles.read_certificate import load_certificate
from grader.model.assignment import Course
from grader.model.certificate import Answer, Certificate
from grader.model.errors import CourseError
from grader.model.submission import Submission, Unreadable
from grader.orchestration.bound import refute
from grader.orchestration.verify import verify
from grader.storage.run_store import RunStore
from grader.words import say

_STATUS = {Answer.SAME: 0, Answer.DIFFERENT: 1, Answer.WITHIN_NOISE: 4}


@click.command("verify", cls=Explained, help="help.verify")
@click.argument("certificate", type=click.Path(path_type=Path))
@click.argument("submissions", type=click.Path(path_type=Path, exists=True), required=False)
@course_options
@machine_options
@jobs_option(1)
@format_of("text", "json")
def command(
    *,
    certificate: Path,
    submissions: Path | None,
    course: AskedCourse,
    machine: AskedMachine,
    jobs: int,
    form: str,
) -> int:
    """Make the graded result of CERTIFICATE again, from SUBMISSIONS or from the copy kept in the course.

    Exit status: 0 the same, 4 within noise, 1 different, 3 it could not be made again.
    """
    from grader.reporting.verification import verification_json, verification_told

    certified = load_certificate(certificate)
    loaded, assignment = course.one(certified.assignment)
    with machine.open_grader(loaded.folder / ".grader", jobs=jobs, serial=jobs == 1) as means:
        found = refute(certified, means.store)
        if found is None:
            submission = _submission(certified, submissions, loaded, means.store)
            found = verify(certified, submission, assignment, means=means)
    if form == "json":
        click.echo(verification_json(found), nl=False)
    else:
        first, *others = (printable(line.told_in(spoken())) for line in verification_told(found))
        click.echo("\n".join([first, *(f"  {line}" for line in others)]))
    return _STATUS[found.answer]


def _submission(
    certified: Certificate, submissions: Path | None, course: Course, store: RunStore
) -> Submission:
    """Return the submission that is run: what lies in ``submissions``, else the copy that was graded.

    Raises:
        CourseError: it is not there, or cannot be read.
    """
    intake = store.aside("verify").intake
    if submissions is None:
        files = [(file.name, file.sha256) for file in certified.files]
        read = read_kept(
            files,
            student=certified.student,
            assignment=certified.assignment,
            safe_id=certified.id,
            intake=store.intake,
        )
    elif submissions.is_file() and submissions.suffix.lower() != ".zip":
        read = read_single(submissions, certified.assignment, student=certified.student, intake=intake)
    else:
        read = _received(certified, submissions, course, intake)
    if not isinstance(read, Submission):
        raise CourseError(read.finding.message)
    return read


def _received(certified: Certificate, folder: Path, course: Course, intake: Path) -> Submission | Unreadable:
    """Return what the certificate's student handed in, out of a folder or zip as ``grade`` takes it."""
    slug = certified.assignment
    others = [each for each in course.slugs if each != slug]
    found = find_submissions(
        folder, [slug], only=(certified.student, certified.id), others=others, intake=intake
    )
    received: list[Submission | Unreadable] = [*found.submissions, *found.unreadable]
    received.sort(key=lambda one: one.id != certified.id)
    if not received:
        raise CourseError(
            say(
                "certified-submission-missing", folder=str(folder), student=certified.student, assignment=slug
            )
        )
    return received[0]
