"""``grader data list``, ``fetch`` and ``verify``."""

from collections.abc import Callable
from pathlib import Path

import click

from grader.cli.help import ExplainedGroup
from grader.cli.language import spoken
from grader.cli.options import data_dir_option, language_option, quiet_option
from grader.cli.rendering import console, tell
from grader.coursefiles.load_course import find_course
from grader.datasets.catalogue import dataset, names
from grader.datasets.dataset import Dataset
from grader.datasets.locate import FileState, FileStatus, inspect_files
from grader.datasets.locate import verify as verify_files
from grader.datasets.own import own_dataset, own_names
from grader.model.errors import CourseError
from grader.model.message import Message
from grader.wiring import cache_folder, data_folder
from grader.words import say
from grader.words.mistake_words import nearest

Look = Callable[[Dataset, Path | None, Path], tuple[FileStatus, ...]]

_course = click.option("-C", "--course", type=click.Path(path_type=Path), metavar="DIR", help="help.course")


@click.group("data", cls=ExplainedGroup, help="help.data")
def command() -> None:
    """List, fetch and verify the datasets that assignments are about."""


@command.command("list", help="help.data.list")
@data_dir_option
@_course
@language_option
def list_data(data_dir: Path | None, course: Path | None) -> int:
    """Show every dataset, the course's own too, and whether its files are on this machine."""
    _print_states(_asked((), course), data_dir, inspect_files)
    return 0


@command.command("verify", help="help.data.verify")
@click.argument("wanted", metavar="[NAME]...", nargs=-1)
@data_dir_option
@_course
@language_option
def verify(wanted: tuple[str, ...], data_dir: Path | None, course: Path | None) -> int:
    """Check the SHA-256 of every file, the course's own too; exit 1 when one is absent or another."""
    return 0 if _print_states(_asked(wanted, course), data_dir, verify_files) else 1


@command.command("fetch", help="help.data.fetch")
@click.argument("wanted", metavar="NAME...", nargs=-1, required=True)
@click.option("--mirror", metavar="URL", help="help.mirror")
@quiet_option()
@language_option
def fetch_data(wanted: tuple[str, ...], mirror: str | None, *, quiet: bool) -> int:
    """Download datasets from their public homes; a broken-off download goes on where it stopped."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from grader.datasets.fetch import fetch

    chosen = [_published(name) for name in wanted]
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), disable=quiet, transient=True) as bar:
        for one in chosen:
            rows: dict[str, object] = {}

            def show(name: str, received: int, total: int, rows: dict[str, object] = rows) -> None:
                if name not in rows:
                    rows[name] = bar.add_task(name, total=None)
                bar.update(rows[name], completed=received, total=total or None)  # type: ignore[arg-type]

            for path in fetch(one, cache_folder(), show, mirror=mirror):
                tell(say("datafile.fetched", name=one.name, path=str(path)))
    return 0


def _asked(wanted: tuple[str, ...], course: Path | None) -> tuple[Dataset, ...]:
    """Return the datasets called ``wanted``, or all: those of the catalogue, then the course's own.

    Raises:
        CourseError: an unknown name, no course at ``course``, or mistakes in an own ``dataset.toml``.
    """
    root = _course_in_sight(course)
    own = {} if root is None else {name: root / "assignments" / name for name in own_names(root)}
    if not wanted:
        return (*map(dataset, names()), *map(own_dataset, own.values()))
    for name in set(wanted) - {*own, *names()}:
        if (near := nearest(name, own)) is not None:
            raise CourseError(say("unknown-dataset-near-miss", name=name, near=near))
    return tuple(own_dataset(own[name]) if name in own else dataset(name) for name in wanted)


def _published(name: str) -> Dataset:
    """Return the dataset called ``name`` that can be fetched.

    Raises:
        CourseError: there is none, or it is the own one of the course that is here.
    """
    root = _course_in_sight(None)
    if root is not None and name in own_names(root) and name not in names():
        folder = root / "assignments" / name / "data"
        raise CourseError(say("own-data-not-fetched", name=name, folder=str(folder)))
    return dataset(name)


def _course_in_sight(course: Path | None) -> Path | None:
    """Return the course that is meant; None where none was named and none is here."""
    try:
        return find_course(course or Path())
    except CourseError:
        if course is not None:
            raise
        return None


def _print_states(wanted: tuple[Dataset, ...], data_dir: Path | None, look: Look) -> bool:
    """Print one row per file and return whether all are there as published."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for key in ("name", "file", "state"):
        table.add_column(say(f"datafile.{key}").told_in(spoken()))
    well = True
    for one in wanted:
        if not one.files:
            table.add_row(one.name, "", say("datafile.builtin").told_in(spoken()))
        for status in look(one, data_folder(data_dir), cache_folder()):
            sound = status.state is FileState.SOUND or status.file.in_runtime is not None
            well = well and sound
            table.add_row(one.name, status.file.name, Text(_told(one, status).told_in(spoken())))
    console().print(table)
    return well


def _told(one: Dataset, status: FileStatus) -> Message:
    if status.file.in_runtime is not None:
        return say("datafile.in_runtime")
    if status.state is FileState.SOUND:
        return say("datafile.hidden" if status.file.hidden else "datafile.ok", path=str(status.path))
    if one.folder is not None:
        return _told_of_own(one, status)
    if status.state is FileState.CORRUPT:
        return say("datafile.corrupt", path=str(status.path))
    if not status.file.mirrors:
        return say("doctor.missing_private")
    return say("datafile.absent", name=one.name)


def _told_of_own(one: Dataset, status: FileStatus) -> Message:
    """Return what is wrong with a file of a course's own: nothing brings it but whoever gives the course."""
    if status.state is FileState.CORRUPT:
        return say("datafile.own_changed", path=str(status.path), found=status.sha256)
    home = one.private if status.file.hidden else one.folder
    key = "datafile.hidden_absent" if status.file.hidden else "datafile.own_absent"
    return say(key, folder=str(home))
