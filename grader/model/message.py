"""One thing said in every language the grader speaks."""

from dataclasses import dataclass
from enum import Enum


class Language(Enum):
    """The languages of every message, by their BCP 47 tags."""

    PT = "pt-BR"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A sentence in Portuguese and in English; made by ``grader.words.say``, never by hand elsewhere."""

    pt: str
    en: str
    code: str | None = None
    """The catalogue entry it was made from (``GR201``), for ``grader explain``."""

    def told_in(self, language: Language) -> str:
        """Return the sentence in ``language``."""
        return self.pt if language is Language.PT else self.en
