"""``grader doctor``: what this machine can do, and the command that mends each gap."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from grader.cli.options import language_option
from grader.cli.rendering import console, spoken
from grader.datasets.catalogue import dataset, names
from grader.datasets.locate import FileState, inspect_files
from grader.model.errors import SandboxUnavailable
from grader.model.message import Message
from grader.running.bubblewrap_sandbox import BubblewrapSandbox
from grader.running.gpu import list_gpus
from grader.runtimes.catalogue import is_installed, runtime_spec
from grader.runtimes.catalogue import names as runtime_names
from grader.wiring import cache_folder, data_folder
from grader.words import phrase, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing looked at. ``needed``: without it nothing can be graded."""

    what: Message
    well: bool
    state: Message
    needed: bool


@click.command("doctor")
@click.option("--data-dir", type=click.Path(path_type=Path), metavar="DIR", help="Where datasets lie.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How it is told.")
@language_option
def command(*, data_dir: Path | None, form: str) -> int:
    """Say what this machine can do. Exit status 2 when it cannot grade."""
    items = [*_sandbox(), _gpu(), *_runtimes(), *_data(data_folder(data_dir))]
    can_grade = all(item.well for item in items if item.needed)
    if form == "json":
        click.echo(json.dumps({"can_grade": can_grade, "items": [_plain(item) for item in items]}, indent=1))
    else:
        _print(items)
        verdict = "doctor.verdict_ok" if can_grade else "doctor.verdict_bad"
        click.echo(phrase(verdict, spoken()))
    return 0 if can_grade else 2


def _sandbox() -> Iterator[Item]:
    sandbox = BubblewrapSandbox()
    what = say("doctor.sandbox")
    try:
        sandbox.probe()
        guard = sandbox.memory_guard
    except SandboxUnavailable as error:
        yield Item(what=what, well=False, state=error.message, needed=True)
        return
    mode = say("doctor.as_root" if os.geteuid() == 0 else "doctor.as_user")
    state = say("doctor.sandbox_works", version=sandbox.version, mode=mode)
    yield Item(what=what, well=True, state=state, needed=True)
    held = say(f"doctor.guard.{guard.value}")
    yield Item(what=say("doctor.memory"), well=True, state=held, needed=False)


def _gpu() -> Item:
    models = ", ".join(gpu.model for gpu in list_gpus())
    state = Message(pt=models, en=models) if models else say("doctor.no_gpu")
    return Item(what=say("doctor.gpu"), well=True, state=state, needed=False)


def _runtimes() -> Iterator[Item]:
    for name in runtime_names():
        well = is_installed(runtime_spec(name, cuda=bool(list_gpus())), cache_folder())
        yield _there(
            say("doctor.runtime", name=name), f"grader runtime install {name}", well=well, needed=True
        )


def _data(data_dir: Path | None) -> Iterator[Item]:
    for name in names():
        files = inspect_files(dataset(name), data_dir, cache_folder())
        wanted = [status for status in files if status.file.in_runtime is None]
        if wanted:
            well = all(status.state is FileState.SOUND for status in wanted)
            yield _there(say("doctor.data", name=name), f"grader data fetch {name}", well=well, needed=False)


def _there(what: Message, command_line: str, *, well: bool, needed: bool) -> Item:
    state = say("doctor.here") if well else say("doctor.mend", command=command_line)
    return Item(what=what, well=well, state=state, needed=needed)


def _plain(item: Item) -> dict[str, object]:
    language = spoken()
    return {
        "what": item.what.told_in(language),
        "well": item.well,
        "needed": item.needed,
        "state": item.state.told_in(language),
    }


def _print(items: list[Item]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False)
    for item in items:
        mark = "✓" if item.well else ("✗" if item.needed else "-")
        table.add_row(mark, item.what.told_in(spoken()), Text(item.state.told_in(spoken())))
    console().print(table)
