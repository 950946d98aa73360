"""The options that mean the same in every command."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from grader.cli.language import language_of, speak
from grader.cli.rendering import tell
from grader.coursefiles.load_course import choose_assignments, find_course, load_course
from grader.coursefiles.units import parse_duration, parse_size
from grader.model.assignment import Assignment, Course
from grader.model.errors import CourseError
from grader.orchestration.tools import Options
from grader.words import say

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _speak(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001 - click's
    speak(language_of(value))
    return value


def language_option(function: Decorated) -> Decorated:
    """Add ``--lang``, which takes effect before anything is said."""
    option = click.option(
        "--lang",
        type=click.Choice(["pt-BR", "en"]),
        callback=_speak,
        is_eager=True,
        expose_value=False,
        help="help.lang",
    )
    return option(function)


def course_options(function: Decorated) -> Decorated:
    """Add ``-C``, ``-a`` and ``--lang``."""
    for option in (
        language_option,
        click.option(
            "-a", "--assignment", "assignments", multiple=True, metavar="SLUG", help="help.assignment"
        ),
        click.option(
            "-C",
            "--course",
            "course_folder",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="help.course",
        ),
    ):
        function = option(function)
    return function


def machine_options(function: Decorated) -> Decorated:
    """Add what chooses sandbox, GPU, data and limits."""
    for option in (
        click.option("--memory", metavar="M", help="help.memory"),
        click.option("--timeout", metavar="T", help="help.timeout"),
        click.option("--gpu", default="auto", metavar="G", help="help.gpu"),
        click.option(
            "--sandbox",
            default="auto",
            metavar="NAME",
            help="help.sandbox",
        ),
        click.option("--data-dir", type=click.Path(path_type=Path), metavar="DIR", help="help.data_dir"),
        click.option("-q", "--quiet", is_flag=True, help="help.quiet"),
    ):
        function = option(function)
    return function


def course_and_assignments(
    folder: Path | None, slugs: tuple[str, ...]
) -> tuple[Course, tuple[Assignment, ...]]:
    """Return the course at ``folder`` (or upward from here) and the assignments asked for.

    Raises:
        CourseError: no course, mistakes in it, or an unknown assignment.
    """
    from grader.wiring import known_names

    course = load_course(find_course(folder or Path()), known_names())
    return course, choose_assignments(course, slugs)


def warn_without_sandbox(name: str) -> None:
    """Say so when ``--sandbox`` asks for none."""
    if name == "none":
        tell(say("sandbox-switched-off"))


def limits_from(timeout: str | None, memory: str | None) -> Options:
    """Return options with the limits of ``--timeout`` and ``--memory``.

    Raises:
        CourseError: one of them is not a time or a size.
    """
    seconds = memory_bytes = None
    try:
        seconds = parse_duration(timeout) if timeout else None
    except ValueError:
        raise CourseError(_misread("timeout", timeout, "20 min, 90 s")) from None
    try:
        memory_bytes = parse_size(memory) if memory else None
    except ValueError:
        raise CourseError(_misread("memory", memory, "4 GiB, 512 MiB")) from None
    return Options(timeout_seconds=seconds, memory_bytes=memory_bytes)


def _misread(option: str, value: str | None, examples: str) -> Any:
    return say("option-value-not-understood", option=option, value=repr(value), examples=examples)
