"""What a student states about the result: read from the submission and from what its first run printed."""

from functools import cache
from pathlib import Path

from grader.coursefiles.passages import passages_of, read_passages
from grader.measuring.claims.statements import Statement, meant, plain_line, statements
from grader.model.assignment import Assignment
from grader.model.passage import Origin, Passage
from grader.model.submission import FileKind, Submission

_GIVEN = {
    "README.md": FileKind.SCRIPT,
    "README.en.md": FileKind.SCRIPT,
    "starter.py": FileKind.SCRIPT,
    "starter.ipynb": FileKind.NOTEBOOK,
}


def stated_by(
    submission: Submission, assignment: Assignment, printed: str, *, disturbed: bool
) -> Statement | None:
    """Return the figure that ``submission`` states, or None.

    Args:
        submission: read as it came, with a notebook's saved outputs.
        assignment: what came with it is nobody's claim.
        printed: what the first graded run printed, cleaned.
        disturbed: the run was served changed labels, so what it printed cannot be compared.
    """
    origin = Origin.PRINTED if disturbed else Origin.SAVED
    told = Passage(origin=origin, text=printed, place="stdout")
    return meant(statements([*read_passages(submission), told], given_lines(assignment.folder)))


@cache
def given_lines(folder: Path) -> frozenset[str]:
    """Return the lines of the statement and the starter in ``folder``, as lines are compared."""
    passages = (p for name, kind in _GIVEN.items() for p in passages_of(folder / name, name, kind))
    lines = (plain_line(line.lstrip("# ")) for p in passages for line in p.text.split("\n"))
    return frozenset(line for line in lines if line)
