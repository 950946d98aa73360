"""Loads the catalogue and fills its sentences in.

A catalogue file is TOML: one table per entry, named by a key that reads (``threshold-not-met``,
``page.title``), with ``pt`` and ``en``, and with the ``code`` (``GR203``) that people look it up by where it
has one. Fields are filled as ``str.format`` does, with conversions of our own that follow the language:
``{x:pct}`` (0.0161 → ``1,61 %`` / ``1.61 %``), ``{x:num}`` (up to 4 significant digits), ``{x:about}`` (an
estimated count: one decimal below ten), ``{x:dec}`` (a decimal exactly), ``{x:int}`` (thousands),
``{x:secs}`` (``2 min 51 s``), ``{x:chance}`` (a probability: ``= 0.1399``, ``< 0.001``). What is not a finite
number becomes a dash. ``{x:row|rows}`` is the first where ``x`` is one, else the second; ``{x:stop}`` is a
text that ends as a sentence does.
"""

import math
import string
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from grader.model.message import Language, Message

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Said(Message):
    """A sentence of the catalogue with its fields, filled in when it is told."""

    key: str
    fields: Mapping[str, Any] = field(hash=False)
    code: str | None

    def told_in(self, language: Language) -> str:
        """Return the sentence in ``language``, each field that is itself a message in the same one."""
        return _fill(sentence(self.key, language), language, self.fields)


def say(key: str, /, **fields: Any) -> Message:
    """Return the catalogue's sentence ``key`` with ``fields`` to fill in, to be told in any language.

    Raises:
        KeyError: the catalogue has no such entry, or a field it needs is not given (a mistake of ours).
    """
    lacking = _needed(key) - fields.keys()
    if lacking:
        raise KeyError(f"{key}: {', '.join(sorted(lacking))}")
    return Said(key, fields, _entries()[key].get("code"))


def phrase(key: str, language: Language, /, **fields: Any) -> str:
    """Return one entry of the catalogue in one language."""
    return _fill(sentence(key, language), language, fields)


def sentence(key: str, language: Language) -> str:
    """Return one entry of the catalogue in one language as it is written, its fields not filled in."""
    entries = _read("help.toml") if key.startswith("help.") else _entries()
    return entries[key]["pt" if language is Language.PT else "en"]


def keys() -> tuple[str, ...]:
    """Return the key of every entry of the catalogue, sorted."""
    return tuple(sorted(_entries()))


@cache
def codes() -> Mapping[str, str]:
    """Return the key of every entry that has a code, by its code, sorted."""
    return dict(sorted((entry["code"], key) for key, entry in _entries().items() if "code" in entry))


@cache
def _needed(key: str) -> frozenset[str]:
    """Return the fields that the sentences of ``key`` have."""
    texts = [sentence(key, language) for language in Language]
    return frozenset(name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name)


@cache
def _entries() -> dict[str, dict[str, str]]:
    entries: dict[str, dict[str, str]] = {}
    numbers: set[str] = set()
    for name in sorted(file.name for file in _HERE.glob("*.toml")):
        for key, entry in _read(name).items():
            code = entry.get("code", "")
            if key in entries or code in numbers:
                raise KeyError(f"{name}: {key} {code} is already in the catalogue")
            numbers |= {code} if code else set()
            entries[key] = entry
    return entries


@cache
def _read(name: str) -> dict[str, dict[str, str]]:
    """Return one file of the catalogue: ``--help`` comes at once, without the others."""
    entries: dict[str, dict[str, str]] = tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
    return entries


def _fill(template: str, language: Language, fields: Mapping[str, Any]) -> str:
    told = {k: v.told_in(language) if isinstance(v, Message) else v for k, v in fields.items()}
    return _Formatter(language).vformat(template, (), told)


class _Formatter(string.Formatter):
    """``str.format`` with the conversions named above; no attribute or index access in fields."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:  # noqa: ARG002 - the base class's
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            one, _, many = format_spec.partition("|")
            return one if _is_one(value) else many
        if format_spec == "stop":
            return _stopped(str(value))
        told = _CONVERSIONS.get(format_spec)
        if told is None:
            return str(format(value, format_spec))
        return self._localised(told(value)) if math.isfinite(value) else "-"

    def _localised(self, number: str) -> str:
        return number.translate(_PORTUGUESE) if self._language is Language.PT else number


def _is_one(value: Any) -> bool:
    """Return whether ``value``, a number or its figures, is exactly one: 0 and 1.5 take the plural."""
    try:
        return float(value) == 1
    except ValueError:  # words where a number should be
        return False


def _stopped(text: str) -> str:
    return text if text.rstrip()[-1:] in (".", "!", "?", "…", "") else f"{text}."


_PORTUGUESE = str.maketrans(".,", ",.")
_SIGNIFICANT = 4


def _percent(share: float) -> str:
    """Return two decimals, more where two would say 0 or 100 of what is neither, none of a whole number."""
    hundredths = share * 100
    if not math.isfinite(hundredths):  # a hundred times the largest number there is
        return "-"
    digits = 2 if abs(hundredths) >= 0.1 or hundredths == 0 else 3  # noqa: PLR2004 - below 0.1 % two digits hide it
    while digits < _MOST_DIGITS and _hidden(hundredths, digits):
        digits += 1
    text = f"{hundredths:.{digits}f}"
    shown = text.rstrip("0").rstrip(".") if float(text) == int(float(text)) else text
    return f"{shown} %"


_MOST_DIGITS = 12


def _hidden(hundredths: float, digits: int) -> bool:
    rounded = round(hundredths, digits)
    return rounded in (0, 100) and rounded != hundredths and abs(rounded - hundredths) > 5e-11  # noqa: PLR2004 - of floats


def _number(value: float) -> str:
    """Return four significant digits, never fewer than the whole part has; thousands grouped."""
    if not 1 <= abs(value) < 1e9:  # noqa: PLR2004 - beyond it figures would fill the line
        return f"{value:.{_SIGNIFICANT}g}"
    decimals = max(0, _SIGNIFICANT - len(str(int(abs(value)))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def _about(count: float) -> str:
    """Return an estimated count as exactly as it is known; below 0.1 it is none to speak of."""
    return f"{count:,.0f}" if count >= 10 else f"{count:.1f}"  # noqa: PLR2004 - two digits


def _chance(probability: float) -> str:
    """Return a probability after its sign; below a thousandth how small it is tells nobody more."""
    return f"= {_number(probability)}" if probability >= _RARE else f"< {_RARE}"


_RARE = 0.001


def _duration(seconds: float) -> str:
    if round(seconds, 1) < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


_CONVERSIONS: Mapping[str, Callable[[Any], str]] = {
    "pct": lambda value: _percent(float(value)),
    "num": lambda value: _number(float(value)),
    "about": lambda value: _about(float(value)),
    "dec": lambda value: f"{Decimal(str(value)).normalize():f}",
    "int": lambda value: f"{int(value):,}",
    "secs": lambda value: _duration(float(value)),
    "chance": lambda value: _chance(float(value)),
}
