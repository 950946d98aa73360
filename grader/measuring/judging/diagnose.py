"""Why there is nothing to grade, or why a run was stopped: in one message, with the place and what to try."""

import signal

from grader.measuring.evidence.predictions import NothingDelivered
from grader.measuring.judging.hints import SYNTAX, hint_for
from grader.model.assignment import DeliverSpec
from grader.model.evidence import HarnessReport, Place, ProgramError
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
_GIB = 1024**3
_PREAMBLES = ("Exception encountered when calling", "Graph execution error", "Detected at node")


def explain_failure(
    run: Run,
    report: HarnessReport,
    *,
    nothing: NothingDelivered | None = None,
    deliver: DeliverSpec | None = None,
    kind: FileKind | None = None,
) -> Message:
    """Return what happened, where, and what to try, for a run that failed or delivered nothing.

    Args:
        run: how it ended, measured from outside; this decides which message it is.
        report: what the harness said; it fills in the place and the error's own words.
        nothing: why no source delivered, when that is what is asked.
        deliver: the names the assignment accepts, to tell the student which to use.
        kind: notebook or script; an empty notebook is told as one.
    """
    stopped = _stopped(run, report)
    error = first_error(report)
    if stopped is not None:
        return stopped
    if error is not None:
        told = explain_error(error)
        reasons = _listed(nothing)
        return (
            say("run-error-without-predictions", error=told, reasons=reasons)
            if nothing and nothing.reasons
            else told
        )
    return _died(run, report) or _undelivered(report, nothing, deliver, kind)


def explain_error(error: ProgramError) -> Message:
    """Return an exception in plain words: its place, its own first line, and a hint where one is known."""
    where = tell_place(error.place)
    if error.type == "SystemExit":
        return say("run-exited-without-predictions", where=where)
    text = _telling_line(error.text)
    hint = hint_for(error)
    return say(
        "run-syntax-error" if error.type in SYNTAX else "run-raised-error",
        type=error.type,
        text=text,
        where=where,
        hint=say("run.hint", hint=hint) if hint else say("run.nothing"),
    )


def _telling_line(text: str) -> str:
    """Return the line of an error's text that says most: the first that is more than Keras' preamble."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    telling = [line for line in lines if not line.startswith(_PREAMBLES)]
    text = (telling or lines or [""])[0][:_TEXT_SHOWN]
    # A sentence of ours follows.
    return text if not text or text[-1] in ".!?:;…" else f"{text}."


def first_error(report: HarnessReport) -> ProgramError | None:
    """Return the error that came first: the report's, else that of a cell of a run that was cut short."""
    in_cells = (cell.error for cell in report.cells if cell.error is not None)
    return next(iter(report.errors), None) or next(in_cells, None)


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
    told = _listed(nothing)
    if nothing is not None and nothing.refused:
        return say("run-left-unusable-predictions", reasons=told)
    ways = say("run.nothing")
    if deliver is not None:
        names = ", ".join(deliver.predictions)
        for source in deliver.sources:
            way = say(f"run.deliver.{source.value}", names=names)
            ways = say("run.ways", before=ways, way=way)
    return say("run-left-no-predictions", reasons=told, ways=ways)


def _listed(nothing: NothingDelivered | None) -> Message:
    """Return the reasons of every source that was passed over, one after the other."""
    told = say("run.nothing")
    for reason in nothing.reasons if nothing else ():
        told = say("run.reasons", before=told, reason=reason)
    return told


def _signal_name(number: int | None) -> str:
    try:
        return signal.Signals(number).name if number is not None else "?"
    except ValueError:
        return str(number)
