"""Which assignments of a course have changed since a commit, by the course's own git."""

import subprocess
from pathlib import Path

from grader.model.errors import CourseError
from grader.words import say

_SECONDS = 60
_OF_ASSIGNMENTS = ("assignments", "reference_solutions")
_OF_ALL = "course.toml"


def touched_since(ref: str, course: Path) -> frozenset[str] | None:
    """Return the assignments with files that differ from where this branch left ``ref``; None: all of them.

    What is not committed yet counts, and what git does not know yet and does not ignore.

    Raises:
        CourseError: there is no git, no repository here, or no such commit in it.
    """
    commit = _git(
        course, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", ref=ref
    )
    try:
        base = _git(course, "merge-base", commit.strip(), "HEAD", ref=ref).strip()
    except CourseError:  # a shallow clone knows no common ancestor
        base = commit.strip()
    changed = _git(course, "diff", *_ONLY_NAMES, "--relative", base, "--", ref=ref)
    new = _git(course, "ls-files", "-z", "--others", "--exclude-standard", ref=ref)
    names = [Path(name).parts for name in (changed + new).split("\0") if name]
    if (_OF_ALL,) in names:
        return None
    return frozenset(slug for first, slug, *inside in _deep(names) if inside and first in _OF_ASSIGNMENTS)


def _deep(names: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return those below a folder: the others belong to no assignment."""
    return [parts for parts in names if len(parts) > 1]


# Neither a program for differences nor a rename that hides where a file was.
_ONLY_NAMES = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")


def _git(course: Path, *words: str, ref: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(course), *words],  # noqa: S607 - the user's own git, wherever it is
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CourseError(say("ci.no_git", problem=str(error))) from None
    if done.returncode != 0:
        problem = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise CourseError(say("ci.unknown_ref", ref=ref, folder=str(course), problem=problem or "-"))
    return done.stdout.decode(errors="surrogateescape")
