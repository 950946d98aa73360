"""What was typed wrong, in our own words: click finds it, and says so in English only."""

import re
from collections.abc import Iterable

import click

from grader.cli.help import spoken_metavar
from grader.model.message import Message
from grader.words import say
from grader.words.mistake_words import near_miss


def usage_message(mistake: click.ClickException) -> Message:
    """Return what is wrong with a command line, with the near miss where there is one."""
    context = getattr(mistake, "ctx", None)
    match mistake:
        case click.NoSuchOption():
            options = [name for p in _parameters(context) for name in p.opts if name.startswith("--")]
            hint = near_miss(mistake.option_name, options)
            message = say("unknown-option", name=mistake.option_name, hint=hint)
        case click.MissingParameter():
            message = say("missing-argument", name=_called(mistake.param, context))
        case click.BadParameter():
            message = say(
                "impossible-argument-value", name=_called(mistake.param, context), needed=_needed(mistake)
            )
        case click.BadOptionUsage():
            message = say("option-without-value", name=mistake.option_name)
        case _:
            message = _from_words(mistake.format_message(), context)
    return message


def _from_words(told: str, context: click.Context | None) -> Message:
    """Return what is wrong where click has only words for it."""
    if unknown := re.match(r"No such command '(.+?)'\.", told, re.DOTALL):
        known = _commands(context)
        hint = near_miss(unknown[1], known)
        return say("unknown-command", name=unknown[1], available=", ".join(known), hint=hint)
    if extra := re.match(r"Got unexpected extra arguments? \((.*)\)", told, re.DOTALL):
        return say("extra-arguments", extra=extra[1])
    return say("command-line-not-understood", problem=told)


def usage_line(mistake: click.ClickException) -> Message | None:
    """Return how the command is called, for below the mistake."""
    context = getattr(mistake, "ctx", None)
    if context is None:
        return None
    pieces = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    return say("usage.line", usage=pieces, command=context.command_path)


def _needed(mistake: click.BadParameter) -> Message:
    kind = mistake.param.type if mistake.param is not None else None
    if isinstance(kind, click.IntRange):
        return say("needed.range", low=kind.min, high=kind.max)
    if isinstance(kind, click.FloatRange):
        return say("needed.range_of_numbers", low=kind.min, high=kind.max)
    if isinstance(kind, click.Choice):
        return say("needed.one_of", values=", ".join(map(str, kind.choices)))
    if isinstance(kind, click.Path):
        return say("needed.path", got=str(mistake.message).split("'")[1] if "'" in mistake.message else "")
    if isinstance(kind, click.types.FloatParamType):
        return say("needed.number")
    return say("needed.other", problem=mistake.message)


def _parameters(context: click.Context | None) -> Iterable[click.Parameter]:
    return context.command.get_params(context) if context is not None else ()


def _called(parameter: click.Parameter | None, context: click.Context | None) -> str:
    if isinstance(parameter, click.Argument) and context is not None:
        return spoken_metavar(parameter.make_metavar(context))
    return "/".join(parameter.opts) if parameter is not None else "?"


def _commands(context: click.Context | None) -> list[str]:
    if context is None or not isinstance(context.command, click.Group):
        return []
    return context.command.list_commands(context)
