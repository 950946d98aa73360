"""The parser; a command's module is imported when that command is called, so ``--help`` stays light."""

import importlib
from typing import Any

import click

from grader import __version__
from grader.model.errors import CourseError, GraderError

COMMANDS = {
    "grade": ("grader.cli.grade", "Run and judge every submission; write the reports."),
    "check": ("grader.cli.check", "Check one file the way it will be graded (for students)."),
    "demo": ("grader.cli.demo", "Grade the shipped example class; needs no network."),
    "data": ("grader.cli.data", "List, fetch and verify the datasets."),
    "doctor": ("grader.cli.doctor", "Say what this machine can do and how to mend each gap."),
    "runtime": ("grader.cli.runtime", "List and install the interpreters students' code runs in."),
    "calibrate": ("grader.cli.calibrate", "Run a reference solution N times and keep its record."),
    "schema": ("grader.cli.schema", "Write the JSON Schemas of the files people edit and read."),
}


class Commands(click.Group):
    """A group that knows its commands by name and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the base class's
        """Return the names in the order they are shown."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return the command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="grader")
def command() -> None:
    """Automated grader for machine-learning courses."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and return the exit status; no traceback reaches a person."""
    try:
        answer: Any = command.main(args=arguments, prog_name="grader", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _interrupted()
    except click.ClickException as mistake:
        mistake.show()
        return mistake.exit_code
    except GraderError as error:
        return _failed(error)
    return answer if isinstance(answer, int) else 0


def _interrupted() -> int:
    from grader.cli.rendering import complain
    from grader.words import say

    complain(say("GR820"))
    return 130


def _failed(error: GraderError) -> int:
    from grader.cli.rendering import complain

    messages = error.messages if isinstance(error, CourseError) else (error.message,)
    for message in messages:
        complain(message)
    return error.exit_code
