"""The language that one command line is told in."""

import os

from grader.model.message import Language


def language_of(chosen: str | None) -> Language:
    """Return the language asked for, else the environment's, else Portuguese."""
    if chosen is not None:
        return Language(chosen)
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return Language.EN if locale.lower().startswith("en") else Language.PT


_spoken: list[Language] = []


def speak(language: Language) -> None:
    """Tell everything from now on in ``language``: one command line is told in one language."""
    _spoken[:] = [language]


def spoken() -> Language:
    """Return the language of this command line."""
    return _spoken[0] if _spoken else language_of(None)
