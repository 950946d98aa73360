"""Submissions: one student's files for one assignment, as received; they never change."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from grader.model.evidence import LedgerEntry
from grader.model.message import Message


class FileKind(Enum):
    """What the main file of a submission is."""

    NOTEBOOK = "notebook"
    SCRIPT = "script"


class Severity(Enum):
    """How loudly a finding speaks to the instructor."""

    INFO = "info"
    REVIEW = "review"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Words to the instructor about one place in one file."""

    severity: Severity
    message: Message
    path: str = ""
    p_value: float | None = None
    on_class_page: bool = False
    """Told on the class page too, though it only informs: which of several files was run."""
    about_others: bool = False
    """It names other students: told on the class page and in results.json, never on a student's own page."""

    @property
    def code(self) -> str:
        """The number that ``grader explain`` answers to."""
        return self.message.code or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedFile:
    """One regular file of a submission: its safe relative name, where its bytes are, their digest."""

    name: str
    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One student's files for one assignment; ``main`` is the file that is run.

    ``id`` is safe as a file name and unique in its assignment; ``student`` is the name as received,
    for display only.
    """

    id: str
    student: str
    assignment: str
    attempt: int
    files: tuple[SubmittedFile, ...]
    main: str
    kind: FileKind
    digest: str
    findings: tuple[Finding, ...] = ()
    received: Path | None = None
    """The main file as it came: a notebook with its saved outputs. Read for what it states, never run."""
    ledger: tuple[LedgerEntry, ...] = ()
    """What was rewritten or passed over before anything ran."""
    handed_in: str = ""
    """Where the main file, or the zip it came in, lies below the folder of submissions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A submission of which nothing can be run: a person must look. Never a zero."""

    id: str
    student: str
    assignment: str
    attempt: int
    files: tuple[SubmittedFile, ...]
    finding: Finding
