"""What the use cases need from the outside."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from grader.model.message import Message

Clock = Callable[[], datetime]


class Job(Protocol):
    """Something an executor can place: whether it wants a GPU, and the run it names."""

    @property
    def wants_gpu(self) -> bool:
        """Whether a GPU is lent to it where there is one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One job's end: what it answered, or why it was not run."""

    index: int
    answer: Any
    """What the work returned, or :class:`~grader.model.run.NotRun`."""


class Executor(Protocol):
    """Runs jobs, several at a time, and yields their answers as they come."""

    def run(self, perform: Callable[..., Any], jobs: Iterable[Job], progress: "Progress") -> Iterator[Done]:
        """Call ``perform(job, slot)`` for each job in a place of its own."""
        ...


class Progress(Protocol):
    """What a person watching is told."""

    def say(self, message: Message) -> None:
        """Tell one thing."""
        ...

    def begin(self, total: int, what: Message) -> None:
        """A round of ``total`` runs begins."""
        ...

    def started(self, label: str) -> None:
        """One run has begun."""
        ...

    def advance(self, label: str, seconds: float) -> None:
        """One run has ended, after ``seconds``."""
        ...

    def printed(self, piece: bytes) -> None:
        """The one program under way has printed ``piece``: any bytes at all, cut anywhere."""
        ...

    def end(self) -> None:
        """The round is over."""
        ...
