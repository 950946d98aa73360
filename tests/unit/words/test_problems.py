"""What the operating system refuses, in our own words."""

import errno

import pytest

from grader.words.catalogue import say
from grader.words.problems import problem_at, problem_told


@pytest.mark.parametrize(
    "number", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EROFS, errno.ENOTDIR, errno.EISDIR]
)
def test_what_is_common_is_told_in_each_language(number: int) -> None:
    told = problem_told(OSError(number, "as the system says it"))
    assert told.pt != told.en
    assert "as the system says it" not in told.pt + told.en


def test_what_is_rare_is_quoted_in_the_words_of_the_system() -> None:
    told = problem_told(OSError(errno.ENOTTY, "Inappropriate ioctl"))
    assert (told.pt, told.en) == (
        "o sistema disse “Inappropriate ioctl”",
        "the system said “Inappropriate ioctl”",
    )
    assert problem_told(TimeoutError()).en == "the system said “TimeoutError”"
    assert problem_told(ConnectionError("expected R")).pt == "o sistema disse “expected R”"


def test_the_file_that_it_was_about_is_named() -> None:
    told = problem_at(OSError(errno.ENOSPC, "No space left on device", "/out/a"))
    assert told.pt == "não há mais espaço em disco (/out/a)"
    assert problem_at(OSError(errno.ENOSPC, "x", b"/out/\xff")).en.startswith("no space is left")
    assert problem_at(RuntimeError("timed out")).pt == "o sistema disse “timed out”"


COMMON = (
    *("EAGAIN", "ENOMEM", "EBUSY", "EINVAL", "ENOSYS", "ENODEV", "ENFILE", "ENOEXEC", "ESRCH", "EXDEV"),
    *("EFBIG", "EPIPE", "ECONNRESET", "ECONNREFUSED", "ETIMEDOUT", "ENOTSUP"),
)


@pytest.mark.parametrize("name", COMMON)
def test_why_a_sandbox_does_not_start_is_told_in_the_language_of_the_sentence(name: str) -> None:
    reason = problem_at(OSError(getattr(errno, name), "in English"))
    message = say("sandbox-not-started", reason=reason)
    assert "English" not in message.pt
    assert "sistema disse" not in message.pt
