"""``--format``: results on stdout as text, for programs, or for a build service."""

import os
import secrets
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from grader.cli.language import spoken
from grader.model.message import Language
from grader.model.result import Grading

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_SUMMARY_BYTES = 1_000_000  # GitHub takes 1 MiB a step, and all or nothing


def format_option(function: Decorated) -> Decorated:
    """Add ``--format``."""
    option = click.option(
        "--format",
        "shape",
        type=click.Choice(["text", "json", "md", "github", "junit"]),
        default="text",
        help="help.format_results",
    )
    return option(function)


def print_class(grading: Grading, shape: str, as_text: Callable[[], None]) -> None:
    """Print the results of a class in one of the formats; ``as_text`` prints the text."""
    from grader.reporting.annotations import class_annotations
    from grader.reporting.junit import junit_xml
    from grader.reporting.markdown import class_markdown

    def markdown(language: Language, most_bytes: int | None) -> str:
        return class_markdown(grading, language, most_bytes=most_bytes)

    def annotations(language: Language) -> tuple[str, ...]:
        return class_annotations(grading, language)

    def junit(language: Language) -> str:
        return junit_xml(grading, language)

    _print(grading, shape, as_text, markdown=markdown, annotations=annotations, junit=junit)


def print_submission(grading: Grading, shape: str, as_text: Callable[[], None], *, file: str) -> None:
    """Print the result of the only submission of ``grading``, which lies in ``file``."""
    from grader.reporting.annotations import submission_annotations
    from grader.reporting.junit import junit_xml
    from grader.reporting.markdown import submission_markdown

    result = grading.submissions[0]

    def markdown(language: Language, most_bytes: int | None) -> str:  # noqa: ARG001 - a class may need it
        return submission_markdown(grading, result, language)

    def annotations(language: Language) -> tuple[str, ...]:
        return submission_annotations(result, language, file)

    def junit(language: Language) -> str:
        return junit_xml(grading, language, file=file)

    _print(grading, shape, as_text, markdown=markdown, annotations=annotations, junit=junit)


def _print(
    grading: Grading,
    shape: str,
    as_text: Callable[[], None],
    *,
    markdown: Callable[[Language, int | None], str],
    annotations: Callable[[Language], Iterable[str]],
    junit: Callable[[Language], str],
) -> None:
    match shape:
        case "json":
            from grader.reporting.results_json import results_json

            click.echo(results_json(grading), nl=False)
        case "junit":
            click.echo(junit(spoken()), nl=False)
        case "md":
            click.echo(markdown(spoken(), None), nl=False)
        case "github":
            for line in annotations(spoken()):
                click.echo(line)
            _print_without_commands(as_text)
            _add_to_job_summary(markdown(spoken(), _SUMMARY_BYTES))
        case _:
            as_text()


def _print_without_commands(as_text: Callable[[], None]) -> None:
    """Print the text while the build service obeys nothing: names and messages in it are students' words."""
    token = secrets.token_hex(16)
    click.echo(f"::stop-commands::{token}")
    as_text()
    click.echo(f"::{token}::")


def _add_to_job_summary(text: str) -> None:
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with open(path, "a", encoding="utf-8") as summary:  # noqa: PTH123 - its place is the service's choice
            summary.write(text)
