"""The options that mean the same in every command."""

import functools
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from grader.cli.language import speak_as_chosen, speak_as_course
from grader.cli.rendering import tell
from grader.model.errors import CourseError
from grader.words import say

if TYPE_CHECKING:  # a command says its first word before these are loaded
    from grader.model.assignment import Assignment, Course
    from grader.orchestration.cluster import AskedCluster
    from grader.orchestration.means import Means, Options

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
_MOST_JOBS = 64


def _speak(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001 - click's
    speak_as_chosen(value)
    return value


class Percentage(click.FloatRange):
    """A number from 0 to 100; "nan", which is within any range, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number, or fail as for one outside."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(str(value), param, ctx)
        return number


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCourse:
    """What ``-C`` and ``-a`` say: which course, and which of its assignments."""

    folder: Path | None
    slugs: tuple[str, ...]

    def load(self) -> "tuple[Course, tuple[Assignment, ...]]":
        """Return the course and the assignments asked for.

        Raises:
            CourseError: no course, mistakes in it, or an unknown assignment.
        """
        return course_and_assignments(self.folder, self.slugs)

    def one(self, slug: str) -> "tuple[Course, Assignment]":
        """Return the course and its assignment ``slug``.

        Raises:
            CourseError: no course, mistakes in it, or an unknown assignment.
        """
        course, chosen = course_and_assignments(self.folder, (slug, *self.slugs))
        return course, next(assignment for assignment in chosen if assignment.slug == slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTls:
    """The files that secure connections to other machines; None: what dask's own settings name."""

    ca_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMachine:
    """What was asked of the machine: sandbox, GPU, data and limits; the same in every command."""

    sandbox: str = "auto"
    data_dir: Path | None = None
    gpu: str = "auto"
    timeout: str | None = None
    memory: str | None = None
    quiet: bool = False
    plain_fit: bool = False
    warm: bool | None = None
    """``--cold`` said on purpose (False) also leaves ``fit`` as it is written."""
    by_need: bool = False
    """Nothing can be confined here: ``none`` is what is left, nobody asked for it, and it was told."""
    cluster: "AskedCluster | None" = None
    """Other machines that the runs are made on."""

    def on(self, scheduler: str | None, tls: AskedTls) -> "AskedMachine":
        """Return it with the machines of ``scheduler``, where one was asked for, to make the runs."""
        if scheduler is None:
            return self
        from grader.orchestration.cluster import AskedCluster

        files = {"ca_file": tls.ca_file, "certificate": tls.certificate, "key": tls.key}
        return replace(self, cluster=AskedCluster(scheduler=scheduler, **files))

    @contextmanager
    def open_grader(
        self, place: Path, *, private: tuple[Path, ...] = (), serial: bool = False, **asked: Any
    ) -> "Iterator[Means]":
        """Open the store at ``place`` with all that a grading needs; ``asked`` are further options.

        Raises:
            CourseError: a limit cannot be read, or an unknown sandbox is asked for.
            SandboxUnavailable: no working sandbox; nothing is run.
            StorageError: the folder cannot be written, or another grading holds it.
        """
        from grader.cli.progress import progress_for
        from grader.wiring import Request, open_grader

        limits = limits_from(self.timeout, self.memory)
        options = replace(limits, joins_batches=not self.plain_fit and self.warm is not False, **asked)
        request = Request(
            sandbox=self.sandbox,
            data_dir=self.data_dir,
            gpu=self.gpu,
            warm=bool(self.warm),
            private=private,
            cluster=self.cluster,
        )
        if self.sandbox == "none" and not self.by_need:
            tell(say("sandbox-switched-off"))
        with open_grader(
            place, request, options, progress=progress_for(quiet=self.quiet), serial=serial
        ) as means:
            yield means


def course_options(function: Decorated) -> Decorated:
    """Add ``-C``, ``-a`` and ``--lang``; the command gets ``course``, an :class:`AskedCourse`."""
    gathered = _gathering(
        function, "course", AskedCourse, {"course_folder": "folder", "assignments": "slugs"}
    )
    for option in (
        language_option,
        click.option(
            "-a", "--assignment", "assignments", multiple=True, metavar="SLUG", help="help.assignment"
        ),
        folder_option("course_folder"),
    ):
        gathered = option(gathered)
    return gathered


def machine_options(function: Decorated) -> Decorated:
    """Add what chooses sandbox, GPU, data and limits: ``machine``, an :class:`AskedMachine`."""
    names = ("sandbox", "data_dir", "gpu", "timeout", "memory", "quiet", "plain_fit", "warm")
    gathered = _gathering(function, "machine", AskedMachine, {name: name for name in names})
    for option in (
        click.option("--plain-fit", is_flag=True, help="help.plain_fit"),
        click.option("--memory", metavar="M", help="help.memory"),
        click.option("--timeout", metavar="T", help="help.timeout"),
        click.option("--gpu", default="auto", metavar="G", help="help.gpu"),
        click.option("--warm/--cold", default=None, help="help.warm"),
        sandbox_option(),
        data_dir_option,
        quiet_option(),
    ):
        gathered = option(gathered)
    return gathered


def folder_option(name: str) -> Callable[[Decorated], Decorated]:
    """Add ``-C``, handed over as ``name``."""
    return click.option(
        "-C", "--course", name, type=click.Path(path_type=Path), metavar="DIR", help="help.course"
    )


def quiet_option(about: str = "help.quiet") -> Callable[[Decorated], Decorated]:
    """Add ``-q``, explained by the words ``about``."""
    return click.option("-q", "--quiet", is_flag=True, help=about)


def sandbox_option(about: str = "help.sandbox") -> Callable[[Decorated], Decorated]:
    """Add ``--sandbox``, explained by the words ``about``."""
    return click.option("--sandbox", default="auto", metavar="NAME", help=about)


def data_dir_option(function: Decorated) -> Decorated:
    """Add ``--data-dir``."""
    folder = click.Path(path_type=Path)
    return click.option("--data-dir", type=folder, metavar="DIR", help="help.data_dir")(function)


def jobs_option(default: int, *also: str) -> Callable[[Decorated], Decorated]:
    """Add ``-j``, which is called ``also`` by others."""
    kind = click.IntRange(1, _MOST_JOBS)
    return click.option(
        "-j", "--jobs", *also, "jobs", type=kind, metavar="N", default=default, help="help.jobs"
    )


def tls_options(function: Decorated) -> Decorated:
    """Add the files of TLS: the command gets ``tls``, an :class:`AskedTls`; named as dask names them."""
    gathered = _gathering(
        function, "tls", AskedTls, {"tls_ca_file": "ca_file", "tls_cert": "certificate", "tls_key": "key"}
    )
    file = click.Path(path_type=Path, exists=True, dir_okay=False)
    for name, about in (("key", "help.tls_key"), ("cert", "help.tls_cert"), ("ca-file", "help.tls_ca")):
        gathered = click.option(f"--tls-{name}", type=file, metavar="FILE", help=about)(gathered)
    return gathered


def scheduler_option(function: Decorated) -> Decorated:
    """Add ``--scheduler``."""
    return click.option("--scheduler", metavar="ADDRESS", help="help.scheduler")(function)


def format_of(*shapes: str) -> Callable[[Decorated], Decorated]:
    """Add ``--format`` with ``shapes`` to choose from, the first by default."""
    choice = click.Choice(list(shapes))
    return click.option("--format", "form", type=choice, default=shapes[0], help="help.format")


def _gathering(function: Decorated, name: str, kind: type[Any], fields: Mapping[str, str]) -> Decorated:
    """Return ``function`` that takes several options as one value of ``kind``, called ``name``."""

    @functools.wraps(function)
    def gathered(**given: Any) -> Any:
        value = kind(**{field: given.pop(option) for option, field in fields.items()})
        return function(**given, **{name: value})

    # click keeps the options that were added before beside the function.
    return cast("Decorated", gathered)


def course_and_assignments(
    folder: Path | None, slugs: tuple[str, ...]
) -> "tuple[Course, tuple[Assignment, ...]]":
    """Return the course at ``folder`` (or upward from here) and the assignments asked for.

    Mistakes in assignments that nobody asked for are told, and stop nothing.

    Raises:
        CourseError: no course, mistakes in it, or an unknown assignment.
    """
    from grader.coursefiles.load_course import choose_assignments, find_course, load_course
    from grader.wiring import known_names

    course = load_course(find_course(folder or Path()), known_names(), only=slugs)
    speak_as_course(course.language)
    for each in course.broken:
        tell(say("cli.left_out", name=each.slug, mistake=each.mistakes[0], count=len(each.mistakes)))
    return course, choose_assignments(course, slugs)


def limits_from(timeout: str | None, memory: str | None) -> "Options":
    """Return options with the limits of ``--timeout`` and ``--memory``.

    Raises:
        CourseError: one of them is not a time or a size.
    """
    from grader.coursefiles.units import parse_duration, parse_size
    from grader.orchestration.means import Options

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
