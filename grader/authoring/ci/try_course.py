"""Holds a course against what it expects of itself: looks it through, and has its programs read or run."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from grader.authoring.ci.programs import Program, programs_of
from grader.authoring.lint.lint_course import lint_course
from grader.authoring.lint.look import Installed
from grader.authoring.lint.spec_flaws import folders_without_spec
from grader.coursefiles.load_course import CourseRead
from grader.model.assignment import Assignment
from grader.model.expectation import Came, CourseTried, Expectation, Part
from grader.model.flaw import Flaw, Linted
from grader.words import say

Tried = Callable[[Sequence[Program], Sequence[Assignment]], Sequence[Expectation]]
"""What makes of programs whether they came to what is expected: they are read, or run."""
_OF_REFERENCES = ("record-", "reference-", "bar-not-met")


def try_course(
    folder: Path,
    read: CourseRead,
    installed: Installed,
    *,
    slugs: Sequence[str] = (),
    tried: Tried,
    quick: bool,
) -> CourseTried:
    """Return what became of all that the course at ``folder``, or some of its assignments, expects.

    A broken assignment keeps the others from nothing: its spec is told, and the programs of the sound ones
    are tried.

    Raises:
        CourseError: there are no assignments, or none of those asked for.
    """
    begun = time.monotonic()
    linted = lint_course(folder, read, installed, slugs=slugs)
    sound = [one for one in read.assignments if not slugs or one.slug in slugs]
    programs = [program for one in sound for program in programs_of(one, folder)]
    expectations = [*_of_lint(linted), *tried(programs, sound)]
    broken = [b.slug for b in read.broken if not slugs or b.slug in slugs]
    without = [flaw.assignment for flaw in linted.flaws if flaw.rule == "spec-missing"]
    names = dict.fromkeys((*linted.assignments, *without))
    return CourseTried(
        course=read.name,
        assignments=tuple(sorted(names)),
        expectations=tuple(expectations),
        linted=linted,
        broken=(*([""] if read.mistakes else []), *broken, *without),
        quick=quick,
        seconds=time.monotonic() - begun,
    )


def slugs_touched(
    touched: Collection[str], folder: Path, read: CourseRead, *, asked: Sequence[str]
) -> tuple[str, ...]:
    """Return those of ``touched`` that the course has, and only of ``asked`` where some are asked for."""
    without = (flaw.assignment for flaw in folders_without_spec(folder))
    names = sorted({*(a.slug for a in read.assignments), *(b.slug for b in read.broken), *without})
    return tuple(name for name in names if name in touched and (not asked or name in asked))


def nothing_to_try(read: CourseRead, *, quick: bool) -> CourseTried:
    """Return that nothing was expected, because nothing was touched."""
    return CourseTried(
        course=read.name,
        assignments=(),
        expectations=(),
        linted=Linted(course=read.name, assignments=(), flaws=()),
        broken=("",) if read.mistakes else (),
        quick=quick,
        seconds=0.0,
    )


def _of_lint(linted: Linted) -> Iterator[Expectation]:
    """Yield for each assignment, and for the whole course, whether there is anything to mend."""
    names = dict.fromkeys((*linted.assignments, *(flaw.assignment for flaw in linted.flaws)))
    for slug in names:
        flaws = [flaw for flaw in linted.flaws if flaw.assignment == slug]
        yield Expectation(
            assignment=slug,
            part=Part.LINT,
            came=Came.BROKEN if flaws else Came.HELD,
            expected=say("ci.expected.lint"),
            happened=say("ci.flaws", count=len(flaws)) if flaws else say("ci.no_flaw"),
            short=say("ci.short.flaws", count=len(flaws)),
            file=f"assignments/{slug}/assignment.toml" if slug else "course.toml",
        )
        if slug:
            yield from _of_records(slug, flaws)


def _of_records(slug: str, flaws: Sequence[Flaw]) -> Iterator[Expectation]:
    """Yield that a reference is missing, or that its record is not of what stands there now."""
    for flaw in flaws:
        if flaw.rule.startswith(_OF_REFERENCES):
            yield Expectation(
                assignment=slug,
                part=Part.REFERENCE,
                came=Came.BROKEN,
                expected=say("ci.expected.record"),
                happened=flaw.message,
                short=say("ci.short.record"),
                file=flaw.file,
            )
