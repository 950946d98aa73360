"""How messages show what stands in a course's file or an archive's table of contents."""

from typing import Any

_SHOWN = 60


def check_label(check: Any, number: int) -> str:
    """Return how a message names a check: by its id, else by its number in the file, from 1."""
    named = check.get("id") if isinstance(check, dict) else None
    return f"check.{legible(named)}" if isinstance(named, str) and named else f"check.{number}"


def legible(text: str, longest: int = _SHOWN) -> str:
    """Return ``text`` on one line, cut to ``longest``, what cannot be seen escaped."""
    seen = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: longest + 1])
    return seen if len(seen) <= longest else seen[: longest - 1] + "…"


def shown(value: Any) -> str:
    """Return ``value`` as TOML writes it, cut to what fits a line of a terminal."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, dict):
        text = "{" + ", ".join(map(str, value)) + "}"
    elif isinstance(value, list):
        text = f"[{', '.join(_inside(one) for one in value[:_SHOWN])}]"
    else:
        text = f'"{value}"' if isinstance(value, str) else str(value)
    return legible(text)


def _inside(value: Any) -> str:
    """Return one value of a list; what it holds itself is not walked, however deep it is."""
    return "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else shown(value)
