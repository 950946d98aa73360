"""From a grading to what the class page shows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from grader.model.check import Outcome
from grader.model.message import Message
from grader.model.result import Grading, SubmissionResult, Verdict
from grader.model.submission import Severity
from grader.reporting.chips import counted_chip, verdict_chip
from grader.reporting.in_words import (
    moment_told,
    number_told,
    reason_told,
    same,
    seconds_told,
)
from grader.reporting.student_view import finding_row, quoted, urgency
from grader.reporting.views import (
    Count,
    FindingRow,
    IndexCell,
    IndexRow,
    IndexView,
    LookRow,
    Pair,
)
from grader.words.catalogue import say

_VERDICTS = (Verdict.PASSED, Verdict.FAILED, Verdict.INCONCLUSIVE, None)


def index_view(grading: Grading) -> IndexView:
    """Return all that the class page shows: students in alphabetical order, assignments as titled."""
    results = grading.submissions
    slugs = list(dict.fromkeys([*grading.titles, *(result.assignment for result in results)]))
    students = sorted({result.student for result in results}, key=lambda name: (name.casefold(), name))
    cells: dict[tuple[str, str], list[SubmissionResult]] = defaultdict(list)
    for result in results:
        cells[result.student, result.assignment].append(result)
    return IndexView(
        heading=say("page.title.index", course=grading.course),
        course=grading.course,
        summary=say(
            "page.index.summary",
            submissions=len(results),
            students=len(students),
            assignments=len(slugs),
        ),
        unsandboxed=grading.machine.sandbox == "none",
        counts=tuple(_count(verdict, results) for verdict in _VERDICTS),
        looks=tuple(_look(grading, result) for result in results if result.points is None or _held(result)),
        assignments=tuple((slug, _title(grading, slug)) for slug in slugs),
        rows=tuple(
            IndexRow(
                student=student,
                cells=tuple(
                    tuple(_cell(r) for r in sorted(cells[student, slug], key=lambda r: r.attempt))
                    for slug in slugs
                ),
            )
            for student in students
        ),
        findings=_findings(grading),
        record=_record(grading),
        footer=say("page.footer", version=grading.grader),
    )


def _count(verdict: Verdict | None, results: Sequence[SubmissionResult]) -> Count:
    """Return how many of ``results`` have ``verdict``, with the word under the number."""
    n = sum(result.verdict is verdict for result in results)
    return Count(chip=counted_chip(verdict, n), count=n)


def _title(grading: Grading, slug: str) -> Message:
    return grading.titles.get(slug) or same(slug)


def _cell(result: SubmissionResult) -> IndexCell:
    return IndexCell(
        href=_href(result),
        chip=verdict_chip(result.verdict),
        points=same("—") if result.points is None else number_told(result.points),
        attempt=result.attempt,
        flagged=any(finding.severity is not Severity.INFO for finding in result.findings),
    )


def _href(result: SubmissionResult) -> str:
    # "./" and quoting keep a name such as "javascript:x" a relative path.
    return "./" + quoted(result.report) if result.report else ""


def _held(result: SubmissionResult) -> tuple[Message, ...]:
    """Return what is said by the checks whose points a person must decide."""
    held = (c for c in result.checks if c.outcome is Outcome.INCONCLUSIVE and c.points < c.max_points)
    return tuple(check.message for check in held)


def _look(grading: Grading, result: SubmissionResult) -> LookRow:
    held = _held(result)
    if held:
        why = held[0]
    elif result.reason_message is not None:
        why = result.reason_message
    else:
        why = reason_told(result.reason) if result.reason else say("page.look")
    return LookRow(
        student=result.student,
        title=_title(grading, result.assignment),
        chip=verdict_chip(result.verdict),
        why=why,
        href=_href(result),
    )


def _findings(grading: Grading) -> tuple[FindingRow, ...]:
    """Return the findings of the class, those that most need a person first."""
    whose = [
        (result, finding)
        for result in grading.submissions
        for finding in result.findings
        if finding.severity is not Severity.INFO or finding.about_others or finding.on_class_page
    ]
    whose.sort(key=lambda pair: urgency(pair[1]))
    return tuple(
        replace(
            finding_row(finding),
            student=result.student,
            title=_title(grading, result.assignment),
            href=_href(result),
        )
        for result, finding in whose
    )


def _record(grading: Grading) -> tuple[Pair, ...]:
    machine = grading.machine
    gpus = same(", ".join(machine.gpus)) if machine.gpus else say("page.index.no_gpu")
    took = (grading.finished - grading.started).total_seconds()
    return (
        Pair(label=say("page.index.finished"), text=moment_told(grading.finished)),
        Pair(label=say("page.index.took"), text=seconds_told(took)),
        Pair(
            label=say("page.index.machine"),
            text=say("page.index.machine.value", cpus=machine.cpus, gpus=gpus),
        ),
        Pair(label=say("page.record.sandbox"), text=same(machine.sandbox)),
        Pair(label=say("page.record.memory"), text=same(machine.memory_limit)),
    )
