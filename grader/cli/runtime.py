"""``grader runtime list`` and ``grader runtime install NAME``."""

import click

from grader.cli.help import ExplainedGroup
from grader.cli.language import spoken
from grader.cli.options import language_option, quiet_option
from grader.cli.rendering import console, tell
from grader.runtimes.catalogue import is_installed, names, runtime_spec
from grader.runtimes.install import install_runtime
from grader.wiring import cache_folder, has_gpus
from grader.words import phrase, say


@click.group("runtime", cls=ExplainedGroup, help="help.runtime")
def command() -> None:
    """List and install the interpreters that students' code runs in."""


@command.command("list", help="help.runtime.list")
@language_option
def list_runtimes() -> int:
    """Show every runtime and whether it is installed."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    for name in names():
        spec = runtime_spec(name, cuda=has_gpus())
        state = "installed" if is_installed(spec, cache_folder()) else "absent"
        table.add_row(name, phrase(f"runtime.{state}", spoken()), spec.what.told_in(spoken()))
    console().print(table)
    return 0


@command.command("install", help="help.runtime.install")
@click.argument("wanted", metavar="[NAME]...", nargs=-1)
@quiet_option("help.quiet_complete")
@language_option
def install(wanted: tuple[str, ...], *, quiet: bool) -> int:
    """Install the runtimes named (all when none is); does nothing where one is complete."""
    cache, cuda = cache_folder(), has_gpus()
    for spec in [runtime_spec(name, cuda=cuda) for name in wanted or names()]:
        if not is_installed(spec, cache):
            tell(say("runtime.installing", name=spec.name))  # minutes: nobody is left to wonder
        folder = install_runtime(spec, cache)
        if not quiet:
            tell(say("runtime.ready", name=spec.name, folder=str(folder)))
    return 0
