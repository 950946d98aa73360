"""What a submission says in words: its code, its markdown, its saved outputs. Reads, never runs."""

from collections.abc import Iterator
from pathlib import Path

from grader.coursefiles.notebooks import MOST_BYTES, saved_cells
from grader.coursefiles.source_text import source_for_python
from grader.model.errors import SubmissionError
from grader.model.passage import Origin, Passage
from grader.model.submission import FileKind, Submission


def read_passages(submission: Submission) -> tuple[Passage, ...]:
    """Return the passages of the main file as it came, in order; none when it cannot be read any more."""
    main = next((f.path for f in submission.files if f.name == submission.main), None)
    # A notebook states things in its saved outputs, which are not run; a script is read as Python reads it.
    path = submission.received if submission.kind is FileKind.NOTEBOOK and submission.received else main
    return () if path is None else passages_of(path, submission.main, submission.kind)


def passages_of(path: Path, name: str, kind: FileKind) -> tuple[Passage, ...]:
    """Return the passages of one program or notebook, called ``name``; none when it cannot be read."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES)
        if kind is FileKind.NOTEBOOK:
            return tuple(_of_notebook(content, name))
    except (OSError, SubmissionError):
        return ()
    text = source_for_python(content)[0].decode("utf-8", "replace")
    return (Passage(origin=Origin.CODE, text=text, place=name),)


def _of_notebook(content: bytes, name: str) -> Iterator[Passage]:
    for number, cell in enumerate(saved_cells(content, name), 1):
        place = f"{name}[{number}]"
        if cell.source.strip():
            origin = Origin.CODE if cell.code else Origin.MARKDOWN
            yield Passage(origin=origin, text=cell.source, place=place)
        if cell.output.strip():
            yield Passage(origin=Origin.SAVED, text=cell.output, place=f"{place} out", source=cell.source)
