"""The one place where a plugin's failure is caught, whatever it raises, and becomes a value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from grader.model.message import Message
from grader.words import say

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A plugin of ours, or of the course, raised: never the student's fault."""

    reason: Message


def ask(name: str, question: Callable[[], T]) -> T | Broken:
    """Return what ``question`` answers, or :class:`Broken` when the plugin ``name`` raises instead."""
    try:
        return question()
    except Exception as error:  # noqa: BLE001 - the house's one broad except: it becomes Outcome.ERRORED
        return Broken(reason=say("plugin-raised-error", name=name, error=f"{type(error).__name__}: {error}"))
