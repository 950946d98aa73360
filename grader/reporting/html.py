"""Pages as HTML: one self-contained file each, both languages inside, no script, nothing fetched.

Three fences stand around a student's words: every value is escaped, invisible and reordering characters
are taken out on the way, and the page's own Content-Security-Policy forbids scripts, frames, forms and
every address but ``data:`` images; even styles only by the digest of our style sheet.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from grader.model.message import Language, Message
from grader.model.result import Grading, SubmissionResult
from grader.reporting.cleaning import visible
from grader.reporting.index_view import index_view
from grader.reporting.printed_view import printed
from grader.reporting.student_view import below_root, student_view
from grader.words.catalogue import phrase, say

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


_PAGE_BYTES = 60_000
"""What a page takes, the program's figures apart; what it printed gets what the rest leaves of this."""

_FRAME = 1200
"""The section around the printed words takes less than this."""

_PRINTED = "<!--printed-->"
"""Where the printed words go. No text of a student can hold it: its ``<`` would be escaped."""


def student_page(
    grading: Grading,
    result: SubmissionResult,
    language: Language,
    figures: Mapping[str, bytes] | None = None,
) -> str:
    """Return the page of one submission; it opens in ``language`` and holds both.

    It says nothing of when it was made: graded again with the same outcome, a page is the same bytes.

    ``figures`` maps the names in ``result.shown.picture.figures`` to the files as the program left them; what
    is no sane PNG is left off, and the page says so. Without figures a page takes at most 60 KB as long
    as all but the printed words take at most 54 KB.
    """
    view = student_view(grading, result, figures or {})
    page = _render("student.html", language, view=view, heading=view.heading.told_in(language))
    room = _PAGE_BYTES - _FRAME - len(page.encode()) + sum(map(len, view.figures))
    log = below_root(result, result.log) if result.log else ""
    section = _render("printed.html", language, printed=printed(result.shown.output, log, room))
    return page.replace(_PRINTED, section, 1)


def index_page(grading: Grading, language: Language) -> str:
    """Return the class page, students by assignments; it opens in ``language`` and holds both."""
    view = index_view(grading)
    return _render("index.html", language, view=view, heading=view.heading.told_in(language))


def _render(template: str, language: Language, **values: Any) -> str:
    return (
        _environment()
        .get_template(template)
        .render(language=language.value, page_language=language, **values)
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("grader.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    style = resources.files("grader.reporting").joinpath("templates/style.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals.update(style=Markup(style), style_digest=digest, say=say, phrase=phrase)  # noqa: S704 - our own file
    environment.filters["t"] = _told
    return environment


def _finalized(value: Any) -> Any:
    """Take invisible and reordering characters out of every text that was not written by us."""
    return visible(value) if type(value) is str else value


def _told(message: Message | str) -> "Markup":
    """Return a message, or the catalogue's entry of that key, as markup.

    Once when both languages agree, else each in a span of its language.
    """
    return _entry(message) if isinstance(message, str) else _spans(message)


@cache
def _entry(key: str) -> "Markup":
    return _spans(say(key))


def _spans(message: Message) -> "Markup":
    from markupsafe import Markup, escape

    portuguese, english = escape(visible(message.pt)), escape(visible(message.en))
    if portuguese == english:
        return portuguese
    # Both were escaped above; the rest is a literal.
    return Markup(f'<span lang="pt-BR">{portuguese}</span><span lang="en">{english}</span>')  # noqa: S704
