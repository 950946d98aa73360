"""The pages of ``grader explain`` as a terminal or a Markdown reader shows them."""

import textwrap
from collections.abc import Iterator

from grader.model.message import Language
from grader.reporting.printed_view import shortened
from grader.words import phrase
from grader.words.explain import Page, find_page, names

_INDENT = "  "
_NAMES_WIDE = 14


def page_text(page: Page, language: Language, *, width: int) -> str:
    """Return ``page`` as plain text, no line longer than ``width`` but for words that are."""
    title = f"{page.name} · {page.title}"
    lines = [*textwrap.wrap(title, width), "=" * min(width, len(title)), ""]
    for heading, body in _sections(page, language):
        lines += [heading, *(_wrapped(body, width)), ""]
    return "\n".join(lines).rstrip() + "\n"


def page_markdown(page: Page, language: Language) -> str:
    """Return ``page`` as Markdown."""
    lines = [f"# {page.name} · {page.title}", ""]
    for heading, body in _sections(page, language):
        lines += [f"## {heading}", "", body, ""]
    return "\n".join(lines).rstrip() + "\n"


def listing(language: Language, *, width: int, markdown: bool = False) -> str:
    """Return every name that has a page: checks and audits, then the codes by hundred."""
    lines: list[str] = [] if markdown else [phrase("explain.list", language), ""]
    for heading, entries in _groups(language):
        lines += [f"## {heading}", ""] if markdown else textwrap.wrap(heading, width)
        for name, what in entries:
            if markdown:
                lines.append(f"* `{name}`: {what}")
            else:
                room = width - len(_INDENT) - _NAMES_WIDE
                lines.append(f"{_INDENT}{name:<{_NAMES_WIDE}}{shortened(what, room)}")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _sections(page: Page, language: Language) -> Iterator[tuple[str, str]]:
    """Yield the headings and texts of one page, in order."""
    if page.sentence is not None:
        fields = [phrase("explain.fields", language)] if "{" in page.sentence else []
        general = [phrase("explain.general", language)] if page.general else []
        told = "\n\n".join((page.sentence, " ".join((*fields, *general)))).strip()
        yield phrase("explain.sentence", language), told
    for part, text in page.parts.items():
        yield phrase(f"explain.{part}", language), text
    if page.covers:
        yield phrase("explain.covers", language), ", ".join(page.covers)
    if page.see:
        yield phrase("explain.see", language), ", ".join(f"`grader explain {name}`" for name in page.see)


def _wrapped(body: str, width: int) -> Iterator[str]:
    for number, paragraph in enumerate(body.split("\n\n")):
        if number:
            yield ""
        yield from textwrap.wrap(
            paragraph,
            width,
            initial_indent=_INDENT,
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _groups(language: Language) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    pages = [page for name in names() if (page := find_page(name, language)) is not None]
    named = [(page.name, page.title) for page in pages if not page.name.startswith("GR")]
    yield phrase("explain.list.named", language), named
    for hundred in (page for page in pages if page.name.endswith("xx")):
        codes = [p for p in pages if p.sentence is not None and p.name[:3] == hundred.name[:3]]
        yield f"{hundred.name} · {hundred.title}", [(p.name, _one_line(p)) for p in codes]


def _one_line(page: Page) -> str:
    return " ".join((page.sentence or "").split())
