"""``--help`` in the language of the command line: every ``help=`` names an entry of the catalogue."""

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


def _told(key: str | None) -> str:
    return phrase(key, spoken()) if key else ""


class Explained(click.Command):
    """A command whose help, and that of its options, stands in the catalogue."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return what follows the command's name where it is called."""
        pieces = super().collect_usage_pieces(ctx)
        return [_told(_CLICKS_OWN[one]) if one in _CLICKS_OWN else one for one in pieces]

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
    names, told = option.get_help_record(ctx) or ("", "")
    for name, key in _CLICKS_OWN.items():
        if name in option.opts:
            return names, _told(key)
    return names, told.replace(option.help or "", _told(option.help), 1)
