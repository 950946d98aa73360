"""Why there is nothing to grade, or why a run was stopped: in one message, with the place and what to try."""

import signal
from collections.abc import Iterable

from grader.measuring.evidence.predictions import NothingDelivered
from grader.measuring.judging.hints import SYNTAX, hint_for
from grader.measuring.judging.telling_error import telling_error
from grader.model.assignment import DeliverSpec
from grader.model.evidence import Given, HarnessReport, Place, ProgramError, Source
from grader.model.message import Message
from grader.model.run import Run, RunStatus
from grader.model.submission import FileKind
from grader.words import say

_STOPPED = {
    RunStatus.TIMEOUT: "run-timed-out",
    RunStatus.MEMORY: "run-out-of-memory",
    RunStatus.PROCESSES: "run-too-many-processes",
    RunStatus.DISK: "run-filled-disk",
    RunStatus.OUTPUT: "run-too-much-output",
    RunStatus.KERNEL_DIED: "run-kernel-died",
}
_TEXT_SHOWN = 300
_SOURCE_SHOWN = 120
_GIB = 1024**3
_PREAMBLES = ("Exception encountered when calling", "Graph execution error", "Detected at node")


def explain_failure(
    run: Run,
    report: HarnessReport,
    *,
    nothing: NothingDelivered | None = None,
    deliver: DeliverSpec | None = None,
    kind: FileKind | None = None,
    without_code: bool = False,
) -> Message:
    """Return what happened, where, and what to try, for a run that failed or delivered nothing.

    Args:
        run: how it ended, measured from outside; this decides which message it is.
        report: what the harness said; it fills in the place and the error's own words.
        nothing: why no source delivered, when that is what is asked.
        deliver: the names the assignment accepts, to tell the student which to use.
        kind: notebook or script; an empty notebook is told as one.
        without_code: the script has nothing in it that could run.
    """
    stopped = _stopped(run, report)
    error = telling_error(report)
    if stopped is not None:
        return stopped
    if error is not None:
        cause = explain_error(error, report.given)
        reasons = _listed(nothing.reasons if nothing else ())
        return (
            say("run-error-without-predictions", error=cause, reasons=reasons)
            if nothing and nothing.reasons
            else cause
        )
    if without_code:
        return say("script-without-code")
    return _died(run, report) or _undelivered(report, nothing, deliver, kind)


def explain_error(error: ProgramError, given: Given | None = None) -> Message:
    """Return an exception in plain words: its place, its own first line, and a hint where one is known."""
    where = tell_place(error.place)
    if error.type == "SystemExit":
        return say("run-exited-without-predictions", where=where)
    hint = hint_for(error, given)
    return say(
        "run-syntax-error" if error.type in SYNTAX else "run-raised-error",
        type=error.type,
        text=_telling_line(error.text),
        where=where,
        source=_quoted(error),
        hint=say("run.hint", hint=hint) if hint else say("run.nothing"),
    )


def _quoted(error: ProgramError) -> Message:
    """Return the line of the program that cannot be read, to stand before what Python says of it."""
    line = error.source_line
    return say("run.source_line", line=line[:_SOURCE_SHOWN]) if line else say("run.nothing")


def _telling_line(text: str) -> str:
    """Return the line of an error's text that says most: the first that is more than Keras' preamble."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    telling = [line for line in lines if not line.startswith(_PREAMBLES)]
    text = (telling or lines or [""])[0][:_TEXT_SHOWN]
    # A sentence of ours follows.
    return text if not text or text[-1] in ".!?:;…" else f"{text}."


def tell_place(place: Place) -> Message:
    """Return a place in words, with a preposition: " in cell 7, line 3"; nothing when it is unknown."""
    if place.cell is not None and place.line is not None:
        return say("run.place.cell_line", cell=place.cell, line=place.line)
    if place.cell is not None:
        return say("run.place.cell", cell=place.cell)
    if place.line is not None:
        return say("run.place.line", line=place.line)
    return say("run.nothing")


def _stopped(run: Run, report: HarnessReport) -> Message | None:
    """Return the limit that ended the run, which outweighs whatever else was said."""
    if run.status not in _STOPPED:
        return None
    return say(
        _STOPPED[run.status],
        where=_reached(report),
        seconds=run.seconds,
        memory=run.peak_memory_bytes / _GIB,
    )


def _died(run: Run, report: HarnessReport) -> Message | None:
    """Return how a run ended that left no exception behind; None when it ended as a program should."""
    if run.status is RunStatus.CRASH:
        return say("run-crashed", signal=_signal_name(run.signal), where=_reached(report))
    if run.status is RunStatus.ERROR:
        return say("run-unexplained-exit-status", exit_code=run.exit_code, where=_reached(report))
    left = next((entry for entry in report.ledger if entry.kind == "exit"), None)
    if left is not None:
        return say("run-exited-without-predictions", where=tell_place(left.place))
    return None if report.finished else say("run-exited-without-predictions", where=_reached(report))


def _reached(report: HarnessReport) -> Message:
    """Return how far a run came: after which cell it was, when the cells tell."""
    if not report.cells:
        return say("run.nothing")
    return say("run.place.after_cell", cell=max(cell.number for cell in report.cells))


def _undelivered(
    report: HarnessReport,
    nothing: NothingDelivered | None,
    deliver: DeliverSpec | None,
    kind: FileKind | None,
) -> Message:
    """Return why a program that ended well left nothing to measure, and every way it could have."""
    if kind is FileKind.NOTEBOOK and not any(cell.source.strip() for cell in report.cells):
        return say("notebook-without-code")
    if nothing is not None and nothing.refused:
        return say("run-left-unusable-predictions", reasons=_listed(nothing.reasons))
    reasons = _listed((*nothing.reasons, *nothing.absent) if nothing else ())
    ways = say("run.nothing")
    for source in deliver.sources if deliver else ():
        way = say(f"run.deliver.{source.value}", names=_names(deliver))
        ways = say("run.ways", before=ways, way=way)
    return say("run-left-no-predictions", reasons=reasons, ways=ways, advice=_advice(deliver))


def _advice(deliver: DeliverSpec | None) -> Message:
    """Return what a program without Keras' own calls must do, by what the exercise accepts."""
    accepted = deliver.sources if deliver else ()
    if Source.PREDICTIONS in accepted:
        return say("run.advice.predictions", names=_names(deliver))
    return say("run.advice.predict" if Source.PREDICT in accepted else "run.advice.model")


def _names(deliver: DeliverSpec | None) -> str:
    return ", ".join(deliver.predictions) if deliver else ""


def _listed(reasons: Iterable[Message]) -> Message:
    """Return the reasons of every source that was passed over, one after the other."""
    told = say("run.nothing")
    for reason in reasons:
        told = say("run.reasons", before=told, reason=reason)
    return told


def _signal_name(number: int | None) -> str:
    try:
        return signal.Signals(number).name if number is not None else "?"
    except ValueError:
        return str(number)
