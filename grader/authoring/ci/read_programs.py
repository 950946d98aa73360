"""Whether a course's own programs are there and parse; nothing is run."""

import ast
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

from grader.authoring.ci.programs import Program
from grader.coursefiles.find_submissions import read_single
from grader.coursefiles.notebooks import saved_cells
from grader.coursefiles.source_text import read_text
from grader.model.evidence import Place
from grader.model.expectation import Came, Expectation
from grader.model.submission import Unreadable
from grader.words import say


def read_program(program: Program) -> Expectation:
    """Return whether ``program`` can be read as a submission, every piece of it as Python."""
    with tempfile.TemporaryDirectory(prefix="grader-ci-") as intake:
        read = read_single(program.path, program.assignment, student=program.name, intake=Path(intake))
    if isinstance(read, Unreadable):
        return unread(program, read)
    fault = next(_faults(program.path), None) if program.path.is_file() else None
    if fault is None:
        return Expectation(
            assignment=program.assignment,
            part=program.part,
            came=Came.HELD,
            expected=program.expected,
            happened=say("ci.read"),
            short=say("ci.short.read"),
            file=program.where,
        )
    place, problem = fault
    return Expectation(
        assignment=program.assignment,
        part=program.part,
        came=Came.BROKEN,
        expected=program.expected,
        happened=say("ci.syntax", problem=problem),
        short=say("ci.short.unread"),
        file=program.where,
        place=place,
    )


def unread(program: Program, read: Unreadable) -> Expectation:
    """Return that ``program`` is nothing that could be handed in."""
    return Expectation(
        assignment=program.assignment,
        part=program.part,
        came=Came.BROKEN,
        expected=program.expected,
        happened=read.finding.message,
        short=say("ci.short.unread"),
        file=program.where,
    )


def _faults(path: Path) -> Iterator[tuple[Place, str]]:
    """Yield where Python cannot read a program, and why."""
    content = path.read_bytes()
    if path.suffix.lower() != ".ipynb":
        pieces: list[tuple[int | None, str]] = [(None, read_text(content)[0])]
    else:
        cells = enumerate(saved_cells(content, path.name), 1)
        pieces = [(number, _without_magic(cell.source)) for number, cell in cells if cell.code]
    for number, source in pieces:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an escape that is none is no fault of a parser
                ast.parse(source)
        except (SyntaxError, ValueError) as error:
            line = error.lineno if isinstance(error, SyntaxError) else None
            problem = error.msg if isinstance(error, SyntaxError) else str(error)
            yield Place(cell=number, line=line), problem


def _without_magic(source: str) -> str:
    """Return a cell without the lines that only a notebook understands."""
    lines = source.splitlines()
    if lines and lines[0].lstrip().startswith("%%"):
        return ""
    return "\n".join(_plain(line) for line in lines)


def _plain(line: str) -> str:
    code = line.lstrip()
    if code.startswith(("!", "%", "?")) or code.rstrip().endswith("?"):
        return f"{line[: len(line) - len(code)]}pass"
    return line
