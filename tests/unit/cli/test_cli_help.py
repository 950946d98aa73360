"""Help and languages of the commands."""

import sys

import click
import pytest

from grader.cli.main import COMMANDS, run
from tests.unit.cli.typed import (  # noqa: F401 - fixtures
    Told,
    english,
    says,
)


@pytest.mark.parametrize(
    ("environment", "option", "word"),
    [
        ("pt_BR.UTF-8", [], "erro"),
        ("en_GB.UTF-8", [], "error"),
        ("C", [], "error"),
        ("", [], "error"),
        ("en_GB.UTF-8", ["--lang", "pt-BR"], "erro"),
        ("pt_BR.UTF-8", ["--lang", "en"], "error"),
        ("pt_BR.UTF-8", ["--lang=en"], "error"),
        ("pt_BR.UTF-8", ["--lang", "fr"], "erro"),
    ],
)
def test_everything_is_told_in_the_language_asked_for(
    capsys: Told, monkeypatch: pytest.MonkeyPatch, environment: str, option: list[str], word: str
) -> None:
    monkeypatch.setenv("LC_ALL", environment)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.delenv("LANG", raising=False)
    for wrong in ("--no-such-option", "value"):
        run(["end", wrong, *option])
        assert capsys.readouterr().err.startswith(f"{word} GR")


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_has_its_help_in_both_languages(
    capsys: Told, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    lines = {}
    for locale, usage in (("pt_BR.UTF-8", "Uso"), ("en_US.UTF-8", "Usage")):
        monkeypatch.setenv("LC_ALL", locale)
        status, out, err = says(capsys, command, "--help")
        assert (status, err) == (0, "")
        assert out.startswith(f"{usage}: grader {command} ")
        lines[usage] = {line for line in out.splitlines() if " " in line.strip()}
    both = {line for line in lines["Uso"] & lines["Usage"] if not line.startswith(("  --", "  -"))}
    assert both == set(), "the same words in both languages"


def test_help_is_in_the_language_that_is_asked_for_after_it(
    capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert "Usage: grader grade [OPTIONS] SUBMISSIONS" in says(capsys, "grade", "--help")[1]
    told = says(capsys, "grade", "--help", "--lang", "pt-BR")[1]
    assert "Uso: grader grade [OPÇÕES] ENTREGAS" in told
    assert "[1<=x<=64]" in told
    assert "help." not in told


def test_every_option_is_explained() -> None:
    for name, module in COMMANDS.items():
        __import__(module)
        command = sys.modules[module].command
        for one in _leaves(command):
            for parameter in one.params:
                if isinstance(parameter, click.Option):
                    assert (parameter.help or "").startswith("help."), f"grader {name} {parameter.opts}"


def _leaves(command: click.Command) -> list[click.Command]:
    if isinstance(command, click.Group):
        return [leaf for inner in command.commands.values() for leaf in _leaves(inner)]
    return [command]
