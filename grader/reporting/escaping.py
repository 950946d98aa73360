"""One function for each place where a student's words are written: there they are words, and no more.

HTML is Jinja's to escape and JSON json's; what a terminal, a build log, a spreadsheet, a Markdown page and an
XML file would take for a command, a formula or markup is taken care of here.
"""

import re
import unicodedata

from grader.reporting.cleaning import visible

# Variation selectors: printable, shown as nothing, and passed over by comparisons that follow a culture.
_SELECTORS = "[\ufe00-\ufe0f]*"
_COMMAND = re.compile(f":(?={_SELECTORS}:)")
# No two repetitions of the same characters side by side: they would share a run in every possible way.
_OLD_COMMAND = re.compile(rf"#(?={_SELECTORS}#{_SELECTORS}(?:\w+{_SELECTORS})?\[)")
_FORMULA = frozenset("=+-@\u2212")
# Where the comma is decimal, as in Brazil, a spreadsheet begins a new cell after a semicolon.
# Quotes there vanish with the cell's own.
_ATTACHMENT = re.compile(r"\[\s*\[(?=\s*attachment)", re.IGNORECASE)
_NEXT_CELL = re.compile(r"(?<=[;|])([\s\"']*)([^\s\"'])")
# The last three: what links by itself, what would begin a list or a line, and the first figure of "1. ".
_MARKDOWN = re.compile(
    r"[\\`*_{}\[\]<>&|~$!@#^]|:(?=\S)|(?<=www)\.|^[-+]|^[0-9](?=[0-9]{0,8}[.)](?:\s|$))", re.IGNORECASE
)
_MENTIONS = "@#"
_WORD_JOINER = "\u2060"


def for_terminal(text: str) -> str:
    """Return ``text`` for a terminal or a build log: it moves no cursor and gives no command.

    What cannot be seen becomes U+FFFD. Build services obey lines that say ``::error::`` or, anywhere,
    ``##[group]``, ``##vso[…]``, ``##teamcity[…]``; those marks are pulled apart with a space.
    """
    shown = "".join(c if c == "\n" or c.isprintable() else "\ufffd" for c in visible(text, instead="\ufffd"))
    return _OLD_COMMAND.sub("# ", _COMMAND.sub(": ", shown))


def one_line(text: str) -> str:
    """Return ``text`` on one line, without what cannot be seen, runs of spaces made one."""
    return " ".join(visible(" ".join(text.split())).split())


def for_csv(text: str) -> str:
    """Return ``text`` as a cell that no spreadsheet takes for a formula: after ``'`` where one might.

    One might where it begins with ``=``, ``+``, ``-`` or ``@``, in any width or size, or with a tab or a
    line's end; and so does what would be the next cell to a program that takes semicolons for the ends of
    cells. Numbers are not to be sent through here: they stay numbers.
    """
    cell = _NEXT_CELL.sub(lambda found: found[1] + _as_text(found[2]), one_line(text))
    return f"'{cell}" if text[:1] in ("\t", "\r", "\n") else _as_text(cell)


def _as_text(cell: str) -> str:
    first = unicodedata.normalize("NFKC", cell[:1])[:1]
    return f"'{cell}" if first in _FORMULA else cell


def for_markdown(text: str) -> str:
    """Return ``text`` as one line of Markdown that shows it: no markup, no link, no mention, no new cell.

    Every sign that could mean something is written as a character reference; a word joiner after ``@`` and
    ``#`` keeps GitHub from telling people and issues of the same name.
    """
    return _MARKDOWN.sub(_referenced, one_line(text))


def _referenced(found: re.Match[str]) -> str:
    sign = found[0]
    return f"&#{ord(sign)};" + (_WORD_JOINER if sign in _MENTIONS else "")


def for_xml(text: str) -> str:
    """Return ``text`` without the characters that XML 1.0 forbids; what writes the XML escapes the others.

    GitLab and Jenkins take ``[[ATTACHMENT|path]]`` anywhere in a report as an order to publish that file: the
    brackets are put apart.
    """
    return _ATTACHMENT.sub("[ [", visible(text))


def for_annotation(text: str) -> str:
    """Return ``text`` as the message of a workflow command: on one line, nothing in it ends the message."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def for_annotation_property(text: str) -> str:
    """Return ``text`` as a property of a workflow command, which also ``:`` and ``,`` would end."""
    return for_annotation(text).replace(":", "%3A").replace(",", "%2C")
