"""The language that one command line is told in: the person's, else the course's, else that of the README."""

import os

from grader.model.message import Language

_README = Language.EN
_spoken: list[Language] = []
_asked: list[Language] = []
_of_course: list[Language] = []


def language_of(chosen: str | None) -> Language:
    """Return the language of ``--lang``, else the environment's, else the course's, else the README's."""
    if chosen is not None:
        return Language(chosen)
    return next(iter([*_of_environment(), *_of_course]), _README)


def speak(language: Language) -> None:
    """Tell everything from now on in ``language``: one command line is told in one language."""
    _spoken[:] = [language]


def speak_as_chosen(chosen: str | None) -> None:
    """Speak as ``--lang`` says; without it, as whoever comes first of environment, course and README."""
    _asked[:] = [] if chosen is None else [Language(chosen)]
    speak(language_of(chosen))


def speak_as_course(language: Language | None) -> None:
    """Speak the course's language from now on, where neither ``--lang`` nor the environment says one."""
    _of_course[:] = [] if language is None else [language]
    if not _asked:
        speak(language_of(None))


def spoken() -> Language:
    """Return the language of this command line."""
    return _spoken[0] if _spoken else language_of(None)


def _of_environment() -> list[Language]:
    """Return the language of the locale; ``C``, ``C.UTF-8`` and languages that we do not speak say none."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    known = {"en": Language.EN, "pt": Language.PT}
    found = known.get(locale.lower()[:2])
    return [found] if found else []
