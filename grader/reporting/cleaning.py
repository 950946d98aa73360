"""Makes what a program printed fit to be shown: plain text that nothing interprets any more."""

import re
import unicodedata
from functools import cache

CAP_BYTES = 1024 * 1024
"""No cleaned text is longer than this in UTF-8."""

_ESCAPES = re.compile(
    r"(?P<erase>(?:\x1b\[|\x9b)[0-2]?K)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # window titles, links
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c\n]*(?:\x1b\\|\x9c)?"  # device strings
    r"|\x1b[ -/]*[0-~]?"
)
_ERASE = "\x00"

# Every control (Cc), format (Cf) and separator that a reader cannot see or that reorders what is read,
# except the tab and the newline; tests/unit/reporting compares this with the Unicode database.
_UNSEEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_HIDDEN = re.compile(f"[{_UNSEEN}]")
_MOST_MARKS = 6
"""Set above and below one letter; more than any writing has is drawn over what stands around."""
_MARKED_UP_TO = 0x20000
_SURROGATES = re.compile("[\ud800-\udfff]")
_ALL_BUT_MOVES = re.compile(
    f"[{_UNSEEN}]".replace("\x00-\x08", "\x01-\x07").replace("\x0b-\x1f", "\x0b\x0c\x0e-\x1f")
)
_MOVES = re.compile("(\r+|\b+|\x00+)")

_NOISE = re.compile(
    r"WARNING: All log messages before absl"
    r"|[IWEF]0000 "
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] (?:tensorflow|external|xla)/"
    r"|To enable the following instructions: "
)


def clean_text(raw: bytes | str) -> str:
    """Return ``raw`` as plain text, at most 1 MiB in UTF-8, as a person at a terminal would have read it.

    Bytes are read as UTF-8, what is not UTF-8 becomes U+FFFD. Terminal escapes, control characters,
    bidirectional and invisible characters are gone; carriage returns and backspaces overwrite as they do
    on a terminal, so a progress bar is one line. Lines that TensorFlow's own start-up logs are left out.
    """
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    text = replace_surrogates(text).replace("\r\n", "\n").replace("\x00", "")
    text = _ESCAPES.sub(lambda found: _ERASE if found["erase"] else "", text)
    text = _ALL_BUT_MOVES.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    lines = (_settled(line) for line in text.split("\n"))
    return _capped(_without_towers("\n".join(line for line in lines if not _NOISE.match(line))))


def visible(text: str, *, instead: str = "") -> str:
    """Return ``text`` with ``instead`` of each control, bidirectional and invisible character; no surrogates.

    For names and messages: unlike :func:`clean_text` nothing is cut, filtered or overwritten, but for towers
    of marks upon one letter, which would be drawn over what stands around.
    """
    return _without_towers(_HIDDEN.sub(instead, replace_surrogates(text)))


def _without_towers(text: str) -> str:
    return text if text.isascii() else _towers().sub(r"\1", text)


@cache
def _towers() -> re.Pattern[str]:
    """Return what finds more marks in a row than stay, of every script: the database has them scattered."""
    marks = "".join(c for c in map(chr, range(_MARKED_UP_TO)) if unicodedata.category(c) in ("Mn", "Me"))
    return re.compile(f"([{marks}]{{{_MOST_MARKS}}})[{marks}]+")


def replace_surrogates(text: str) -> str:
    """Return ``text`` with U+FFFD for lone surrogates, so that it can be written as UTF-8."""
    return _SURROGATES.sub("\ufffd", text)


def _settled(line: str) -> str:
    """Return what stays visible of a line after its carriage returns, backspaces and erasures."""
    if not _MOVES.search(line):
        return line
    # One pass over a list of characters: a line of a million carriage returns costs no more than its length.
    cells: list[str] = []
    at = 0
    for piece in _MOVES.split(line):
        match piece[:1]:
            case "\r":
                at = 0
            case "\b":
                at = max(0, at - len(piece))
            case "\x00":
                del cells[at:]
            case _:
                cells[at : at + len(piece)] = piece
                at += len(piece)
    return "".join(cells)


def _capped(text: str) -> str:
    if len(text) * 4 <= CAP_BYTES:
        return text
    encoded = text.encode()
    return text if len(encoded) <= CAP_BYTES else encoded[:CAP_BYTES].decode("utf-8", "ignore")
