"""The parser; a command's module is imported when that command is called, so ``--help`` stays light."""

import errno
import importlib
import io
import os
import signal
import sys
import traceback
from contextlib import suppress
from itertools import pairwise
from typing import Any

import click

from grader import __version__
from grader.cli.help import ExplainedGroup
from grader.cli.language import speak_as_chosen, speak_as_course
from grader.model.errors import CourseError, GraderError
from grader.model.message import Language

_MACHINES_OWN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EMFILE})

COMMANDS = {
    name: f"grader.cli.{name}"
    for name in (
        "grade",
        "check",
        "demo",
        "data",
        "doctor",
        "runtime",
        "calibrate",
        "verify",
        "explain",
        "selftest",
        "init",
        "lint",
        "ci",
        "worker",
        "schema",
    )
}
"""The module of each command, in the order they are shown."""


class Commands(ExplainedGroup):
    """A group that knows its commands by name and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the base class's
        """Return the names in the order they are shown."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return the command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the base class's
        """Write the list of commands without importing any."""
        self.write_commands({name: f"help.{name}" for name in COMMANDS}, formatter)


@click.group(cls=Commands, help="help.grader", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="grader", message="%(prog)s %(version)s")
def command() -> None:
    """Automated grader for machine-learning courses."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and return the exit status; no traceback reaches a person.

    With ``GRADER_DEBUG=1`` in the environment a mistake of ours is shown whole.
    """
    given = sys.argv[1:] if arguments is None else arguments
    _replace_what_cannot_be_written()
    speak_as_course(None)
    _speak_as_asked(given)  # --help may stand before --lang
    try:
        answer: Any = command.main(args=given, prog_name="grader", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, SystemExit, Exception) as ending:  # noqa: BLE001 - whatever it is, it is told to a person
        return _told(ending, given)
    return answer if isinstance(answer, int) else 0


def _told(ending: BaseException, arguments: list[str]) -> int:
    """Say in one place how a command ended that did not return, and return the exit status."""
    _speak_as_asked(arguments)
    match ending:
        case click.exceptions.Exit():
            status = ending.exit_code
        case click.Abort() | KeyboardInterrupt():
            status = _interrupted()
        case click.ClickException():
            status = _misused(ending)
        case GraderError():
            status = _failed(ending)
        case BrokenPipeError() | SystemExit():  # click's own way out of a broken pipe
            status = _unread()
        case _:
            status = _broken(ending)
    return status


def _replace_what_cannot_be_written() -> None:
    """Let a terminal without our letters show question marks: no name may end a grading."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _speak_as_asked(arguments: list[str]) -> None:
    """Choose the language again: what was typed wrong may stand before ``--lang``."""
    joined = [a.partition("=")[2] for a in arguments if a.startswith("--lang=")]
    apart = [value for name, value in pairwise(arguments) if name == "--lang"]
    chosen = next((value for value in (*joined, *apart) if value in {tag.value for tag in Language}), None)
    speak_as_chosen(chosen)


def _interrupted() -> int:
    from grader.cli.rendering import complain
    from grader.words import say

    complain(say("grading-interrupted"))
    return 130


def _misused(mistake: click.ClickException) -> int:
    if isinstance(mistake, click.exceptions.NoArgsIsHelpError):
        mistake.show()  # it is the help
        return mistake.exit_code
    from grader.cli.rendering import complain, tell
    from grader.cli.usage_errors import usage_line, usage_message

    complain(usage_message(mistake))
    line = usage_line(mistake)
    if line is not None:
        tell(line)
    return mistake.exit_code


def _unread() -> int:
    """Leave quietly when nobody reads on (``grader data list | head -1``)."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError, ValueError):  # no descriptor behind it
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return 128 + signal.SIGPIPE


def _broken(problem: BaseException) -> int:
    """Tell a mistake of ours, or of the machine, in one line."""
    from grader.cli.rendering import complain
    from grader.words import say
    from grader.words.problems import problem_told

    if os.environ.get("GRADER_DEBUG") == "1":
        traceback.print_exception(problem)
    if isinstance(problem, OSError) and problem.errno in _MACHINES_OWN:
        complain(say("system-refused", problem=problem_told(problem), file=str(problem.filename or "-")))
    else:
        described = " ".join(f"{type(problem).__name__}: {problem}".split())[:300]
        complain(say("internal-error", problem=described))
    return 3


def _failed(error: GraderError) -> int:
    from grader.cli.rendering import complain

    messages = error.messages if isinstance(error, CourseError) else (error.message,)
    for message in messages:
        complain(message)
    return error.exit_code
