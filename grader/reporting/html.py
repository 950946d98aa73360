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
from grader.reporting.student_view import student_view
from grader.words.catalogue import phrase, say

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def student_page(
    grading: Grading,
    result: SubmissionResult,
    language: Language,
    figures: Mapping[str, bytes] | None = None,
) -> str:
    """Return the page of one submission; it opens in ``language`` and holds both.

    ``figures`` maps the names in ``result.picture.figures`` to the files as the program left them; what
    is no sane PNG is left off, and the page says so. Without figures a page stays below 60 KB.
    """
    return _render("student.html", language, student_view(grading, result, figures or {}))


def index_page(grading: Grading, language: Language) -> str:
    """Return the class page, students by assignments; it opens in ``language`` and holds both."""
    return _render("index.html", language, index_view(grading))


def _render(template: str, language: Language, view: Any) -> str:
    heading = view.heading.told_in(language)
    return (
        _environment()
        .get_template(template)
        .render(view=view, language=language.value, page_language=language, heading=heading)
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
    """Return a message as markup: once when both languages agree, else each in a span of its language."""
    from markupsafe import Markup

    if isinstance(message, str):
        message = say(message)
    if message.pt == message.en:
        return Markup("{}").format(visible(message.pt))
    spans = '<span lang="pt-BR">{}</span><span lang="en">{}</span>'
    return Markup(spans).format(visible(message.pt), visible(message.en))
