"""The published contracts of plugins: what the registry holds each of them against when it is loaded."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from grader.model.ask import Ask
from grader.model.check import CheckResult, CheckSpec
from grader.model.message import Language, Message
from grader.model.metric import Direction, Threshold
from grader.model.result import Grading
from grader.model.run import SandboxCommand, SandboxOutcome

if TYPE_CHECKING:
    import numpy as np

    from grader.measuring.judging.facts import Facts
    from grader.plugins.written import WrittenCheck

Spec = TypeVar("Spec", bound=CheckSpec)


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

    @abstractmethod
    def __call__(self, predicted: "np.ndarray[Any, Any]", truth: "np.ndarray[Any, Any]") -> float:
        """Return the value for 1-D ``predicted`` and ``truth`` of equal length.

        Classes come as integer labels, regression targets as floats.
        """
        ...


class CheckKind(Protocol[Spec]):
    """One kind of check, whole: its table in assignment.toml, what it needs, how it is answered.

    Derive from it: what most kinds answer stands here. ``table`` is a frozen dataclass derived from
    :class:`grader.plugins.tables.CheckTable`; schema, JSON Schema and near misses follow from it.
    ``needs_predictions``: it fails when nothing was delivered, else it is skipped then. ``own_word``: it
    rests on the submission's own word and says nothing about where answers come from. ``has_bar``: it holds
    a metric against a bar of its own. ``measured_only``: its sentences hold nothing but what was measured
    outside the program and the course's own bars, so that its student may read them where the test rows are
    hidden; any other could quote what the program wrote after it had seen them.
    """

    name: str
    table: type[Spec]
    needs_predictions: bool = True
    own_word: bool = False
    has_bar: bool = False
    measured_only: bool = False

    @abstractmethod
    def answer(self, facts: "Facts", spec: Spec) -> CheckResult:
        """Answer ``spec`` from ``facts``; what it raises becomes an errored check, never a failed one."""
        ...

    def mistakes(self, written: "WrittenCheck") -> Iterable[Message]:  # noqa: ARG002 - most kinds have none
        """Return what cannot be meant in a check of this kind, which may have any shape."""
        return ()

    def needs(self, spec: Spec) -> tuple[Ask, ...]:  # noqa: ARG002 - as above
        """Return what a run must bring back for it, beside predictions and its record."""
        return ()

    def hidden_files(self, spec: Spec) -> tuple[str, ...]:  # noqa: ARG002 - as above
        """Return the names of files beside the reference solution that it is answered from.

        They are part of the assignment's version; where the course hides them from a machine, its answer is
        ``say("not-measured-here")`` there.
        """
        return ()

    def needs_record(self, spec: Spec) -> bool:  # noqa: ARG002 - as above
        """Return whether it cannot be answered where the course keeps no record of its reference."""
        return False

    def measures(self, spec: Spec) -> str | None:  # noqa: ARG002 - as above
        """Return the name of the metric that must be measured for it."""
        return None

    def bars(self, spec: Spec, metric: Metric) -> tuple[Threshold, ...]:  # noqa: ARG002 - as above
        """Return its bars, the one that decides its outcome first; what clears none of them earns nothing.

        A kind that has a bar returns at least one.
        """
        return ()

    def more_runs_wanted(self, facts: "Facts", spec: Spec) -> bool:  # noqa: ARG002 - as above
        """Return whether one more run could still change what it earns, with a chance of 1 % or more."""
        return False


class Sandbox(Protocol):
    """A place where untrusted code runs."""

    name: str

    @abstractmethod
    def run(self, command: SandboxCommand) -> SandboxOutcome:
        """Run ``command`` to its end or to a limit; when this returns, nothing of it is alive.

        Raises:
            SandboxError: the sandbox itself failed; nothing is known about the program.
        """
        ...

    @abstractmethod
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

    @abstractmethod
    def __call__(self, grading: Grading, language: Language) -> bytes:
        """Return the file's content: every submission received has its place in it, not graded is no zero.

        Names and messages in ``grading`` are students' words, not escaped for any format.
        """
        ...
