"""What students get of an assignment, as text: every file of its folder, notebooks cell by cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.coursefiles.notebooks import saved_cells
from grader.model.errors import SubmissionError

_MOST_BYTES = 50 * 2**20
_LITTER = frozenset({"__pycache__", ".ipynb_checkpoints"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of text in a file; ``cell`` is that of a notebook, and then lines are the cell's."""

    file: str
    text: str
    cell: int | None = None
    code: bool = False

    @property
    def numbered(self) -> Iterator[tuple[int, str]]:
        """Yield every line with its number, from 1."""
        yield from enumerate(self.text.splitlines(), 1)


@dataclass(frozen=True, kw_only=True)
class StudentFile:
    """One file that students get; ``where`` names it from the course's folder."""

    path: Path
    where: str

    @cached_property
    def content(self) -> bytes:
        """Its bytes, as far as anybody looks at them."""
        with self.path.open("rb") as stream:
            return stream.read(_MOST_BYTES)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Its text, none of what is not text; saved outputs of a notebook are read with their cell."""
        if self.path.suffix.lower() == ".ipynb":
            try:
                cells = saved_cells(self.content, self.where)
            except SubmissionError:
                return ()
            return tuple(
                Piece(file=self.where, text=f"{cell.source}\n{cell.output}", cell=number, code=cell.code)
                for number, cell in enumerate(cells, 1)
            )
        if b"\0" in self.content[:4096]:
            return ()
        text = self.content.decode("utf-8", "replace")
        return (Piece(file=self.where, text=text, code=self.path.suffix.lower() == ".py"),)


def files_below(folder: Path, course: Path) -> tuple[StudentFile, ...]:
    """Return the files below ``folder``, without what tools leave there."""
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.is_file() and not any(part in _LITTER or part.startswith(".") for part in inside):
            found.append(StudentFile(path=path, where=path.relative_to(course).as_posix()))
    return tuple(found)
