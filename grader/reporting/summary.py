"""One line for each submission, and how many came out how: what terminals, Markdown and build logs show.

All of it is text as it was received or said; whoever writes it somewhere escapes it for that place.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.model.check import CheckResult
from grader.model.evidence import Place
from grader.model.message import Language, Message
from grader.model.result import Grading, Status, SubmissionResult, Verdict
from grader.reporting.in_words import is_share
from grader.words import phrase

COLUMNS = ("student", "assignment", "verdict", "points", "measured", "why")
_SYMPTOM = "symptom-"
_OF_THE_PAGE = frozenset({"runs-exactly-the-same", "program-fixes-own-seed"})
_KINDS = ("passed", "failed", "inconclusive", "not_graded")


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """What is said of one submission in a line; ``word`` is its verdict's, or ``not_graded``."""

    student: str
    assignment: str
    word: str
    verdict: str
    points: str
    measured: str
    why: str
    code: str = ""
    """The number of ``why``, for whoever looks it up."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts in the order of ``COLUMNS``."""
        return (self.student, self.assignment, self.verdict, self.points, self.measured, self.why)


def summary_rows(grading: Grading, language: Language) -> tuple[SummaryRow, ...]:
    """Return a row for every submission, in the grading's order."""
    return tuple(summary_row(result, language) for result in grading.submissions)


def summary_row(result: SubmissionResult, language: Language) -> SummaryRow:
    """Return what is said of ``result`` in a line."""
    word = word_of(result)
    return SummaryRow(
        student=result.student,
        assignment=result.assignment,
        word=word,
        verdict=phrase(f"summary.{word}", language),
        points=points_of(result, language),
        measured=measured_of(result, language),
        why=why_of(result, language),
        code=code_of(result),
    )


def counts_told(grading: Grading, language: Language) -> str:
    """Return how many submissions came out how, in a sentence."""
    words = [word_of(result) for result in grading.submissions]
    return phrase("summary.counts", language, total=len(words), **_counted(words))


def _counted(words: list[str]) -> Mapping[str, int]:
    return {kind: words.count(kind) for kind in _KINDS}


def word_of(result: SubmissionResult) -> str:
    """Return the catalogue's word for how a submission came out."""
    if result.status is Status.NOT_GRADED:
        return "not_graded"
    return (result.verdict or Verdict.FAILED).value


def points_of(result: SubmissionResult, language: Language) -> str:
    """Return ``9 / 10``, or a dash where there are no points to give."""
    fields = {"points": result.points, "possible": result.max_points}
    return phrase("number.no_points" if result.points is None else "number.points", language, **fields)


def why_of(result: SubmissionResult, language: Language) -> str:
    """Return the sentence that explains a result best: the reason, else the worst check's."""
    message = telling_message(result)
    return message.told_in(language) if message is not None else ""


def code_of(result: SubmissionResult) -> str:
    """Return the code of that sentence, which ``grader explain`` answers to; empty without one."""
    message = telling_message(result)
    return (message.code or "") if message is not None else ""


def telling_message(result: SubmissionResult) -> Message | None:
    """Return the reason of a result, else what its worst check says; None where nothing was checked."""
    if result.reason_message is not None:
        return result.reason_message
    check = _telling_check(result)
    return check.message if check else None


def _telling_check(result: SubmissionResult) -> CheckResult | None:
    """Return the check that explains a result: the worst, required ones first."""
    order = ("errored", "failed", "inconclusive", "passed", "skipped")
    checks = sorted(result.checks, key=lambda c: (not c.required, order.index(c.outcome.value)))
    return next((c for c in checks if c.outcome.value in order[:3]), checks[0] if checks else None)


def notes_of(result: SubmissionResult) -> tuple[Message, ...]:
    """Return what is to be known beside the verdict: which source or model was asked, whose program it is.

    What is told of every program that repeats itself, or of its inputs, stands on its page alone.
    """
    return tuple(
        note for note in result.shown.notes if note.code is not None and note.key not in _OF_THE_PAGE
    )


def notes_for_teachers(result: SubmissionResult) -> tuple[Message, ...]:
    """Return the notes that a class's table has room for: without what only helps the student to go on."""
    return tuple(note for note in notes_of(result) if not is_symptom(note))


def is_symptom(note: Message) -> bool:
    """Return whether ``note`` says what a program seems to suffer from: advice for the student."""
    return (note.key or "").startswith(_SYMPTOM)


def notes_told(grading: Grading, language: Language) -> tuple[str, ...]:
    """Return those of a whole class, one line each: whose, on what, and the code."""
    return tuple(
        f"{result.student} · {result.assignment}: {note.told_in(language)} ({note.code})"
        for result in grading.submissions
        for note in notes_for_teachers(result)
    )


def place_of(result: SubmissionResult) -> Place:
    """Return where in the program the error stands that explains a result, as far as it is known."""
    errors = [error for one in result.runs for error in one.errors]
    return errors[0].place if errors else Place()


def measured_of(result: SubmissionResult, language: Language) -> str:
    """Return in words the value that the telling check is about, else the first metric's; or nothing."""
    if not result.metrics:
        return ""
    check = _telling_check(result)
    asked = check.metric if check is not None else None
    told = next((one for one in result.metrics if one.metric == asked), result.metrics[0])
    return phrase("number.pct" if is_share(told) else "number.num", language, value=told.value)
