"""Looks a whole course through; runs nothing of anybody's."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.authoring.lint.dead_links import dead_links
from grader.authoring.lint.leaked_labels import leaked_labels
from grader.authoring.lint.leaks import leaks
from grader.authoring.lint.look import Installed, Look
from grader.authoring.lint.missing_papers import missing_papers
from grader.authoring.lint.old_records import old_records
from grader.authoring.lint.spec_flaws import flaw_of, folders_without_spec, spec_flaws
from grader.authoring.lint.stated_figures import stated_figures
from grader.coursefiles.load_course import CourseRead
from grader.datasets.own import prepare_own
from grader.model.assignment import Assignment
from grader.model.errors import CourseError, DataMissing
from grader.model.flaw import Flaw, Linted
from grader.model.message import Message
from grader.words import say
from grader.words.mistake_words import near_miss


def lint_course(course: Path, read: CourseRead, installed: Installed, *, slugs: Sequence[str] = ()) -> Linted:
    """Return everything to be mended in the course at ``course``, or in some of its assignments.

    Raises:
        CourseError: there are no assignments, or none of those asked for.
    """
    names = sorted({a.slug for a in read.assignments} | {b.slug for b in read.broken})
    flaws = [*spec_flaws(course, read), *folders_without_spec(course)]
    if not names and not flaws:
        raise CourseError(say("course-without-assignments", folder=str(course)))
    unknown = [slug for slug in slugs if slug not in {*names, *(flaw.assignment for flaw in flaws)}]
    if unknown:
        raise CourseError(*(_unknown(slug, names) for slug in unknown))
    notes: list[Message] = []
    sound = {assignment.slug: assignment for assignment in read.assignments}
    for slug in names:
        if not slugs or slug in slugs:
            flaws += _of_assignment(course, slug, sound.get(slug), installed, notes)
    kept = [flaw for flaw in flaws if not slugs or flaw.assignment in slugs]
    return Linted(
        course=read.name,
        assignments=tuple(name for name in names if not slugs or name in slugs),
        flaws=tuple(sorted(kept, key=_place)),
        notes=tuple(notes),
    )


def _unknown(slug: str, names: Sequence[str]) -> Message:
    return say("unknown-assignment", name=slug, hint=near_miss(slug, names), available=", ".join(names))


def _place(flaw: Flaw) -> tuple[str, str, int, int]:
    return flaw.assignment, flaw.file, flaw.cell or 0, flaw.line or 0


def _of_assignment(
    course: Path, slug: str, assignment: Assignment | None, installed: Installed, notes: list[Message]
) -> Iterator[Flaw]:
    prepared = None
    if assignment is not None and assignment.data.own:
        try:
            prepared = prepare_own(
                assignment.folder, data_dir=installed.data_dir, cache=installed.cache, without_hidden=True
            )
        except (CourseError, DataMissing) as error:
            messages = error.messages if isinstance(error, CourseError) else (error.message,)
            default = f"assignments/{slug}/data/dataset.toml"
            yield from (flaw_of(message, course, default=default, slug=slug) for message in messages)
        if prepared is not None and prepared.dataset.labels_hidden and not prepared.labels_known:
            notes.append(say("lint.labels_not_here", name=slug))
    look = Look(course=course, slug=slug, assignment=assignment, prepared=prepared)
    yield from missing_papers(look)
    yield from leaks(look)
    yield from leaked_labels(look)
    yield from dead_links(look)
    yield from stated_figures(look, installed)
    yield from old_records(look, installed)
