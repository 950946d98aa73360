"""``--help`` in the language of the command line: every ``help=`` names an entry of the catalogue."""

import re
from collections.abc import Mapping

import click

from grader.cli.language import spoken
from grader.words import phrase

_CLICKS_OWN = {
    "--help": "help.help",
    "--version": "help.version",
    "[OPTIONS]": "help.options_here",
    "COMMAND [ARGS]...": "help.command_here",
}
"""The words that click brings along, and ours for them."""
_STANDS_FOR = re.compile(r"(?<![\w-])[A-Z]{3,}(?![\w-])")
"""What is to be typed in a word's place: DIR, FILE."""


def _told(key: str | None) -> str:
    return phrase(key, spoken()) if key else ""


def spoken_metavar(written: str) -> str:
    """Return how a place on the command line (``[NAME]...``) is called in the language that is spoken."""
    return _STANDS_FOR.sub(lambda word: _told(f"help.place.{word[0].lower()}"), written)


class Explained(click.Command):
    """A command whose help, and that of its options, stands in the catalogue."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return what follows the command's name where it is called."""
        pieces = super().collect_usage_pieces(ctx)
        return [_told(_CLICKS_OWN[one]) if one in _CLICKS_OWN else spoken_metavar(one) for one in pieces]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line that says how the command is called."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=_told("help.usage"))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the base class's
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_told(self.help))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every option with what it is for."""
        with formatter.section(_told("help.options")):
            formatter.write_dl(
                [_record(one, ctx) for one in self.get_params(ctx) if isinstance(one, click.Option)]
            )


class ExplainedGroup(Explained, click.Group):
    """A group of such commands."""

    command_class = Explained

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every option, then every command with the first paragraph of what it does."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        listed = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        self.write_commands({name: one.help for name, one in listed if one and one.help}, formatter)

    def write_commands(self, keys: Mapping[str, str], formatter: click.HelpFormatter) -> None:
        """Write each command's name and the first paragraph of what it does."""
        with formatter.section(_told("help.commands")):
            formatter.write_dl([(name, _told(key).partition("\n\n")[0]) for name, key in keys.items()])


def _record(option: click.Option, ctx: click.Context) -> tuple[str, str]:
    """Return how the option is written, and what it is for with its default and range."""
    written, told = option.get_help_record(ctx) or ("", "")
    names = spoken_metavar(written)
    for name, key in _CLICKS_OWN.items():
        if name in option.opts:
            return names, _told(key)
    return names, told.replace(option.help or "", _told(option.help), 1)
