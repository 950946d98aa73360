"""``grader explain CODE``: what a code, a check or an audit means, and what to do."""

import shutil

import click

from grader.cli.help import Explained
from grader.cli.language import spoken
from grader.cli.options import format_of, language_option
from grader.model.errors import CourseError
from grader.model.message import Language
from grader.reporting.explained import listing, page_markdown, page_text
from grader.words import say
from grader.words.explain import Page, find_page, names
from grader.words.mistake_words import near_miss

_WIDEST = 88
_NARROWEST = 40


@click.command("explain", cls=Explained, help="help.explain")
@click.argument("wanted", nargs=-1, metavar="[CODE]...")
@format_of("text", "md")
@language_option
def command(*, wanted: tuple[str, ...], form: str) -> int:
    """Explain each CODE: a code of the grader (GR203), a kind of check (metric) or an audit (pair).

    Without CODE, list them all.
    """
    language, width = spoken(), _width()
    if not wanted:
        click.echo(listing(language, width=width, markdown=form == "md"), nl=False)
        return 0
    pages = [_page(name, language) for name in wanted]
    shown = [
        page_markdown(page, language) if form == "md" else page_text(page, language, width=width)
        for page in pages
    ]
    click.echo("\n".join(shown), nl=False)
    return 0


def _page(name: str, language: Language) -> Page:
    page = find_page(name, language)
    if page is None:
        raise CourseError(say("unknown-explain-topic", name=name, hint=near_miss(name, names())))
    return page


def _width() -> int:
    return min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size((_WIDEST, 24)).columns))
