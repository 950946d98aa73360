"""``--format``: results on stdout as text, for programs, or for a build service."""

import os
import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.cli.language import spoken

if TYPE_CHECKING:
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


def print_class(grading: "Grading", shape: str, as_text: Callable[[], None]) -> None:
    """Print the results of a class in one of the formats; ``as_text`` prints the text."""
    from grader.reporting.annotations import class_annotations
    from grader.reporting.markdown import class_markdown

    match shape:
        case "text":
            as_text()
        case "github":
            summary = class_markdown(grading, spoken(), most_bytes=_SUMMARY_BYTES)
            print_for_github(class_annotations(grading, spoken()), as_text, summary=summary)
        case _:
            _print_exported(grading, shape)


def print_submission(grading: "Grading", shape: str, as_text: Callable[[], None], *, file: str) -> None:
    """Print the result of the only submission of ``grading``, which lies in ``file``."""
    from grader.reporting.annotations import submission_annotations
    from grader.reporting.junit import junit_xml
    from grader.reporting.markdown import submission_markdown

    result = grading.submissions[0]
    match shape:
        case "text":
            as_text()
        case "github":
            summary = submission_markdown(grading, result, spoken())
            print_for_github(submission_annotations(result, spoken(), file), as_text, summary=summary)
        case "junit":
            click.echo(junit_xml(grading, spoken(), file=file), nl=False)
        case "md":
            click.echo(submission_markdown(grading, result, spoken()), nl=False)
        case _:
            _print_exported(grading, shape)


def _print_exported(grading: "Grading", shape: str) -> None:
    from grader.wiring import exporters

    click.echo(exporters()[shape](grading, spoken()).decode(), nl=False)


def print_for_github(annotations: Iterable[str], as_text: Callable[[], None], *, summary: str) -> None:
    """Print annotations, then the text with nothing in it obeyed; ``summary`` goes to the page of the job."""
    for line in annotations:
        click.echo(line)
    _print_without_commands(as_text)
    _add_to_job_summary(summary)


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
