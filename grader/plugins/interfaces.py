"""The published contracts of plugins: what the registry holds each of them against when it is loaded."""

from typing import TYPE_CHECKING, Any, Protocol

from grader.model.message import Language
from grader.model.metric import Direction
from grader.model.result import Grading
from grader.model.run import SandboxCommand, SandboxOutcome

if TYPE_CHECKING:
    import numpy as np


class Metric(Protocol):
    """A rule from predictions and labels to a number.

    ``group`` names the rows it looks at (``"test"`` for nearly all; datasets name others).
    ``counts_rows`` says whether the value is a share of rows, so that intervals and "at most k errors"
    make sense.
    """

    name: str
    direction: Direction
    group: str
    counts_rows: bool

    def __call__(self, predicted: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> float:
        """Return the value for 1-D ``predicted`` and ``truth`` of equal length.

        Classes come as integer labels, regression targets as floats.
        """
        ...


class Sandbox(Protocol):
    """A place where untrusted code runs."""

    name: str

    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Run ``command`` to its end or to a limit; when this returns, nothing of it is alive.

        Raises:
            SandboxError: the sandbox itself failed; nothing is known about the program.
        """
        ...

    def probe(self) -> None:
        """Return when a trivial program runs confined on this machine.

        Raises:
            SandboxUnavailable: it does not; the message says why and what to do.
        """
        ...


class Exporter(Protocol):
    """A rule from a grading to one file for other programs or for people.

    ``file_name`` names the file in the reports folder where the command line does not.
    """

    name: str
    file_name: str

    def __call__(self, grading: Grading, language: Language) -> bytes:
        """Return the file's content: every submission received has its place in it, not graded is no zero.

        Names and messages in ``grading`` are students' words, not escaped for any format.
        """
        ...
