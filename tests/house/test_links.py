"""Links of pages lead somewhere, and commands that pages show can be typed."""

import importlib
import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import click

from grader.cli.main import COMMANDS
from tests.house.documents import ROOT, fenced, pages, unfenced

LINK = re.compile(r"\]\(([^()\s]+)\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)
SHELL = ("", "sh", "bash", "console")


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    """Return what can be linked to in a page: its headings as GitHub names them."""
    found: dict[str, int] = {}
    names: set[str] = set()
    for title in re.findall(r"^#+ (.+)$", unfenced(text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).strip().lower()
        name = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        names.add(f"{name}-{found[name]}" if name in found else name)
        found[name] = found.get(name, 0) + 1
    return names


def test_headings_are_linked_to_as_they_are_shown() -> None:
    text = "# Twins (GR412, GR416)\n\n```sh\n# no heading\n```\n\n## `a_b`: c-d\n\n## `a_b`: c-d\n"
    assert anchors(text) == {"twins-gr412-gr416", "a_b-c-d", "a_b-c-d-1"}


def test_every_link_within_the_project_leads_somewhere() -> None:
    lost = []
    for page in pages():
        prose = re.sub(r"`[^`\n]*`", "", unfenced(_text(page)))
        for target in ("".join(found) for found in LINK.findall(prose)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            linked = (page.parent / path).resolve() if path else page
            inside = linked.exists() and linked.is_relative_to(ROOT)
            if not inside or (anchor and anchor not in anchors(_text(linked))):
                lost.append(f"{page.relative_to(ROOT)}: {target}")
    assert lost == []


def test_every_page_of_docs_is_linked_to() -> None:
    linked = {
        (page.parent / "".join(found).partition("#")[0]).resolve()
        for page in pages()
        for found in LINK.findall(_text(page))
    }
    folders = {path.parent for path in linked if path.is_file()} & linked
    docs = set((ROOT / "docs").rglob("*.md"))
    assert {path for path in docs if path not in linked and path.parent not in folders} == set()


def _shown(page: Path) -> list[list[str]]:
    """Return the command lines that a page shows, in a block or within a sentence, word by word."""
    text = _text(page)
    blocks = [line.strip() for kind in SHELL for block in fenced(text, kind) for line in block.splitlines()]
    spans = re.findall(r"`([^`\n]+)`", unfenced(text))
    lines = [line.replace("\\|", "|") for line in (*blocks, *spans)]
    start = re.compile(r"(?:\.venv/bin/)?(?:grader|make|python) [\w-]")
    return [shlex.split(re.sub(r"[;|&].*| #.*", "", line)) for line in lines if start.match(line)]


def _what_is_wrong(words: list[str]) -> str | None:
    program, *rest = words
    match program.rpartition("/")[2], rest:
        case "make", _:
            return _no_target(rest)
        case "python", ["-m", module, *_]:
            return None if find_spec(module) else f"no module {module}"
        case "grader", _:
            return _no_command(rest)
    return None


def _no_target(targets: list[str]) -> str | None:
    makefile = _text(ROOT / "Makefile")
    there = {name for line in re.findall(r"^([\w -]+):", makefile, re.MULTILINE) for name in line.split()}
    lost = [target for target in targets if "=" not in target and target not in there]
    return f"no target {lost}" if lost else None


def _no_command(words: list[str]) -> str | None:
    """Return what click would not know: a command, or an option of it."""
    name, *rest = words
    if name.startswith("-"):
        return None if name in ("--help", "--version", "-h") else f"no option {name}"
    if name not in COMMANDS:
        return f"no command {name}"
    command: click.Command = importlib.import_module(COMMANDS[name]).command
    if isinstance(command, click.Group) and rest and rest[0].isalpha():
        if rest[0] not in command.commands:
            return f"no command {name} {rest[0]}"
        command = command.commands[rest[0]]
    known = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)}
    used = {word.partition("=")[0] for word in rest if re.match(r"--?[a-zA-Z]", word)}
    lost = used - known - {"--help", "-h"}
    return f"{name} has no option {sorted(lost)}" if lost else None


def test_commands_that_pages_show_exist_with_their_options() -> None:
    shown = [(page, words) for page in pages() for words in _shown(page)]
    assert len(shown) > 50
    wrong = [(str(page.relative_to(ROOT)), words, _what_is_wrong(words)) for page, words in shown]
    assert [each for each in wrong if each[2] is not None] == []


def _options() -> set[str]:
    commands = [importlib.import_module(module).command for module in COMMANDS.values()]
    inside = [part for group in commands for part in getattr(group, "commands", {}).values()]
    return {
        flag
        for each in (*commands, *inside)
        for option in each.params
        if isinstance(option, click.Option) and not option.hidden
        for flag in (*option.opts, *option.secondary_opts)
        if flag.startswith("--")
    }


def test_the_reference_of_commands_names_every_option_and_no_other() -> None:
    text = _text(ROOT / "docs" / "reference" / "commands.md")
    assert set(re.findall(r"--[a-z][a-z-]+", text)) == _options()


def test_a_command_that_is_not_there_is_seen() -> None:
    assert _what_is_wrong(["grader", "grad", "x/"]) == "no command grad"
    assert _what_is_wrong(["grader", "grade", "x/", "--loud"]) == "grade has no option ['--loud']"
    assert _what_is_wrong(["grader", "data", "burn"]) == "no command data burn"
    assert _what_is_wrong(["make", "coffee"]) == "no target ['coffee']"
    assert _what_is_wrong([".venv/bin/python", "-m", "tests.no_such"]) == "no module tests.no_such"
    assert _what_is_wrong(["make", "fuzz", "FUZZ_SECONDS=60"]) is None
