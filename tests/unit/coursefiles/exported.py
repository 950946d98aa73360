"""A folder as a learning platform exports it, read."""

from pathlib import Path

from grader.coursefiles.find_submissions import Found, find_submissions


def taken(path: Path, *slugs: str) -> Found:
    """Return what is taken in from ``path``; of ``digits`` where no assignment is named."""
    return find_submissions(path, slugs or ("digits",), intake=path.parent / "intake")


def whose(found: Found) -> dict[str, list[str]]:
    """Return the files of each student."""
    return {s.student: sorted(f.name for f in s.files) for s in found.submissions}
