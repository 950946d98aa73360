"""A program that failed here may be another assignment's of the course: told, and no points change."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from grader.coursefiles.passages import read_passages
from grader.datasets.catalogue import dataset
from grader.model.assignment import Assignment, Course
from grader.model.message import Message
from grader.model.passage import Origin
from grader.model.result import SubmissionResult, Verdict
from grader.model.submission import Submission
from grader.orchestration.marks_of_programs import marks_in, marks_of
from grader.words import say

_TRY = r"([-_ ]*\(?\d+\)?)?"
"""What a system adds to the name of a file that was handed in again."""
_MOST_NAMED = 3


def with_other_assignment(
    result: SubmissionResult, submission: Submission, course: Course
) -> SubmissionResult:
    """Return ``result``, where nothing could be measured with a note on the assignment it looks like."""
    own = course.assignment(submission.assignment)
    if own is None or result.verdict is not Verdict.FAILED or result.reason is None:
        return result
    if result.shown.rows_hidden:
        return result
    told = other_assignment(submission, own, course)
    if told is None:
        return result
    return replace(result, shown=replace(result.shown, notes=(told, *result.shown.notes)))


def other_assignment(submission: Submission, own: Assignment, course: Course) -> Message | None:
    """Return which other assignments the program looks like and what to type, or None.

    It asks for another one's ``keras.datasets``, is called like it, reads files that its programs read, or
    takes rows as wide as theirs; what is this one's too tells nothing. Of what several signs say the common
    part counts. More than a few tell nothing either.
    """
    others = [each for each in course.assignments if each.slug != own.slug]
    stem = PurePosixPath(submission.main).stem
    if _called(stem, own):
        return None
    text = "\n".join(one.text for one in read_passages(submission) if one.origin is Origin.CODE)
    sign: Message | None = None
    found: list[str] = []
    for told, slugs in _signs(text, stem, PurePosixPath(submission.main).name, own, others):
        common = [slug for slug in found if slug in slugs] if found else slugs
        if common:
            found, sign = common, sign or told
    if sign is None or len(found) > _MOST_NAMED:
        return None
    if len(found) > 1:
        return say("looks-like-one-of-assignments", own=own.slug, names=", ".join(found), sign=sign)
    return say("looks-like-other-assignment", own=own.slug, name=found[0], sign=sign)


def _signs(
    text: str, stem: str, file: str, own: Assignment, others: Sequence[Assignment]
) -> Iterator[tuple[Message, list[str]]]:
    """Yield each sign with the assignments it speaks for, the plainest first."""
    loaders = {each.slug: _loader(each) for each in others}
    asked = [slug for slug, loader in loaders.items() if _asks_for(text, loader, _loader(own))]
    if asked:
        yield say("other.loader", loader=loaders[asked[0]], own=own.slug), asked
    named = [each.slug for each in others if _called(stem, each)]
    if named:
        yield say("other.name", file=file), named
    mine, seen = marks_of(own), marks_in(text)
    theirs = {each.slug: marks_of(each) for each in others}
    read = seen.files - mine.files
    reads = {slug: len(read & marks.files) for slug, marks in theirs.items()}
    most = max(reads.values(), default=0)
    if most:
        slugs = [slug for slug, count in reads.items() if count == most]
        files = sorted(read & theirs[slugs[0]].files)
        yield say("other.files", files=", ".join(files[:_MOST_NAMED]), own=own.slug), slugs
    if mine.widths and seen.widths and not seen.widths & mine.widths:
        # A model of several inputs takes all of their widths; one of them alone may be anybody's.
        wide = [slug for slug, marks in theirs.items() if marks.widths and marks.widths <= seen.widths]
        width = min(theirs[wide[0]].widths) if wide else 0
        if wide:
            yield say("other.width", width=width, own=own.slug), wide


def _called(stem: str, assignment: Assignment) -> bool:
    return re.fullmatch(re.escape(assignment.slug) + _TRY, stem, re.IGNORECASE) is not None


def _loader(assignment: Assignment) -> str:
    """Return the module of ``keras.datasets`` that the assignment's programs load from; empty for none."""
    data = assignment.data
    return (dataset(data.dataset).loader or "") if data.given and not data.own else ""


def _asks_for(text: str, loader: str, own: str) -> bool:
    if not loader or loader == own:
        return False
    return (
        re.search(rf"\bdatasets\.{loader}\b|\b{loader}\.load_data\b|\bimport\s+{loader}\b", text) is not None
    )
