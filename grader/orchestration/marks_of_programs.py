"""What programs of an assignment look like: the files they read, and how many numbers a row of theirs has.

Taken from the course's own programs and words for it: the starter, the reference solution, the statement.
"""

import re
from dataclasses import dataclass
from math import prod

from grader.coursefiles.passages import passages_of
from grader.model.assignment import Assignment
from grader.model.passage import Origin
from grader.model.submission import FileKind

_FILE = re.compile(
    r"""(?<=['"`\s])[\w-]+\.(?:txt|csv|tsv|dat|npy|npz|zip|h5|hdf5|mat|json|xlsx?|pkl|arff)(?=['"`\s,;)]|$)"""
    r"""|(?<=['"`])[\w-]+\.data(?=['"`])""",
    re.IGNORECASE,
)
_SHAPE = re.compile(
    r"""(?:\bInput(?:Layer)?\(\s*(?:(?:batch_)?shape\s*=\s*)?|\binput_shape\s*=\s*)[(\[]([\d\s*,]+)[)\]]"""
)
_WIDTH = re.compile(r"\binput_dim\s*=\s*(\d+)")
_MOST_BYTES = 200_000
_PROGRAMS = {".py": FileKind.SCRIPT, ".ipynb": FileKind.NOTEBOOK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Names of files, in lower case, and numbers of values in a row of inputs."""

    files: frozenset[str] = frozenset()
    widths: frozenset[int] = frozenset()


def marks_in(text: str) -> Marks:
    """Return the marks in the code ``text``."""
    shapes = [[int(n) for n in re.findall(r"\d+", shape)] for shape in _SHAPE.findall(text)]
    widths = {prod(shape) for shape in shapes if shape} | {int(n) for n in _WIDTH.findall(text)}
    return Marks(files=_files(text), widths=frozenset(widths - {0, 1}))


def marks_of(assignment: Assignment) -> Marks:
    """Return the marks of the course's own programs for ``assignment``, and the files its statement names."""
    beside = sorted(assignment.folder.iterdir()) if assignment.folder.is_dir() else []
    paths = [*beside, *([assignment.reference] if assignment.reference else [])]
    code, words = [], []
    for path in paths:
        if path.suffix in _PROGRAMS:
            passages = passages_of(path, path.name, _PROGRAMS[path.suffix])
            code += [one.text for one in passages if one.origin is Origin.CODE]
        elif path.suffix == ".md":
            words.append(path.read_text(encoding="utf-8", errors="replace")[:_MOST_BYTES])
    marks = marks_in("\n".join(code))
    return Marks(files=marks.files | _files("\n".join(words)), widths=marks.widths)


def _files(text: str) -> frozenset[str]:
    return frozenset(name.lower() for name in _FILE.findall(text))
