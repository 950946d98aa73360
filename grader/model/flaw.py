"""Something in a course that its teacher should mend: which rule, where, and what to try."""

from dataclasses import dataclass

from grader.model.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing to mend. ``file`` is named from the course's folder; ``line`` counts from 1.

    ``cell`` is that of a notebook, from 1: lines of its file say nothing to a person.
    """

    rule: str
    file: str
    message: Message
    assignment: str = ""
    line: int | None = None
    cell: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What looking through a course came to; ``notes`` say what could not be looked at, and mend nothing."""

    course: str
    assignments: tuple[str, ...]
    flaws: tuple[Flaw, ...]
    notes: tuple[Message, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether there is nothing to mend."""
        return not self.flaws
