"""What a strict reader answers when it will not take a file."""

from dataclasses import dataclass

from grader.model.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that was there and is not taken, with the reason in words."""

    reason: Message
