"""One warm run as its grader holds it: forked by a mother, watched and ended like any other."""

import os
import signal
from contextlib import suppress

from grader.model.errors import SandboxError
from grader.running.supervising.control import ControlChannel
from grader.running.supervising.ending import Ending
from grader.running.supervising.sandbox_process import SandboxProcess, Started, read_status
from grader.running.supervising.supervise import Output
from grader.running.warm.mother import ANSWER_SECONDS, Mother
from grader.words.catalogue import say


class WarmProcess(SandboxProcess):
    """A run of ``mother``; its descriptor becomes readable when she has something to tell of it."""

    program = "bubblewrap"

    def __init__(self, mother: Mother, *, channel: ControlChannel, output: Output, status: int) -> None:  # pylint: disable=super-init-not-called
        self._mother = mother
        self._channel = channel
        self._output = output
        self._status = status
        self._first: int | None = None
        self.cpu_seconds = 0.0
        self.code: int | None = None
        self.descriptor = mother.wire.fileno()
        self.doubted = False
        """Whether the mother is to be used no more."""

    @property
    def let_in(self) -> bool:
        """Whether everything was in place inside: from then on its program may have begun."""
        return self._first is not None

    def started(self, ready: int) -> Started:
        """Return what is known once process ``ready`` has said that it is."""
        self._first = os.pidfd_open(ready)
        return Started(ready, ready)

    def ended_early(self) -> SandboxError:
        """Return the failure that it ended before it was ready."""
        self.wait()
        return SandboxError(say("sandbox-not-started", reason=self.said()))

    def wait(self) -> None:
        """Wait until the mother has told its end; one that does not tell is doubted."""
        if self.code is not None:
            return
        told = self._mother.answer(ANSWER_SECONDS)
        self.doubted = self.doubted or "raw" not in told
        if "failed" in told:
            self._output.kept += str(told["failed"]).encode()
        self.code = int(told.get("raw", -1))
        self.cpu_seconds = float(told.get("cpu_seconds", 0.0))

    def kill(self) -> None:
        """End pid 1 of the run, and with it all that is inside."""
        if self.code is not None:
            return
        if self._first is None:
            self.doubted = True
            self._mother.end()
            self.code = -1
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._first, signal.SIGKILL)

    def close(self) -> None:
        """Leave nothing behind: whatever it was, nothing of it is alive."""
        if self.code is None:
            self.kill()
            self.wait()
        if self._first is not None:
            os.close(self._first)

    def own_ending(self) -> Ending | None:
        """Return how the command ended, when the process has ended; None if nobody could tell."""
        return read_status(self._status)
