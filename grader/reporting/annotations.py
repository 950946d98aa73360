"""Gradings as GitHub annotations: what a person should see first, as workflow commands.

GitHub keeps ten errors, ten warnings and ten notices of a step; the others are in the table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from grader.model.check import Outcome
from grader.model.evidence import Place
from grader.model.message import Language, Message
from grader.model.result import Grading, SubmissionResult
from grader.reporting.escaping import for_annotation, for_annotation_property
from grader.reporting.in_words import outcome_told, place_told
from grader.reporting.summary import (
    SummaryRow,
    code_of,
    notes_for_teachers,
    place_of,
    points_of,
    summary_row,
    word_of,
)

_LEVELS = {"not_graded": "error", "failed": "error", "inconclusive": "warning"}
_CHECK_LEVELS = {Outcome.ERRORED: "error", Outcome.FAILED: "error", Outcome.INCONCLUSIVE: "warning"}
_MOST_OF_A_LEVEL = 10
_LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One thing to be shown: how loudly, under which title, in which words, beside which line."""

    level: str
    title: str
    text: str
    file: str = ""
    line: int | None = None

    def written(self) -> str:
        """Return it as a workflow command, one line."""
        properties = {"file": self.file, "line": str(self.line or ""), "title": self.title}
        told = ",".join(f"{k}={for_annotation_property(_cut(v))}" for k, v in properties.items() if v)
        return f"::{self.level} {told}::{for_annotation(_cut(self.text))}"


def class_annotations(grading: Grading, language: Language) -> tuple[str, ...]:
    """Return what is to be looked at in a class (not graded, failed, inconclusive), then its notes."""
    told = [
        _of_one(result, summary_row(result, language))
        for result in grading.submissions
        if word_of(result) in _LEVELS
    ]
    notes = (
        Annotation(
            level="notice",
            title=f"{result.student} · {result.assignment} · {note.code}",
            text=note.told_in(language),
            file=result.handed_in,
        )
        for result in grading.submissions
        for note in notes_for_teachers(result)
    )
    return _written([*told, *notes])


def _of_one(result: SubmissionResult, row: SummaryRow) -> Annotation:
    place = place_of(result)
    parts = (row.student, row.assignment, row.verdict, row.points, row.code)
    return Annotation(
        level=_LEVELS[row.word],
        title=" · ".join(part for part in parts if part),
        text=row.why,
        file=result.handed_in,
        line=place.line if place.cell is None else None,
    )


def submission_annotations(result: SubmissionResult, language: Language, file: str) -> tuple[str, ...]:
    """Return what is to be looked at in one submission, beside the line of its error where there is one."""
    annotations: list[Annotation] = []
    if result.reason_message is not None and word_of(result) in _LEVELS:
        place = place_of(result)
        annotations.append(
            Annotation(
                level=_LEVELS[word_of(result)],
                title=_title(_parts(result, language), place, language),
                text=result.reason_message.told_in(language),
                file=file,
                # In a notebook a line is one of its cell's, not of the file's: it stands in the title.
                line=place.line if place.cell is None else None,
            )
        )
    # Where nothing could be measured each check would only say so again.
    checks = () if annotations else result.checks
    annotations += [
        Annotation(
            level=_CHECK_LEVELS[check.outcome],
            title=f"{check.id}: {outcome_told(check.outcome).told_in(language)}",
            text=check.message.told_in(language),
            file=file,
        )
        for check in checks
        if check.outcome in _CHECK_LEVELS
    ]
    annotations += [
        Annotation(level="notice", title=result.assignment, text=message.told_in(language), file=file)
        for message in _remarks(result)
    ]
    return _written(annotations)


def _remarks(result: SubmissionResult) -> Iterable[Message]:
    yield from result.shown.notes
    yield from (finding.message for finding in result.findings if not finding.about_others)


def _parts(result: SubmissionResult, language: Language) -> tuple[str, ...]:
    code = code_of(result)
    return (result.assignment, points_of(result, language), *((code,) if code else ()))


def _title(parts: tuple[str, ...], place: Place, language: Language) -> str:
    told = place_told(place).told_in(language)
    return " · ".join((*parts, told) if told else parts)


def _written(found: Iterable[Annotation]) -> tuple[str, ...]:
    """Return the first ten of each level, the loudest level first."""
    kept: dict[str, list[str]] = {"error": [], "warning": [], "notice": []}
    for one in found:
        if len(kept[one.level]) < _MOST_OF_A_LEVEL:
            kept[one.level].append(one.written())
    return tuple(line for lines in kept.values() for line in lines)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
