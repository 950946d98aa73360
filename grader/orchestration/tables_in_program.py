"""What a program carries with it: tables of data in its main file and in the modules beside it."""

from grader.coursefiles.passages import passages_of, read_passages
from grader.measuring.audits.literals import large_literal, large_literals
from grader.model.assignment import AuditSpec
from grader.model.submission import FileKind, Finding, Submission


def tables_in(submission: Submission, audits: AuditSpec) -> tuple[Finding, ...]:
    """Return the finding that ``submission`` holds large tables, as a tuple of one or none.

    It asks what the placebo asks, whether answers are brought in ready-made, and goes by the same switch.
    """
    if not audits.placebo:
        return ()
    beside = [f for f in submission.files if f.name.endswith(".py") and f.name != submission.main]
    passages = list(read_passages(submission))
    for file in beside:
        passages += passages_of(file.path, file.name, FileKind.SCRIPT)
    found = large_literal(large_literals(passages))
    return () if found is None else (found,)
