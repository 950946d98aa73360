"""A program that failed here may be another assignment's of the course: told, and no points change."""

import re
from dataclasses import replace
from pathlib import PurePosixPath

from grader.coursefiles.passages import read_passages
from grader.datasets.catalogue import dataset
from grader.model.assignment import Assignment, Course
from grader.model.message import Message
from grader.model.passage import Origin
from grader.model.result import SubmissionResult, Verdict
from grader.model.submission import Submission
from grader.words import say

_TRY = r"([-_ ]*\(?\d+\)?)?"
"""What a system adds to the name of a file that was handed in again."""


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
    """Return which one other assignment the program looks like and what to type, or None.

    It asks for another one's ``keras.datasets``, or is called like it; what is this one's too tells nothing.
    """
    others = [each for each in course.assignments if each.slug != own.slug]
    stem = PurePosixPath(submission.main).stem
    if _called(stem, own):
        return None
    text = "\n".join(one.text for one in read_passages(submission) if one.origin is Origin.CODE)
    asked = {each.slug: _loader(each) for each in others if _asks_for(text, _loader(each), _loader(own))}
    named = [each.slug for each in others if _called(stem, each)]
    candidates = [slug for slug in named if slug in asked] or list(asked) or named
    if len(candidates) != 1:
        return None
    (slug,) = candidates
    sign = (
        say("other.loader", loader=asked[slug], own=own.slug)
        if slug in asked
        else say("other.name", file=PurePosixPath(submission.main).name)
    )
    return say("looks-like-other-assignment", own=own.slug, name=slug, sign=sign)


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
