"""What every assignment needs beside its spec: statements in both languages, a starter, a reference."""

from collections.abc import Iterator

from grader.authoring.lint.look import Look
from grader.coursefiles.notebooks import normalise_notebook
from grader.model.errors import SubmissionError
from grader.model.flaw import Flaw
from grader.words import say

STATEMENTS = {"README.md": "pt-BR", "README.en.md": "en"}
"""The statement's file in each language."""
STARTERS = ("starter.ipynb", "starter.py")


def missing_papers(look: Look) -> Iterator[Flaw]:
    """Yield what is not there, empty, or no notebook."""
    for name, language in STATEMENTS.items():
        path = look.folder / name
        if not path.is_file():
            yield _flaw(look, "statement-missing", name, language=language)
        elif not path.read_bytes().strip():
            yield _flaw(look, "statement-empty", name, language=language)
    yield from _starter(look)
    if look.assignment is not None and look.assignment.reference is None:
        file = f"reference_solutions/{look.slug}/solution.py"
        message = say("lint.reference-missing", file=file)
        yield Flaw(rule="reference-missing", file=file, message=message, assignment=look.slug)


def _starter(look: Look) -> Iterator[Flaw]:
    there = [look.folder / name for name in STARTERS if (look.folder / name).is_file()]
    if not there:
        yield _flaw(look, "starter-missing", STARTERS[0], language="")
    for path in there:
        if path.suffix == ".ipynb":
            try:
                normalise_notebook(path.read_bytes(), look.where(path.name))
            except SubmissionError as error:
                where = look.where(path.name)
                message = say("lint.starter-unreadable", file=where, problem=error.message)
                yield Flaw(rule="starter-unreadable", file=where, message=message, assignment=look.slug)


def _flaw(look: Look, rule: str, name: str, *, language: str) -> Flaw:
    message = say(f"lint.{rule}", file=look.where(name), language=language)
    return Flaw(rule=rule, file=look.where(name), message=message, assignment=look.slug)
