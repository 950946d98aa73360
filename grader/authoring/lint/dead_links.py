"""Links of statements and notebooks that lead nowhere, or to what students never get."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from grader.authoring.lint.look import Look
from grader.authoring.lint.student_files import Piece
from grader.model.flaw import Flaw
from grader.words import say

_FENCE = re.compile(r"^( *)(```+|~~~+)[^\n]*\n.*?(^\1\2[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(
    r"\]\(\s*<?([^()\s<>]+(?:\([^()\s]*\)[^()\s<>]*)?)>?(?:\s+[\"'(][^\n]*?)?\s*\)"  # [a](b), ![a](b "c")
    r"|^\s{0,3}\[[^\]\n]+\]:\s*<?(\S+?)>?(?:\s|$)"  # [a]: b
    r"|\b(?:src|href)\s*=\s*[\"']([^\"'\n]+)[\"']",  # <img src="b">
    re.MULTILINE | re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def dead_links(look: Look) -> Iterator[Flaw]:
    """Yield every link that a student could not follow; addresses in the net are not tried."""
    for file in look.given:
        if file.path.suffix.lower() not in (".md", ".ipynb") or file.path.parent != look.folder:
            continue
        for piece in file.pieces:
            if file.path.suffix.lower() == ".md" or not piece.code:
                yield from _dead(look, piece)


def links_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield every link of a Markdown text with its line; what stands in code is none."""
    blanked = _CODE.sub(_blank, _FENCE.sub(_blank, text))
    for found in _LINK.finditer(blanked):
        yield blanked.count("\n", 0, found.start(found.lastindex or 0)) + 1, found[found.lastindex or 0]


def within(target: str) -> bool:
    """Return whether a link leads to a file or a heading of ours, and not into the net."""
    return not _ELSEWHERE.match(target)


def headings(text: str) -> set[str]:
    """Return what can be linked to in a page: its headings as GitHub and GitLab name them, and its ids."""
    found: dict[str, int] = {}
    names = set(re.findall(r"\b(?:id|name)\s*=\s*[\"']([^\"'\n]+)[\"']", text))
    for title in re.findall(r"^#{1,6} +(.+?) *#*$", _FENCE.sub(_blank, text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).strip().lower()
        name = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        names.add(f"{name}-{found[name]}" if name in found else name)
        found[name] = found.get(name, 0) + 1
    return names


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _dead(look: Look, piece: Piece) -> Iterator[Flaw]:
    for line, target in links_of(piece.text):
        if not within(target):
            continue
        rule = _what_is_wrong(look, piece, target)
        if rule is not None:
            message = say(f"lint.{rule}", target=target, file=piece.file)
            yield Flaw(
                rule=rule, file=piece.file, line=line, cell=piece.cell, message=message, assignment=look.slug
            )


def _what_is_wrong(look: Look, piece: Piece, target: str) -> str | None:
    path, _, anchor = target.partition("#")
    path = unquote(path.partition("?")[0])
    linked = (look.folder / path).resolve() if path else look.course / piece.file
    if path.startswith("/") or not linked.exists():
        return "link-dead"
    if not linked.is_relative_to(look.folder.resolve()):
        return "link-outside"
    if anchor and linked.suffix.lower() == ".md" and piece.cell is None:
        text = linked.read_text(encoding="utf-8", errors="replace")
        return None if unquote(anchor).lower() in {name.lower() for name in headings(text)} else "link-dead"
    return None
