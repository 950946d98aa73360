"""What a strict reader answers when it will not take a file."""

from dataclasses import dataclass

from grader.model.message import Message
from grader.model.run import Refusal
from grader.words import say
from grader.words.catalogue import keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that was there and is not taken, with the reason in words."""

    reason: Message


def refusal_told(refusal: Refusal) -> Message:
    """Return why a file that a program left was not collected, the kind of thing it was in words."""
    kind = f"filekind.{refusal.detail}"
    detail: Message | str = say(kind) if kind in keys() else refusal.detail
    return say(refusal.why, name=refusal.name, detail=detail)
