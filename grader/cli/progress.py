"""Progress on stderr: a live bar with time left on a terminal, plain lines elsewhere, nothing when quiet."""

import time
from typing import TYPE_CHECKING

from grader.cli.language import spoken
from grader.cli.printed import Printed
from grader.cli.rendering import console, printable, tell
from grader.model.message import Message
from grader.words import phrase

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class TerminalProgress:
    """A bar with the time left and what is running now."""

    def __init__(self) -> None:
        self._printed = Printed(tell_line)
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._running: list[str] = []

    def say(self, message: Message) -> None:
        """Tell one thing above the bar."""
        tell(message)

    def begin(self, total: int, what: Message) -> None:
        """Show the bar of a round."""
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[now]}", markup=False),
            console=console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(what.told_in(spoken()), total=total, now="")
        self._bar.start()

    def started(self, label: str) -> None:
        """Show one more run under way."""
        self._running.append(printable(label))
        self._show()

    def advance(self, label: str, seconds: float) -> None:  # noqa: ARG002 - the port's
        """Count one run as done."""
        self._running.remove(printable(label))
        self._show(advance=1)

    def printed(self, piece: bytes) -> None:
        """Show what the program prints, line by line, above the bar."""
        self._printed.feed(piece)

    def end(self) -> None:
        """Take the bar away."""
        self._printed.end()
        if self._bar is not None:
            self._bar.stop()
        self._running.clear()

    def _show(self, advance: int = 0) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=advance, now=", ".join(self._running)[:60])


class LineProgress:
    """One line per finished run, with the estimated time left: for logs."""

    def __init__(self) -> None:
        self._printed = Printed(tell_line)
        self._total = self._done = 0
        self._begun = 0.0

    def say(self, message: Message) -> None:
        """Print one thing."""
        tell(message)

    def begin(self, total: int, what: Message) -> None:
        """Start counting a round."""
        self._total, self._done, self._begun = total, 0, time.monotonic()
        tell(what)

    def started(self, label: str) -> None:
        """Say nothing: a line comes when the run ends."""

    def printed(self, piece: bytes) -> None:
        """Show what the program prints, line by line."""
        self._printed.feed(piece)

    def advance(self, label: str, seconds: float) -> None:
        """Print what ended, how long it took, how long the rest may take."""
        self._printed.end()
        self._done += 1
        elapsed = time.monotonic() - self._begun
        left = elapsed / self._done * (self._total - self._done)
        key = "progress.line" if self._done < self._total else "progress.last"
        fields = {"done": self._done, "total": self._total, "seconds": seconds, "left": left}
        tell_line(phrase(key, spoken(), label=printable(label), **fields))

    def end(self) -> None:
        """Say nothing more."""


class NoProgress:
    """Says nothing (``--quiet``)."""

    def say(self, message: Message) -> None:
        """Say nothing."""

    def begin(self, total: int, what: Message) -> None:
        """Say nothing."""

    def started(self, label: str) -> None:
        """Say nothing."""

    def advance(self, label: str, seconds: float) -> None:
        """Say nothing."""

    def printed(self, piece: bytes) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


def tell_line(line: str) -> None:
    """Print one ready line to stderr."""
    import click

    click.echo(line, err=True)


def progress_for(*, quiet: bool) -> TerminalProgress | LineProgress | NoProgress:
    """Return what fits where stderr goes."""
    import sys

    if quiet:
        return NoProgress()
    return TerminalProgress() if sys.stderr.isatty() else LineProgress()
