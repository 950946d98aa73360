"""Where one student's files lie, and the remarks that are made while they are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.model.message import Message
from grader.model.submission import Finding, Severity
from grader.words import say

_ON_CLASS_PAGE = ("several-programs", "newest-try-is-run", "repeated-file-name", "handed-in-late")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Where the files of one student for one assignment lie.

    Each source is a file or a folder, with the name it goes by inside the submission: none for the folder
    that is the submission.
    """

    student: str
    assignment: str
    sources: tuple[tuple[str, Path], ...]
    shown: str
    late: bool = False
    """The system that it was handed in by says that it came late."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """By a file's name the number that an LMS gave it: a greater one came later."""
    root: Path = Path("/")
    """The folder that was named to us: below it no link is followed, not even one that has just come."""


def remark(key: str, **fields: object) -> Finding:
    """Return a finding that only informs, about the file ``path``."""
    return Finding(
        severity=Severity.INFO,
        message=say(key, **fields),
        path=str(fields.get("path", "")),
        on_class_page=key in _ON_CLASS_PAGE,
    )


def remark_of(message: Message, path: str) -> Finding:
    """Return a finding that only informs, in these words."""
    return Finding(severity=Severity.INFO, message=message, path=path)
