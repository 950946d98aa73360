"""``grader doctor``: what this machine can do, and the command that mends each gap."""

import json
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from grader.cli.help import Explained
from grader.cli.language import spoken
from grader.cli.options import data_dir_option, format_of, language_option, sandbox_option
from grader.cli.rendering import console, printable
from grader.coursefiles.load_course import find_course
from grader.datasets.catalogue import dataset, names
from grader.datasets.locate import FileState, inspect_files
from grader.files.own_folder import open_to_others
from grader.model.errors import CourseError, SandboxUnavailable
from grader.model.message import Message, Text
from grader.plugins.interfaces import Sandbox
from grader.running.bubblewrap.sandbox import BubblewrapSandbox
from grader.running.bubblewrap.why_no_bubblewrap import mend_of
from grader.running.machine import Gpu, list_gpus
from grader.running.probing.machine_needs import MENDS, machine_needs
from grader.running.probing.probes import all_probes
from grader.running.warm.trial import probe_warm_start
from grader.runtimes.catalogue import is_installed, runtime_spec
from grader.runtimes.catalogue import names as runtime_names
from grader.wiring import cache_folder, confines, data_folder, sandbox_called
from grader.words import phrase, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing looked at. ``needed``: without it nothing can be graded."""

    id: str
    what: Message
    well: bool
    state: Message
    needed: bool
    mend: str | None = None


@click.command("doctor", cls=Explained, help="help.doctor")
@data_dir_option
@sandbox_option("help.sandbox_to_try")
@format_of("text", "json")
@language_option
def command(*, data_dir: Path | None, sandbox: str, form: str) -> int:
    """Say what this machine can do. Exit status 2 when it cannot grade."""
    gpus = list_gpus()
    items = [
        *_sandbox(sandbox_called(sandbox), gpus),
        *_machine(),
        *_course(),
        _gpu(gpus),
        *_runtimes(gpus),
        *_data(data_folder(data_dir)),
    ]
    can_grade = all(item.well for item in items if item.needed)
    if form == "json":
        told = {"can_grade": can_grade, "items": [_plain(item) for item in items]}
        click.echo(json.dumps(told, indent=1))
    else:
        _print(items)
        verdict = "doctor.verdict_ok" if can_grade else "doctor.verdict_bad"
        click.echo(phrase(verdict, spoken()))
    return 0 if can_grade else 2


def _sandbox(sandbox: Sandbox, gpus: tuple[Gpu, ...]) -> Iterator[Item]:
    name = say("doctor.sandbox")
    if not confines(sandbox):
        yield Item(id="sandbox", what=name, well=False, state=say("sandbox-switched-off"), needed=True)
        return
    try:
        sandbox.probe()
        yield Item(id="sandbox", what=name, well=True, state=_works(sandbox), needed=True)
        for probed in all_probes(sandbox, [gpu.number for gpu in gpus]):
            what = say(f"probe.{probed.id}")
            mend = None if probed.well else _mend_of_wall(probed.id, sandbox)
            yield Item(id=probed.id, what=what, well=probed.well, state=probed.state, needed=True, mend=mend)
        if type(sandbox) is BubblewrapSandbox:  # nobody else's starts warm
            warm, what = probe_warm_start(sandbox), say("probe.warm-start")
            yield Item(id=warm.id, what=what, well=warm.well, state=warm.state, needed=False)
    except SandboxUnavailable as error:
        mend = mend_of(error.message.key, as_root=_as_root())
        yield Item(id="sandbox", what=name, well=False, state=error.message, needed=True, mend=mend)


def _mend_of_wall(probe: str, sandbox: Sandbox) -> str | None:
    """Return what mends a failed probe; of other engines only the machine's part is known."""
    known = isinstance(sandbox, BubblewrapSandbox) or probe == "cu-init"
    return mend_of(probe, as_root=_as_root()) if known else None


