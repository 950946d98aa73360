"""The error tree of the grader.

::

    GraderError
    ├── CourseError            the instructor can fix it        exit 2
    │   └── UnknownPlugin
    ├── DataMissing            a dataset is not on this machine exit 2, or a row "not graded"
    ├── SubmissionError        it cannot be read at all         a row and a finding, no exit code
    ├── SandboxError           the sandbox failed               becomes NotRun, then "not graded"; exit 3
    │   └── SandboxUnavailable                                  exit 2
    ├── RuntimeMissing         an interpreter is not installed  exit 2
    ├── SchedulerUnavailable   no other machine to run on       exit 2
    └── StorageError           results could not be kept        exit 3

A student's failure is never an exception: it is a value (``RunStatus``, ``CheckResult``).
Every error carries a :class:`~grader.model.message.Message`, so it can be told in each language.
"""

from grader.model.message import Joined, Message


class GraderError(Exception):
    """Base of all errors the grader raises on purpose; ``message`` is fit to be shown to people."""

    exit_code = 3

    def __init__(self, message: Message) -> None:
        super().__init__(message.en)
        self.message = message


class CourseError(GraderError):
    """The course's own files are wrong; ``messages`` holds every mistake found, not only the first."""

    exit_code = 2

    def __init__(self, *messages: Message) -> None:
        super().__init__(Joined("\n", messages))
        self.messages = messages


class UnknownPlugin(CourseError):  # noqa: N818 - reads as the sentence it is
    """A name that no installed plugin answers to."""


class DataMissing(GraderError):  # noqa: N818
    """A dataset's files are not on this machine, or are not the published ones."""

    exit_code = 2


class SubmissionError(GraderError):
    """A submission that cannot be read at all; it becomes a row and a finding."""


class SandboxError(GraderError):
    """The sandbox failed: ours, never the student's."""


class SandboxUnavailable(SandboxError):  # noqa: N818
    """No working sandbox on this machine; nothing is run."""

    exit_code = 2


class RuntimeMissing(GraderError):  # noqa: N818
    """The interpreter that students' code runs in is not installed."""

    exit_code = 2


class SchedulerUnavailable(GraderError):  # noqa: N818
    """The scheduler of other machines is not there, or none of its workers is fit."""

    exit_code = 2


class StorageError(GraderError):
    """Results could not be kept."""
