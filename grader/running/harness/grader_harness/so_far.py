"""Evidence taken as it arises, so that what stood before an endless cell or a dead kernel can be judged.

After each cell of a notebook, before the program's own threads are waited for, and shortly before the time
limit. Only what changes nothing: a variable as it stands, the answers of a call that was seen. What is taken
at the end, when the program has ended, takes its place.
"""

import _thread
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader_harness.ended import Ended
from grader_harness.job import Ask
from grader_harness.observing import mark
from grader_harness.recognition import to_array
from grader_harness.takers import captured, predictions

TAKERS = {"predictions": predictions.take, "captured": captured.take}

RESERVE_SHARE = 0.1
RESERVE_SECONDS = 20.0
"""How long before the time limit things are taken: a tenth of it, no more than this."""


class SoFar:
    """What can be taken while the program has not ended; ``write`` writes the report beside it."""

    def __init__(
        self,
        asks: tuple[Ask, ...],
        ended: Callable[[], Ended],
        write: Callable[[dict[str, dict[str, str]]], None],
    ) -> None:
        self._asks = {ask.kind: ask for ask in asks if ask.kind in TAKERS}
        self._ended = ended
        self._write = write
        self._busy = _thread.allocate_lock()
        self._running = _thread.allocate_lock()
        self._running.acquire()
        self._process = os.getpid()
        self._seen: Any = None
        self._call: Any = None
        self._told = False

    def watch(self, seconds: float) -> None:
        """Take what there is shortly before ``seconds`` have passed, if the program has not ended by then.

        Not a thread that ``threading`` knows: programs count and join those.
        """
        if seconds > 0 and self._asks:
            wait = seconds - min(RESERVE_SHARE * seconds, RESERVE_SECONDS)
            _thread.start_new_thread(self._wait, (wait,))

    def take(self, *, always: bool = False) -> None:
        """Leave the variable and the call as they are now, where one of them is another than before.

        Nothing in a child that the program forked, and nothing once it has ended.
        """
        if not self._asks or os.getpid() != self._process or not self._busy.acquire(blocking=False):
            return
        try:
            ended = self._ended()
            seen = self._look(ended)
            if always or seen != self._seen:
                self._seen = seen
                self._take(ended)
        except Exception:  # what cannot be taken now may be taken at the end
            return
        finally:
            self._busy.release()

    def end(self) -> None:
        """Take nothing more: the program has ended, and its evidence is taken whole."""
        self._busy.acquire()
        self._running.release()
        for kind in self._asks:
            self._file(kind).unlink(missing_ok=True)

    def _wait(self, seconds: float) -> None:
        if not self._running.acquire(timeout=seconds):
            self.take(always=True)

    def _look(self, ended: Ended) -> Any:
        names = self._asks["predictions"].names if "predictions" in self._asks else ()
        values = [to_array(ended.namespace.get(name)) for name in names]
        call = ended.evidence.captured
        self._call = call  # held, so that no later call gets its number
        return [None if value is None else mark(value) for value in values], id(call)

    def _take(self, ended: Ended) -> None:
        states = {}
        for kind, ask in self._asks.items():
            states[kind] = TAKERS[kind](ask, ended)
            if states[kind]["state"] != "ok":
                self._file(kind).unlink(missing_ok=True)
        if self._told or any(state["state"] == "ok" for state in states.values()):
            self._told = True
            self._write(states)

    def _file(self, kind: str) -> Path:
        return self._ended().job.out / f"{kind}.npy"