def _works(sandbox: Sandbox) -> Message:
    version = sandbox.version if isinstance(sandbox, BubblewrapSandbox) else ""
    mode = say("doctor.as_root" if _as_root() else "doctor.as_user")
    return say("doctor.sandbox_works", name=f"{sandbox.name} {version}".strip(), mode=mode)


def _machine() -> Iterator[Item]:
    """Yield what a grading needs beside the sandbox."""
    for probed in machine_needs(cache_folder()):
        mend = None if probed.well else MENDS.get(probed.id)
        power = "" if _as_root() or mend is None else "sudo "
        yield Item(
            id=probed.id,
            what=say(f"probe.{probed.id}"),
            well=probed.well,
            state=probed.state,
            needed=True,
            mend=None if mend is None else power + mend,
        )


def _course() -> Iterator[Item]:
    """Yield whether other users of this machine can read what the course here knows of its students."""
    try:
        course = find_course(Path())
    except CourseError:
        return
    for name, place in (("runs-folder", course / ".grader"), ("reports-folder", course / "reports")):
        try:
            mode = open_to_others(place)
        except OSError:
            continue
        yield Item(
            id=name,
            what=say(f"doctor.{name}"),
            well=mode is None,
            state=_readable_by(place, mode),
            needed=False,
            mend=None if mode is None else f"chmod -R go-rwx {shlex.quote(str(place))}",
        )


def _readable_by(place: Path, mode: int | None) -> Message:
    if mode is None:
        return say("doctor.closed")
    return say("doctor.open", folder=str(place), mode=f"{mode:o}")


def _gpu(gpus: tuple[Gpu, ...]) -> Item:
    models = ", ".join(gpu.model for gpu in gpus)
    state = Text(models, models) if models else say("doctor.no_gpu")
    return Item(id="gpu", what=say("doctor.gpu"), well=True, state=state, needed=False)


def _runtimes(gpus: tuple[Gpu, ...]) -> Iterator[Item]:
    for name in runtime_names():
        well = is_installed(runtime_spec(name, cuda=bool(gpus)), cache_folder())
        mend = f"grader runtime install {name}"
        yield _there(f"runtime-{name}", say("doctor.runtime", name=name), mend, well=well, needed=True)


def _data(data_dir: Path | None) -> Iterator[Item]:
    for name in names():
        files = inspect_files(dataset(name), data_dir, cache_folder())
        wanted = [status for status in files if status.file.in_runtime is None]
        if wanted:
            well = all(status.state is FileState.SOUND for status in wanted)
            private = any(not s.file.mirrors for s in wanted if s.state is not FileState.SOUND)
            mend = None if private else f"grader data fetch {name}"
            yield _there(f"data-{name}", say("doctor.data", name=name), mend, well=well, needed=False)


def _there(identity: str, what: Message, mend: str | None, *, well: bool, needed: bool) -> Item:
    """Return what is there or missing; without ``mend`` no command of ours can bring it."""
    if well:
        return Item(id=identity, what=what, well=True, state=say("doctor.here"), needed=needed)
    state = say("doctor.missing" if mend else "doctor.missing_private")
    return Item(id=identity, what=what, well=False, state=state, needed=needed, mend=mend)


def _as_root() -> bool:
    return os.geteuid() == 0


def _plain(item: Item) -> dict[str, object]:
    language = spoken()
    return {
        "id": item.id,
        "what": item.what.told_in(language),
        "well": item.well,
        "needed": item.needed,
        "state": item.state.told_in(language),
        "mend": item.mend,
    }


def _print(items: list[Item]) -> None:
    from rich.table import Table
    from rich.text import Text

    language = spoken()
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for item in items:
        mark = "✓" if item.well else ("✗" if item.needed else "-")
        told = printable(item.state.told_in(language))
        if item.mend:
            told += "\n" + phrase("doctor.mend", language, command=item.mend)
        table.add_row(mark, item.what.told_in(language), Text(told))
    console().print(table)
