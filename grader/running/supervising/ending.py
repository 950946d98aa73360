"""How a run ended: from what was measured outside to one status. Pure."""

import os
from dataclasses import dataclass

from grader.model.run import RunStatus
from grader.running.holding.limits import Usage

# By number: Windows has no such names.
_SIGKILL = 9
_SIGXFSZ = 25
_SHELL_SIGNALS = range(129, 129 + 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A status with the exit code or the signal behind it, where the program ended by itself."""

    status: RunStatus
    exit_code: int | None = None
    signal: int | None = None


def from_wait_status(raw: int) -> Ending:
    """Return how a process ended, from the status that ``wait`` gives."""
    if os.WIFSIGNALED(raw):
        return Ending(status=RunStatus.CRASH, signal=os.WTERMSIG(raw))
    return _from_code(os.WEXITSTATUS(raw))


def from_return_code(code: int) -> Ending:
    """Return how a process ended, from what ``subprocess`` says: -n for death by signal n."""
    if code < 0:
        return Ending(status=RunStatus.CRASH, signal=-code)
    return _from_code(code)


def from_shell_code(code: int) -> Ending:
    """Return how a process ended, from an exit code in which 128 + n stands for signal n.

    A program that itself exits with such a code is taken for one that died of the signal: both are
    its own failure. No limit is ever told from a code.
    """
    if code in _SHELL_SIGNALS:
        return Ending(status=RunStatus.CRASH, signal=code - 128)
    return _from_code(code)


def decide_ending(
    own: Ending | None,
    *,
    crossed: RunStatus | None,
    usage: Usage,
    full_at_end: bool,
    ever_full: bool,
) -> Ending:
    """Return the status of a run: the limit that was crossed, else how the program itself ended.

    ``own`` is None where the program did not come to an end of its own. A limit on disk or processes
    that a program met and got over does not count against it.
    """
    if crossed is not None:
        return Ending(status=crossed)
    own = own or Ending(status=RunStatus.CRASH, signal=_SIGKILL)
    failed = own.status is not RunStatus.OK
    status = own.status
    if usage.memory_crossed:
        status = RunStatus.MEMORY
    elif full_at_end or (failed and (ever_full or own.signal == _SIGXFSZ)):
        status = RunStatus.DISK
    elif failed and usage.process_refusals:
        status = RunStatus.PROCESSES
    return Ending(status=status, exit_code=own.exit_code, signal=own.signal)


def _from_code(code: int) -> Ending:
    return Ending(status=RunStatus.ERROR if code else RunStatus.OK, exit_code=code)
