"""The programs of an assignment that something is expected of: reference, starter, wrong answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.lint.missing_papers import STARTERS
from grader.model.assignment import Assignment
from grader.model.expectation import Part
from grader.model.message import Message
from grader.words import say

WRONG = "wrong"
"""The folder of ``reference_solutions/<slug>/`` with answers that must not pass."""
_PROGRAMS = (".py", ".ipynb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program of the course's own; ``caught_by`` is the check that a wrong answer is named after."""

    assignment: str
    part: Part
    name: str
    path: Path
    where: str
    caught_by: str | None = None

    @property
    def expected(self) -> Message:
        """What is expected of it."""
        if self.caught_by is not None:
            return say("ci.expected.caught", check=self.caught_by)
        return say(f"ci.expected.{self.part.value}")


def programs_of(assignment: Assignment, course: Path) -> Iterator[Program]:
    """Yield the programs of ``assignment``; a wrong answer's file begins with the id of what catches it."""
    each = [(Part.REFERENCE, "reference", assignment.reference)]
    each += [(Part.STARTER, name.replace(".", "-"), assignment.folder / name) for name in STARTERS]
    folder = course / "reference_solutions" / assignment.slug / WRONG
    each += [(Part.WRONG, f"wrong-{path.name}", path) for path in _wrong_answers(folder)]
    ids = [check.id for check in assignment.checks]
    for part, name, path in each:
        if path is not None and path.exists():
            yield Program(
                assignment=assignment.slug,
                part=part,
                name=name,
                path=path,
                where=path.absolute().relative_to(course.absolute()).as_posix(),
                caught_by=_named_after(path.name, ids) if part is Part.WRONG else None,
            )


def _wrong_answers(folder: Path) -> Iterator[Path]:
    """Yield programs, and folders that hold several files of one answer."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if not path.name.startswith((".", "__")) and (path.is_dir() or path.suffix in _PROGRAMS):
                yield path


def _named_after(name: str, ids: list[str]) -> str | None:
    named = [one for one in ids if name.startswith((f"{one}-", f"{one}."))]
    return max(named, key=len, default=None)
