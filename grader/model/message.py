"""One thing said in every language the grader speaks."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum


class Language(Enum):
    """The languages of every message, by their BCP 47 tags."""

    PT = "pt-BR"
    EN = "en"


class Message(ABC):
    """Something to say; its words are chosen only when it is told.

    ``key`` names the catalogue's entry (``threshold-not-met``), ``code`` its number (``GR203``), under which
    ``grader explain`` answers; None where there is none.
    """

    __slots__ = ()
    key: str | None
    code: str | None

    @abstractmethod
    def told_in(self, language: Language) -> str:
        """Return the sentence in ``language``."""

    @property
    def pt(self) -> str:
        """The sentence in Portuguese."""
        return self.told_in(Language.PT)

    @property
    def en(self) -> str:
        """The sentence in English."""
        return self.told_in(Language.EN)


@dataclass(frozen=True, slots=True)
class Text(Message):
    """Words that stand in no catalogue: a course's own title, a name that reads alike in every language."""

    portuguese: str
    english: str
    code: str | None = None
    key: str | None = None

    def told_in(self, language: Language) -> str:
        """Return the words in ``language``."""
        return self.portuguese if language is Language.PT else self.english


@dataclass(frozen=True, slots=True)
class Joined(Message):
    """Several messages one after the other, ``between`` them what is the same in every language."""

    between: str
    parts: tuple[Message, ...]
    code: str | None = None
    key: str | None = None

    def told_in(self, language: Language) -> str:
        """Return all of them in ``language``."""
        return self.between.join(part.told_in(language) for part in self.parts)


NOTHING = Text("", "")
"""Where a sentence has a place for more and there is no more to say."""
