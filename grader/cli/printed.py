"""What a program prints while a person watches: line by line as it comes, bounded, fit for a terminal.

A line is shown once it has ended, as it would have stayed on a terminal: a bar that is drawn anew all the
time is one line. Every line stands behind a mark of ours: no program speaks in the grader's name.
"""

import codecs
import time
from collections import deque
from collections.abc import Callable

from grader.cli.language import spoken
from grader.reporting.cleaning import clean_text
from grader.reporting.escaping import for_terminal
from grader.words import phrase

_MARK = "  | "
_FREELY = 200
"""So many lines are shown at once; more of them as time goes by."""
_A_SECOND = 4.0
_LAST = 10
"""Of lines that came too fast, the last are shown all the same when the program has ended."""
_LONGEST_LINE = 300
_LONGEST_UNENDED = 1 << 16


class Printed:
    """Takes pieces of output and shows lines of them by ``show``; ``now`` is a clock that never goes back."""

    def __init__(self, show: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> None:
        self._show = show
        self._now = now
        self._begin()

    def _begin(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._unended: list[str] = []
        self._length = 0
        self._allowed = float(_FREELY)
        self._asked = self._now()
        self._passed_over: deque[str] = deque(maxlen=_LAST)
        self._count = 0

    def feed(self, piece: bytes) -> None:
        """Take the next piece, cut anywhere, and show the lines that have ended."""
        *ended, rest = self._decoder.decode(piece).split("\n")
        for line in ended:
            self._add(line)
            self._take(self._whole())
        self._add(rest)

    def _add(self, text: str) -> None:
        """Put ``text`` behind the line that has not ended; a long one is only put together now and then."""
        self._unended.append(text)
        self._length += len(text)
        if self._length > 2 * _LONGEST_UNENDED or len(self._unended) > _LONGEST_UNENDED:
            # What is drawn over itself for long is cut at the front: only its end would stay on a terminal.
            kept = self._whole()[-_LONGEST_UNENDED:]
            self._unended, self._length = [kept], len(kept)

    def _whole(self) -> str:
        """Return the line that has not ended, and begin a new one."""
        line = "".join(self._unended)
        self._unended, self._length = [], 0
        return line

    def end(self) -> None:
        """Show the last line, ended or not, and what was passed over last; the next piece begins anew."""
        if left := self._whole():
            self._take(left)
        before = self._count - len(self._passed_over)
        for line in [*([_left_out(before)] if before else []), *self._passed_over]:
            self._show(line)
        self._begin()

    def _take(self, line: str) -> None:
        for shown in clean_text(line).split("\n"):
            # What TensorFlow logs when it starts is cleaned away; an empty line is one that was printed.
            if shown.strip() or not line.strip():
                self._offer(_MARK + for_terminal(_cut(shown.rstrip())))

    def _offer(self, line: str) -> None:
        now = self._now()
        self._allowed = min(float(_FREELY), self._allowed + (now - self._asked) * _A_SECOND)
        self._asked = now
        if self._allowed < 1:
            self._passed_over.append(line)
            self._count += 1
            return
        self._allowed -= 1
        if self._count:
            self._show(_left_out(self._count))
            self._passed_over.clear()
            self._count = 0
        self._show(line)


def _left_out(count: int) -> str:
    return _MARK + phrase("cli.lines_left_out", spoken(), count=count)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
