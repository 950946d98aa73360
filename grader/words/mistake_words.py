"""How a message about somebody's mistake shows what was written, and what may have been meant."""

import difflib
from collections.abc import Iterable
from typing import Any

from grader.model.message import NOTHING, Message
from grader.words.catalogue import say

_SHOWN = 60


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that somebody may have meant by ``name``; None where none is close."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def near_miss(name: str, candidates: Iterable[str]) -> Message:
    """Return ``; did you mean 'x'?`` for the closest candidate, or nothing."""
    near = nearest(name, candidates)
    return NOTHING if near is None else say("hint.near", name=near)


def check_label(check: Any, number: int) -> str:
    """Return how a message names a check: by its id, else by its number in the file, from 1."""
    own_id = check.get("id") if isinstance(check, dict) else None
    return f"check.{legible(own_id)}" if isinstance(own_id, str) and own_id else f"check.{number}"


def legible(text: str, longest: int = _SHOWN) -> str:
    """Return ``text`` on one line, cut to ``longest``, what cannot be seen escaped."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: longest + 1])
    return line if len(line) <= longest else line[: longest - 1] + "…"


def shown(value: Any) -> str:
    """Return ``value`` as TOML writes it, cut to what fits a line of a terminal."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, dict):
        text = "{" + ", ".join(map(str, value)) + "}"
    elif isinstance(value, list):
        text = f"[{', '.join(_inside(item) for item in value[:_SHOWN])}]"
    else:
        text = f'"{value}"' if isinstance(value, str) else str(value)
    return legible(text)


def _inside(value: Any) -> str:
    """Return one value of a list; what it holds itself is not walked, however deep it is."""
    return "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else shown(value)
