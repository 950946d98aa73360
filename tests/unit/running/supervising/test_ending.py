"""From what was measured to one status."""

import signal

import pytest

from grader.model.run import RunStatus
from grader.running.holding.limits import Usage
from grader.running.supervising.ending import (
    Ending,
    decide_ending,
    from_return_code,
    from_shell_code,
    from_wait_status,
)

OK = Ending(status=RunStatus.OK, exit_code=0)
FAILED = Ending(status=RunStatus.ERROR, exit_code=1)
KILLED = Ending(status=RunStatus.CRASH, signal=9)


def decide(
    own: Ending | None,
    *,
    crossed: RunStatus | None = None,
    usage: Usage | None = None,
    full_at_end: bool = False,
    ever_full: bool = False,
) -> Ending:
    return decide_ending(
        own, crossed=crossed, usage=usage or Usage(), full_at_end=full_at_end, ever_full=ever_full
    )


def test_wait_statuses_are_read_as_the_kernel_writes_them() -> None:
    assert from_wait_status(0) == OK
    assert from_wait_status(3 << 8) == Ending(status=RunStatus.ERROR, exit_code=3)
    assert from_wait_status(137 << 8) == Ending(status=RunStatus.ERROR, exit_code=137)
    assert from_wait_status(11) == Ending(status=RunStatus.CRASH, signal=11)
    assert from_wait_status(11 | 0x80) == Ending(status=RunStatus.CRASH, signal=11)


@pytest.mark.parametrize(("code", "number"), [(129, 1), (137, 9), (139, 11), (192, 64)])
def test_shell_codes_stand_for_signals(code: int, number: int) -> None:
    assert from_shell_code(code) == Ending(status=RunStatus.CRASH, signal=number)


def test_subprocess_tells_signals_by_a_minus() -> None:
    assert from_return_code(-11) == Ending(status=RunStatus.CRASH, signal=11)
    assert from_return_code(137) == Ending(status=RunStatus.ERROR, exit_code=137)
    assert from_return_code(0) == OK


@pytest.mark.parametrize("code", [1, 127, 128, 193, 255])
def test_other_codes_are_themselves(code: int) -> None:
    assert from_shell_code(code) == Ending(status=RunStatus.ERROR, exit_code=code)


@pytest.mark.parametrize("limit", [RunStatus.TIMEOUT, RunStatus.OUTPUT, RunStatus.DISK])
def test_a_crossed_limit_is_the_status_whatever_the_program_said(limit: RunStatus) -> None:
    for own in (None, OK, FAILED, KILLED):
        assert decide(own, crossed=limit) == Ending(status=limit)


def test_memory_counts_even_when_the_program_survived() -> None:
    assert decide(OK, usage=Usage(memory_crossed=True)).status is RunStatus.MEMORY
    assert decide(None, usage=Usage(memory_crossed=True)).status is RunStatus.MEMORY


def test_a_disk_that_was_full_once_counts_only_against_a_failure() -> None:
    assert decide(OK, ever_full=True) == OK
    assert decide(FAILED, ever_full=True).status is RunStatus.DISK
    assert decide(OK, full_at_end=True).status is RunStatus.DISK


def test_a_file_beyond_the_largest_is_a_disk_limit() -> None:
    own = Ending(status=RunStatus.CRASH, signal=int(signal.SIGXFSZ))
    assert decide(own).status is RunStatus.DISK


def test_refused_processes_count_only_against_a_failure() -> None:
    assert decide(OK, usage=Usage(process_refusals=5)) == OK
    assert decide(FAILED, usage=Usage(process_refusals=5)).status is RunStatus.PROCESSES


def test_the_program_s_own_end_is_kept_beside_the_limit() -> None:
    ending = decide(FAILED, ever_full=True)
    assert (ending.exit_code, ending.signal) == (1, None)
