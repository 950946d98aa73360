"""What only a whole class shows: submissions that are twins, of one another or of the reference solution."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.coursefiles.passages import passages_of
from grader.datasets.prepare import truth
from grader.measuring.audits.fingerprint import Fingerprint, fingerprint
from grader.measuring.audits.twins import Entry, find_twins
from grader.model.passage import Origin
from grader.model.submission import FileKind, Finding, Submission
from grader.orchestration.assess import Assessed
from grader.orchestration.ground import Ground

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GROUP = "test"
_STARTERS = ("starter.py", "starter.ipynb")


def twins_of(
    ground: Ground, graded: Sequence[tuple[Submission, Assessed]]
) -> Mapping[str, tuple[Finding, ...]]:
    """Return the findings about submissions that are alike, by the submission's id.

    The reference solution stands among them, under the name of its file: a leaked one has a twin, too.
    """
    import numpy as np

    assignment, prepared = ground.assignment, ground.prepared
    if not assignment.audits.twins or len(graded) < 2:  # noqa: PLR2004 - nobody alone has a twin
        return {}
    labels = truth(prepared)
    rows = slice(*prepared.groups[_GROUP]) if _GROUP in prepared.groups else slice(None)
    entries = [
        Entry(
            key=submission.id,
            student=submission.student,
            program=_program_of(submission),
            answers=_answers(assessed.answers, rows),
            trained=_trained(assessed),
        )
        for submission, assessed in graded
    ]
    if assignment.reference is not None:
        solution = assignment.reference
        name = "/".join(solution.parts[-3:])
        program = _program(solution, _kind_of(solution))
        answers = _answers(ground.reference.answers, rows)
        entries.append(Entry(key="", student=name, program=program, answers=answers, trained=True))
    starters = [path for name in _STARTERS if (path := assignment.folder / name).is_file()]
    found = find_twins(
        entries,
        labels[rows] if labels.dtype == np.int64 else None,
        given=[_program(path, _kind_of(path)) for path in starters],
    )
    return {key: findings for key, findings in found.items() if key}


def _answers(answers: "NDArray[Any] | None", rows: slice) -> "NDArray[Any] | None":
    import numpy as np

    return answers[rows] if answers is not None and answers.dtype == np.int64 else None


def _trained(assessed: Assessed) -> bool:
    runs = assessed.result.runs
    return bool(runs) and any(fit.epochs > 0 for fit in runs[0].fits)


def _program_of(submission: Submission) -> Fingerprint:
    path = next(file.path for file in submission.files if file.name == submission.main)
    return _program(path, submission.kind)


@lru_cache(maxsize=4096)
def _program(path: Path, kind: FileKind) -> Fingerprint:
    """Return the fingerprint of a file kept under its content, or of the course's own."""
    code = (p.text for p in passages_of(path, path.name, kind) if p.origin is Origin.CODE)
    return fingerprint("\n".join(code))


def _kind_of(path: Path) -> FileKind:
    return FileKind.NOTEBOOK if path.suffix == ".ipynb" else FileKind.SCRIPT
