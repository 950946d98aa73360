"""One assignment as it is looked through: its files, what is kept from students, what the spec says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.authoring.lint.student_files import StudentFile, files_below
from grader.datasets.prepare import Prepared
from grader.model.assignment import Assignment
from grader.plugins.interfaces import CheckKind, Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The plugins that specs speak of, and where data are looked for."""

    kinds: Mapping[str, CheckKind[Any]]
    metrics: Mapping[str, Metric]
    cache: Path
    data_dir: Path | None


@dataclass(frozen=True, kw_only=True)
class Look:
    """One assignment of a course; ``assignment`` is None where its spec cannot be read."""

    course: Path
    slug: str
    assignment: Assignment | None
    prepared: Prepared | None = None
    """Its own data, hidden labels with them where they are here."""

    @property
    def folder(self) -> Path:
        """What students get."""
        return self.course / "assignments" / self.slug

    @property
    def private(self) -> Path:
        """What they never get."""
        return self.course / "reference_solutions" / self.slug

    @cached_property
    def given(self) -> tuple[StudentFile, ...]:
        """The files that students get."""
        return files_below(self.folder, self.course) if self.folder.is_dir() else ()

    @cached_property
    def kept(self) -> tuple[StudentFile, ...]:
        """The files that they never get; wrong answers, which a starter may well resemble, left out."""
        if not self.private.is_dir():
            return ()
        return tuple(
            one
            for one in files_below(self.private, self.course)
            if one.path.relative_to(self.private).parts[0] != "wrong"
        )

    def where(self, name: str) -> str:
        """Return how a file of the assignment's folder is called in messages."""
        return f"assignments/{self.slug}/{name}"
