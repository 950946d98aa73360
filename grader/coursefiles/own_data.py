"""What a course's own dataset asks of the assignment that brings it; read by whoever knows datasets."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.model.assignment import Labels
from grader.model.message import Message
from grader.words import say

FOLDER = "data"
"""What ``[data] dataset`` says where the assignment's folder of this name is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """The own dataset of one assignment: its mistakes, else what of it the assignment must agree with.

    ``definition`` is the digest of all that it says.
    """

    mistakes: tuple[Message, ...] = ()
    labels_hidden: bool = False
    has_classes: bool = True
    definition: str = ""

    @property
    def labels(self) -> Labels:
        """What the served copy of the test labels may hold at most."""
        return Labels.CANARY if self.has_classes and not self.labels_hidden else Labels.NONE


ReadOwnData = Callable[[Path], OwnData]
"""Reads the own dataset of the assignment in a folder; never raises."""


def own_data_mistakes(raw: dict[str, Any], where: str, own: OwnData | None) -> list[Message]:
    """Return what is wrong with an own dataset, and with what the assignment asks of it."""
    if own is None:
        return []
    mistakes = list(own.mistakes)
    data = raw.get("data")
    if isinstance(data, dict) and data.get("labels") == Labels.CANARY.value and not own.mistakes:
        if own.labels_hidden:
            mistakes.append(say("hidden-labels-no-canary", file=where))
        elif not own.has_classes:
            mistakes.append(say("canary-needs-classes", file=where))
    return mistakes
