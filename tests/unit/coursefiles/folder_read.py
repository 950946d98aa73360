"""A folder of submissions to two assignments, read."""

from collections.abc import Sequence
from pathlib import Path

from grader.coursefiles.find_submissions import Found, find_submissions
from grader.model.submission import Submission

SLUGS = ("digits", "mnist-dense")


def taken(folder: Path, slugs: Sequence[str] = SLUGS, **options: Sequence[str]) -> Found:
    """Return what is taken in from ``folder``."""
    only, others = options.get("only", ()), options.get("others", ())
    return find_submissions(folder, slugs, only=only, others=others, intake=folder.parent / "intake")


def codes_of(found: Found) -> list[str]:
    """Return the codes of what is told of the folder."""
    return [finding.code for finding in found.findings]


def alone(folder: Path, slugs: Sequence[str] = SLUGS, **options: Sequence[str]) -> Submission:
    """Return the only submission that is taken in from ``folder``."""
    (submission,) = taken(folder, slugs, **options).submissions
    return submission
