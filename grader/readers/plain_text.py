"""Makes text written by untrusted code fit to be shown: no control characters, no direction tricks."""

import re
import unicodedata

# With two bytes as they are usually written, or the one byte of C1; what does not end, ends with its line.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # titles, links, the clipboard
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c\n]*(?:\x1b\\|\x9c)?"  # device strings
    r"|\x1b[ -/]*[0-~]?"
)
_KEPT = "\n\t"
# Cc control, Cf format (bidirectional overrides, zero width), Cs lone surrogates, Co private, Cn unassigned
_STRIPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS = "\u200c\u200d"  # honest in Persian, Hindi and emoji; harmless elsewhere


def plain_text(raw: bytes | str, *, limit: int) -> str:
    """Return at most ``limit`` characters of ``raw`` as readable text.

    Bytes are read as UTF-8 with replacements. Escape sequences, control, bidirectional and private
    characters go; tabs and line ends stay. A line rewritten with carriage returns or backspaces (a
    progress bar) is shown as it stood at the end.
    """
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    text = _ESCAPES.sub("", text[: limit * 4]).replace("\r\n", "\n").replace("\b", "\r")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    if "\r" in text:
        text = "\n".join(_final(line) for line in text.split("\n"))
    if not text.isascii() or not text.isprintable():
        text = "".join(c for c in text if _shown(c))
    return text[:limit]


def plain_line(raw: bytes | str, *, limit: int) -> str:
    """Return at most ``limit`` characters of ``raw`` on one line: a name cannot add a line to a message."""
    return " ".join(plain_text(raw, limit=limit).split())


def _final(line: str) -> str:
    """Return what a terminal shows of a line that was overwritten: its last part that is not blank."""
    parts = [part for part in line.split("\r") if part.strip()]
    return parts[-1] if parts else ""


def _shown(character: str) -> bool:
    return character in _KEPT or character in _JOINERS or unicodedata.category(character) not in _STRIPPED
