"""The project's pages as tests read them: sections, tables, links, commands and the code they speak of."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FOLDERS = ("docs", "examples", "assignments", "reference_solutions", "tests")
_FENCE = re.compile(r"^( *)(```+)(\w*)[^\n]*\n(.*?)^\1\2 *$", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Return every page of the project, those at the top first."""
    inside = [path for folder in _FOLDERS for path in sorted((ROOT / folder).rglob("*.md"))]
    return [*sorted(ROOT.glob("*.md")), *inside]


def text_of(page: str) -> str:
    """Return the text of a page, named from the top."""
    return (ROOT / page).read_text(encoding="utf-8")


def fenced(text: str, language: str) -> list[str]:
    """Return the blocks of ``language`` in ``text``, without the indentation of a list they stand in."""
    return [
        re.sub(rf"^{block[1]}", "", block[4], flags=re.MULTILINE)
        for block in _FENCE.finditer(text)
        if block[3] == language
    ]


def unfenced(text: str) -> str:
    """Return ``text`` without its blocks of code."""
    return _FENCE.sub("", text)


def section(text: str, title: str) -> str:
    """Return what stands below the heading ``title``, with the headings below it."""
    start = re.search(rf"^(#+) {re.escape(title)}\n", text, re.MULTILINE)
    assert start is not None, title
    level = len(start[1])
    return re.split(rf"^#{{1,{level}}} ", text[start.end() :], maxsplit=1, flags=re.MULTILINE)[0]


def table(text: str) -> list[list[str]]:
    """Return the cells of each row of the first table in ``text``, its heading left out."""
    lines = iter(text.splitlines())
    rows = [line for line in _first_table(lines) if not re.fullmatch(r"[|\s:-]+", line)]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[1:]]


def _first_table(lines: Iterator[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        if line.startswith("|"):
            inside = True
            yield line
        elif inside:
            return


@cache
def code() -> dict[str, ast.Module]:
    """Return every module of ours, read and not run, by its path from the top."""
    paths = sorted((ROOT / "grader").rglob("*.py"))
    return {p.relative_to(ROOT).as_posix(): ast.parse(p.read_text(encoding="utf-8")) for p in paths}


def names_in(body: list[ast.stmt]) -> set[str]:
    """Return the names that statements define: functions, classes, assigned and annotated names."""
    names: set[str] = set()
    for node in body:
        match node:
            case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
                names.add(node.name)
            case ast.Assign():
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name() as target):
                names.add(target.id)
    return names
