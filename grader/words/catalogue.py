"""Loads the catalogue and fills its sentences in.

A catalogue file is TOML: one table per entry, named by a code (``GR201``) or a key (``page.title``),
with ``pt`` and ``en``. Fields are filled as ``str.format`` does, with four conversions of our own that
follow the language: ``{x:pct}`` (0.0161 → ``1,61 %`` / ``1.61 %``), ``{x:num}`` (up to 4 significant
digits), ``{x:int}`` (thousands), ``{x:secs}`` (``2 min 51 s``).
"""

import string
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from grader.model.message import Language, Message


def say(code: str, /, **fields: Any) -> Message:
    """Return the catalogue's sentence ``code`` with ``fields`` filled in, in every language.

    A field that is itself a :class:`Message` is told in the language of the sentence around it.

    Raises:
        KeyError: the catalogue has no such entry, or a field it needs is not given (a mistake of ours).
    """
    entry = _entries()[code]
    return Message(
        pt=_fill(entry["pt"], Language.PT, fields),
        en=_fill(entry["en"], Language.EN, fields),
        code=code,
    )


def phrase(key: str, language: Language, /, **fields: Any) -> str:
    """Return one entry of the catalogue in one language."""
    return _fill(_entries()[key]["pt" if language is Language.PT else "en"], language, fields)


def codes() -> tuple[str, ...]:
    """Return every code and key of the catalogue, sorted."""
    return tuple(sorted(_entries()))


@cache
def _entries() -> dict[str, dict[str, str]]:
    entries: dict[str, dict[str, str]] = {}
    for file in sorted(resources.files("grader.words").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            for code, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
                if code in entries:
                    raise KeyError(f"{file.name}: {code} is already in the catalogue")
                entries[code] = entry
    return entries


def _fill(template: str, language: Language, fields: dict[str, Any]) -> str:
    told = {k: v.told_in(language) if isinstance(v, Message) else v for k, v in fields.items()}
    return _Formatter(language).vformat(template, (), told)


class _Formatter(string.Formatter):
    """``str.format`` with the conversions named above; no attribute or index access in fields."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:  # noqa: ARG002 - the base class's
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        match format_spec:
            case "pct":
                return self._localised(_percent(float(value))) + " %"
            case "num":
                return self._localised(f"{float(value):.4g}")
            case "int":
                text = f"{int(value):,}"
                return text.replace(",", ".") if self._language is Language.PT else text
            case "secs":
                return self._localised(_duration(float(value)))
            case _:
                return str(format(value, format_spec))

    def _localised(self, number: str) -> str:
        return number.replace(".", ",") if self._language is Language.PT else number


def _percent(share: float) -> str:
    hundredths = share * 100
    digits = 2 if hundredths >= 0.1 or hundredths == 0 else 3  # noqa: PLR2004 - below 0.1 % two digits hide it
    text = f"{hundredths:.{digits}f}"
    return text.rstrip("0").rstrip(".") if float(text) == int(float(text)) else text


def _duration(seconds: float) -> str:
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"
