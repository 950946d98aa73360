"""What a program carries with it: tables of data in its main file and in the files beside it."""

from collections.abc import Collection
from pathlib import Path

from grader.coursefiles.passages import passages_of, read_passages
from grader.measuring.audits.carried import carried, text_without_words
from grader.measuring.audits.literals import large_literal, large_literals
from grader.model.assignment import AuditSpec
from grader.model.submission import FileKind, Finding, Submission

_MOST_BYTES = 1 << 20
"""Of a file beside the program its beginning is enough: no honest text is so long."""


def tables_in(submission: Submission, audits: AuditSpec, served: Collection[str]) -> tuple[Finding, ...]:
    """Return the finding that ``submission`` holds large tables or much in pieces, as a tuple of one or none.

    It asks what the placebo asks, whether answers are brought in ready-made, and goes by the same switch. A
    file called as one that is ``served`` is covered by that and brings nothing.
    """
    if not audits.placebo:
        return ()
    beside = [file for file in submission.files if file.name != submission.main]
    passages = list(read_passages(submission))
    for file in (one for one in beside if one.name.endswith(".py")):
        passages += passages_of(file.path, file.name, FileKind.SCRIPT)
    brought = {f.name: f.path for f in beside if not f.name.endswith(".py") and f.name not in served}
    found = large_literal(large_literals(passages)) or text_without_words(
        carried(passages, {name: _beginning(path) for name, path in brought.items()})
    )
    return () if found is None else (found,)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_MOST_BYTES)
